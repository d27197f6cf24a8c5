"""Versions of programmes: a counter and a time of each event that move with what its programme shows.

Schedules, lists of speakers and exports are cached under the version. Stars, ratings, comments and attendance do not move
it; the row version (``row_versions.py``) moves with these.
"""

from joindin.performance.read_models.revisions import POSTGRESQL_NOW, SQLITE_NOW

# By table: the columns of the programme. Rows without a change of these move nothing.
PROGRAMME_COLUMNS = {
    "events": (
        "name", "slug", "starts_at", "ends_at", "timezone", "location", "place_id", "state", "day_starts_at", "href",
    ),
    "talks": (
        "event_id", "title", "slug", "stub", "subtitle", "description", "starts_at", "duration", "type_id",
        "language_id", "slides_url", "is_active", "room_id", "state", "repeat_of_id",
        "moved_from", "moved_from_room", "has_feedback", "has_recording_opt_out", "level",
    ),
    "rooms": (
        "event_id", "name", "slug", "position", "guid", "description", "capacity", "floor", "access_notes", "stream_url",
    ),
    "tracks": ("event_id", "name", "description", "position", "hue"),
    "event_images": ("event_id", "size", "file", "url"),
    "event_settings": ("feedback_access", "language"),
}  # fmt: skip

# Tables whose rows appear with the talk that they name.
CHILDREN_OF_TALKS = ("talk_speakers", "talk_links", "talk_tracks")

_TALKS_OF_USER = "SELECT talk_id FROM talk_speakers WHERE user_id = NEW.id"
# Columns that appear in any number of programmes: table, column, and which talks they are shown with.
SHOWN_WITH_TALKS = (
    ("users", "full_name", f"id IN ({_TALKS_OF_USER})"),
    ("users", "username", f"id IN ({_TALKS_OF_USER})"),
    ("talk_types", "title", "type_id = NEW.id"),
    ("languages", "name", "language_id = NEW.id"),
)

_ROWS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}


def _bump(now, condition):
    return (
        "UPDATE events SET programme_version = programme_version + 1,"
        f" programme_changed_at = {now} WHERE id IN ({condition})"
    )


def _changed(columns, operator):
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    return f"({new}) {operator} ({old})"


def sqlite_trigger_statements(create_trigger):
    """Yield the statements; ``create_trigger(name, event, *body)`` returns one."""
    for table, columns in PROGRAMME_COLUMNS.items():
        key = "id" if table == "events" else "event_id"
        for verb, rows in _ROWS.items():
            if table == "events" and verb != "UPDATE":
                continue
            event = f"AFTER {verb} ON {table}"
            if verb == "UPDATE":
                event = f"AFTER UPDATE OF {', '.join(columns)} ON {table} WHEN {_changed(columns, 'IS NOT')}"
            ids = ", ".join(f"{row}.{key}" for row in rows)
            yield create_trigger(f"{table}_{verb.lower()}_programme", event, _bump(SQLITE_NOW, ids))
    for table in CHILDREN_OF_TALKS:
        for verb, rows in _ROWS.items():
            talks = ", ".join(f"{row}.talk_id" for row in rows)
            events = f"SELECT event_id FROM talks WHERE id IN ({talks})"
            yield create_trigger(
                f"{table}_{verb.lower()}_programme", f"AFTER {verb} ON {table}", _bump(SQLITE_NOW, events)
            )
    for table, column, condition in SHOWN_WITH_TALKS:
        yield create_trigger(
            f"{table}_{column}_programme",
            f"AFTER UPDATE OF {column} ON {table} WHEN NEW.{column} IS NOT OLD.{column}",
            _bump(SQLITE_NOW, f"SELECT event_id FROM talks WHERE {condition}"),
        )


def postgresql_trigger_statements(prefix):
    """Yield the statements; the names of all functions and triggers begin with ``prefix``."""
    yield _function(
        f"{prefix}event_programme",
        "NEW.programme_version := OLD.programme_version + 1;"
        f" NEW.programme_changed_at := {POSTGRESQL_NOW}; RETURN NEW;",
    )
    # Of an inserted row OLD is NULL, of a deleted one NEW.
    yield _function(f"{prefix}bump_programme", f"{_bump(POSTGRESQL_NOW, 'OLD.event_id, NEW.event_id')}; RETURN NULL;")
    talks = "SELECT event_id FROM talks WHERE id IN (OLD.talk_id, NEW.talk_id)"
    yield _function(f"{prefix}bump_programme_of_talk", f"{_bump(POSTGRESQL_NOW, talks)}; RETURN NULL;")
    for table, columns in PROGRAMME_COLUMNS.items():
        update = (
            f"UPDATE OF {', '.join(columns)} ON {table} FOR EACH ROW WHEN ({_changed(columns, 'IS DISTINCT FROM')})"
        )
        if table == "events":
            yield f"CREATE TRIGGER {prefix}events_programme BEFORE {update} EXECUTE FUNCTION {prefix}event_programme()"
            continue
        yield f"CREATE TRIGGER {prefix}{table}_programme AFTER {update} EXECUTE FUNCTION {prefix}bump_programme()"
        yield f"""CREATE TRIGGER {prefix}{table}_in_programme AFTER INSERT OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {prefix}bump_programme()"""
    for table in CHILDREN_OF_TALKS:
        yield f"""CREATE TRIGGER {prefix}{table}_programme AFTER INSERT OR UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {prefix}bump_programme_of_talk()"""
    for table, column, condition in SHOWN_WITH_TALKS:
        name = f"{prefix}{table}_{column}_programme"
        bump = _bump(POSTGRESQL_NOW, f"SELECT event_id FROM talks WHERE {condition}")
        yield _function(name, f"{bump}; RETURN NULL;")
        yield f"""CREATE TRIGGER {name} AFTER UPDATE OF {column} ON {table}
            FOR EACH ROW WHEN (NEW.{column} IS DISTINCT FROM OLD.{column}) EXECUTE FUNCTION {name}()"""


def _function(name, body):
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
