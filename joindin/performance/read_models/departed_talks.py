"""Traces of talks that were public and are no longer: deleted or hidden, or with an event that was.

Calendars announce from them that the talks are gone. A trace contains neither title nor text, and is deleted when the talk
is public again. Readers are those in whose own calendars the talk was.
"""

from joindin.performance.read_models.revisions import POSTGRESQL_NOW, PUBLICATION_COLUMNS, SQLITE_NOW, becomes_private

_TALKS = "talks t JOIN events e ON e.id = t.event_id"
_COPIED = "event_id, stub, room_id, type_id, language_id, starts_at, duration, has_recording_opt_out, level"
_SPEAKS = "r.user_id IS NOT NULL AND NOT r.is_pending"
# By relation of the reader: table, column of the reader, and which of its rows.
_READERS = {
    "starrer": ("talk_stars", "user_id", "1 = 1"),
    "device": ("device_stars", "device_id", "1 = 1"),
    "speaker": ("talk_speakers", "user_id", _SPEAKS),
}
ARRAYS = {"sqlite": "json_group_array(track_id)", "postgresql": "coalesce(json_agg(track_id), '[]')"}

# A public talk is visible in the rows of both tables, which still are as they were.
_HIDE_TALK = "OLD.is_active AND NOT NEW.is_active"
_SHOW_TALK = "NEW.is_active AND NOT OLD.is_active"
_TALK_RETURNS = """DELETE FROM departed_talks
    WHERE talk_id = NEW.id AND EXISTS (SELECT 1 FROM events WHERE id = NEW.event_id AND is_visible)"""
_EVENT_RETURNS = """DELETE FROM departed_talks
    WHERE talk_id IN (SELECT id FROM talks WHERE event_id = NEW.id AND is_active)"""


def _depart(now, array, condition):
    """Return the statements that store that the public talks of the condition have departed."""
    public = f"FROM {_TALKS} WHERE t.is_active AND e.is_visible AND {condition}"
    copied = ", ".join(f"t.{column.strip()}" for column in _COPIED.split(","))
    tracks = f"(SELECT {array} FROM talk_tracks WHERE talk_id = t.id)"
    return (
        # A trace of an earlier departure is replaced.
        f"DELETE FROM departed_talks WHERE talk_id IN (SELECT t.id {public})",
        f"INSERT INTO departed_talks (talk_id, {_COPIED}, track_ids, timezone, sequence, gone_at)"
        f" SELECT t.id, {copied}, {tracks}, e.timezone, t.revision + 1, {now} {public}",
        *(
            f"INSERT INTO departed_talk_readers (relation, reader_id, talk_id) SELECT DISTINCT '{relation}', r.{column},"
            f" r.talk_id FROM {table} r WHERE {which} AND r.talk_id IN (SELECT t.id {public})"
            for relation, (table, column, which) in _READERS.items()
        ),
    )


def _departures(now, array):
    """Yield name, event, condition and statements of the triggers that run before a talk is gone, and their return value."""
    talk, event = _depart(now, array, "t.id = OLD.id"), _depart(now, array, "e.id = OLD.id")
    yield "talks_depart", "BEFORE DELETE ON talks", "OLD.is_active", talk, "OLD"
    yield "talks_hide", "BEFORE UPDATE OF is_active ON talks", _HIDE_TALK, talk, "NEW"
    # Before its talks are deleted with it.
    yield "events_depart_talks", "BEFORE DELETE ON events", "OLD.is_active", event, "OLD"
    yield (
        "events_hide_talks", f"BEFORE UPDATE OF {PUBLICATION_COLUMNS} ON events", becomes_private("OLD", "NEW"), event, "NEW",
    )  # fmt: skip


_RETURNS = (
    ("talks_show", "AFTER UPDATE OF is_active ON talks", _SHOW_TALK, _TALK_RETURNS),
    (
        "events_show_talks",
        f"AFTER UPDATE OF {PUBLICATION_COLUMNS} ON events",
        becomes_private("NEW", "OLD"),
        _EVENT_RETURNS,
    ),
)


def sqlite_trigger_statements(create_trigger):
    """Yield the statements; ``create_trigger(name, event, *body)`` returns one."""
    for name, event, condition, statements, _ in _departures(SQLITE_NOW, ARRAYS["sqlite"]):
        yield create_trigger(name, f"{event} WHEN {condition}", *statements)
    for name, event, condition, statement in _RETURNS:
        yield create_trigger(name, f"{event} WHEN {condition}", statement)


def postgresql_trigger_statements(prefix):
    """Yield the statements; the names of all functions and triggers begin with ``prefix``."""
    for name, event, condition, statements, row in _departures(POSTGRESQL_NOW, ARRAYS["postgresql"]):
        yield from _trigger(f"{prefix}{name}", event, condition, f"{'; '.join(statements)}; RETURN {row};")
    for name, event, condition, statement in _RETURNS:
        yield from _trigger(f"{prefix}{name}", event, condition, f"{statement}; RETURN NULL;")


def _trigger(name, event, condition, body):
    yield f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
    yield f"CREATE TRIGGER {name} {event} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {name}()"
