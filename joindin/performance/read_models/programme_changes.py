"""Changes of the programme of a public event: a row for each talk that visitors see come, move, change its room or go.

Changes of one talk within ten minutes are one: from what was shown before the first to what is shown after the last. A talk
that is then as before leaves no row. New talks within a minute of each other are a batch. A room that gets another name is
no change; a writer that moves talks out of a room before its deletion leaves the name of the room. Nothing is recorded of events
that are over, such as those of an import of past years.

The rows are not derived from other tables: a rebuild keeps them.
"""

from joindin.performance.read_models.revisions import POSTGRESQL_NOW, SQLITE_NOW

_COLUMNS = "is_active, state, starts_at, room_id"
_LAST_OF_TALK = "SELECT max(id) FROM programme_changes WHERE talk_id = {row}.id"
_STATES = ("state", "starts", "room")

# Minutes within which changes of one talk, and new talks, are one change.
_MERGED_MINUTES, _BATCH_MINUTES = 10, 1
# Minutes after the end of an event in which changes are recorded.
_MINUTES_AFTER_END = 24 * 60


def _visible_values(row):
    """Return what visitors see of a row of a talk: its state, start and room."""
    return {
        "state": f"CASE WHEN {row}.is_active THEN CASE {row}.state WHEN 'cancelled' THEN 'cancelled' ELSE 'shown' END END",
        "starts": f"CASE WHEN {row}.is_active THEN {row}.starts_at END",
        "room": f"CASE WHEN {row}.is_active THEN (SELECT name FROM rooms WHERE id = {row}.room_id) END",
    }


_ABSENT = dict.fromkeys(_STATES, "NULL")
_REMOVED = _ABSENT | {"state": "'removed'"}


def _before_update():
    """A talk that was shown at an earlier time comes back, and is not new."""
    shown = _visible_values("OLD")
    earlier = "(SELECT max(state_after) FROM programme_changes WHERE talk_id = OLD.id AND state_after = 'removed')"
    return shown | {"state": f"coalesce({shown['state']}, {earlier})"}


def _after_update():
    shown = _visible_values("NEW")
    return shown | {"state": f"coalesce({shown['state']}, 'removed')"}


def _change(dialect, row, before, after, *, merges=True):
    """Return the statements that store a change of the talk in ``row`` if its event is public."""
    now, minutes_ago, same = dialect
    last = _LAST_OF_TALK.format(row=row)
    batch = f"""(SELECT coalesce(batch_id, id) FROM programme_changes
        WHERE id = (SELECT max(id) FROM programme_changes WHERE event_id = {row}.event_id)
        AND state_before IS NULL AND changed_at >= {minutes_ago(_BATCH_MINUTES)} AND {before["state"]} IS NULL)"""
    columns = ", ".join(f"{name}_{side}" for side in ("before", "after") for name in _STATES)
    values = ", ".join(side[name] for side in (before, after) for name in _STATES)
    insert = f"""INSERT INTO programme_changes (event_id, talk_id, batch_id, {columns}, changed_at)
        SELECT {row}.event_id, {row}.id, {batch}, {values}, {now} FROM events
        WHERE id = {row}.event_id AND is_visible AND ends_at >= {minutes_ago(_MINUTES_AFTER_END)}"""
    if not merges:
        return (insert,)
    recent = f"id = ({last}) AND changed_at >= {minutes_ago(_MERGED_MINUTES)}"
    assignments = ", ".join(f"{name}_after = {after[name]}" for name in _STATES)
    is_as_before = " AND ".join(f"{name}_before {same} {name}_after" for name in _STATES)
    return (
        # PostgreSQL deletes an event before its talks, and refuses changes that name it.
        f"""UPDATE programme_changes SET {assignments}, changed_at = {now}
            WHERE {recent} AND EXISTS (SELECT 1 FROM events WHERE id = {row}.event_id)""",
        f"{insert} AND NOT EXISTS (SELECT 1 FROM programme_changes WHERE {recent})",
        f"""DELETE FROM programme_changes WHERE talk_id = {row}.id
            AND ({is_as_before} OR coalesce(state_before, 'removed') = 'removed' AND state_after = 'removed')""",
    )


def _triggers(dialect):
    """Yield name, event, condition and statements of the triggers, and what they return."""
    _, _, same = dialect
    old, new = (", ".join(f"{row}.{column.strip()}" for column in _COLUMNS.split(",")) for row in ("OLD", "NEW"))
    yield (
        "insert",
        "AFTER INSERT",
        "NEW.is_active",
        _change(dialect, "NEW", _ABSENT, _visible_values("NEW"), merges=False),
        "NULL",
    )
    yield (
        "update",
        f"AFTER UPDATE OF {_COLUMNS}",
        f"(OLD.is_active OR NEW.is_active) AND NOT (({new}) {same} ({old}))",
        _change(dialect, "NEW", _before_update(), _after_update()),
        "NULL",
    )
    # Before, because the changes of a deleted talk do not name it.
    yield "delete", "BEFORE DELETE", "OLD.is_active", _change(dialect, "OLD", _visible_values("OLD"), _REMOVED), "OLD"


def sqlite_trigger_statements(create_trigger):
    """Yield the statements; ``create_trigger(name, event, *body)`` returns one."""
    dialect = SQLITE_NOW, lambda number: SQLITE_NOW.replace("'now'", f"'now', '-{number} minutes'"), "IS"
    for name, event, condition, statements, _ in _triggers(dialect):
        yield create_trigger(f"talks_{name}_change", f"{event} ON talks WHEN {condition}", *statements)


def postgresql_trigger_statements(prefix):
    """Yield the statements; the names of all functions and triggers begin with ``prefix``."""
    dialect = (
        POSTGRESQL_NOW,
        lambda number: f"{POSTGRESQL_NOW} - interval '{number} minutes'",
        "IS NOT DISTINCT FROM",
    )
    for name, event, condition, statements, row in _triggers(dialect):
        function, body = f"{prefix}talks_{name}_change", "; ".join(statements)
        yield f"""CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql
            AS $$ BEGIN {body}; RETURN {row}; END $$"""
        yield f"""CREATE TRIGGER {function} {event} ON talks
            FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {function}()"""
