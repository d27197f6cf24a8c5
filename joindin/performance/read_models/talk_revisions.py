"""Revisions of talks: a counter and a time of each talk that move with what its entry in calendars shows, and with nothing else.

Stars, ratings, comments and the other talks of the programme do not move them.
"""

from joindin.performance.read_models.revisions import POSTGRESQL_NOW, SQLITE_NOW

REVISED_COLUMNS = (
    "event_id", "title", "stub", "description", "starts_at", "duration", "type_id", "room_id", "state", "is_active",
    "has_feedback",
)  # fmt: skip

# Tables whose rows calendars show with the talk that they name.
REVISED_BY_CHILDREN = ("talk_speakers", "talk_tracks")

# Columns that calendars show with any number of talks: table, columns, and which talks they are.
REVISED_BY_OTHERS = (
    ("events", ("location", "timezone", "state", "is_active", "is_pending", "is_private"), "event_id = NEW.id"),
    # Shown in place of a location.
    ("events", ("name",), "event_id = NEW.id AND room_id IS NULL AND coalesce(NEW.location, '') = ''"),
    ("event_settings", ("language", "feedback_access"), "event_id = NEW.event_id"),
    ("rooms", ("name", "stream_url"), "room_id = NEW.id"),
    ("tracks", ("name",), "id IN (SELECT talk_id FROM talk_tracks WHERE track_id = NEW.id)"),
    ("talk_types", ("title",), "type_id = NEW.id"),
    ("users", ("full_name",), "id IN (SELECT talk_id FROM talk_speakers WHERE user_id = NEW.id)"),
)


def _revise(now, condition):
    return f"UPDATE talks SET revision = revision + 1, revised_at = {now} WHERE {condition}"


def _changed(columns, operator):
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    return f"({new}) {operator} ({old})"


def sqlite_trigger_statements(create_trigger):
    """Yield the statements; ``create_trigger(name, event, *body)`` returns one."""
    yield create_trigger(
        "talks_revision",
        f"AFTER UPDATE OF {', '.join(REVISED_COLUMNS)} ON talks"
        f" WHEN NEW.revision = OLD.revision AND {_changed(REVISED_COLUMNS, 'IS NOT')}",
        _revise(SQLITE_NOW, "id = NEW.id"),
    )
    for table in REVISED_BY_CHILDREN:
        for verb, rows in {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}.items():
            ids = ", ".join(f"{row}.talk_id" for row in rows)
            name = f"{table}_{verb.lower()}_talk_revision"
            yield create_trigger(name, f"AFTER {verb} ON {table}", _revise(SQLITE_NOW, f"id IN ({ids})"))
    for table, columns, condition in REVISED_BY_OTHERS:
        yield create_trigger(
            f"{table}_{columns[0]}_talk_revision",
            f"AFTER UPDATE OF {', '.join(columns)} ON {table} WHEN {_changed(columns, 'IS NOT')}",
            _revise(SQLITE_NOW, condition),
        )
    yield create_trigger(
        "event_settings_insert_talk_revision",
        "AFTER INSERT ON event_settings",
        _revise(SQLITE_NOW, "event_id = NEW.event_id"),
    )


def postgresql_trigger_statements(prefix):
    """Yield the statements; the names of all functions and triggers begin with ``prefix``."""
    yield _function(
        f"{prefix}talk_revision",
        f"NEW.revision := OLD.revision + 1; NEW.revised_at := {POSTGRESQL_NOW}; RETURN NEW;",
    )
    yield f"""CREATE TRIGGER {prefix}talks_revision BEFORE UPDATE OF {", ".join(REVISED_COLUMNS)} ON talks
        FOR EACH ROW WHEN (NEW.revision = OLD.revision AND {_changed(REVISED_COLUMNS, "IS DISTINCT FROM")})
        EXECUTE FUNCTION {prefix}talk_revision()"""
    # Of an inserted row OLD is NULL, of a deleted one NEW.
    revise = _revise(POSTGRESQL_NOW, "id IN (OLD.talk_id, NEW.talk_id)")
    yield _function(f"{prefix}revise_talk", f"{revise}; RETURN NULL;")
    for table in REVISED_BY_CHILDREN:
        yield f"""CREATE TRIGGER {prefix}{table}_talk_revision AFTER INSERT OR UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {prefix}revise_talk()"""
    for table, columns, condition in REVISED_BY_OTHERS:
        name = f"{prefix}{table}_{columns[0]}_talk_revision"
        yield _function(name, f"{_revise(POSTGRESQL_NOW, condition)}; RETURN NULL;")
        yield f"""CREATE TRIGGER {name} AFTER UPDATE OF {", ".join(columns)} ON {table}
            FOR EACH ROW WHEN ({_changed(columns, "IS DISTINCT FROM")}) EXECUTE FUNCTION {name}()"""
    yield f"""CREATE TRIGGER {prefix}event_settings_talk_revision AFTER INSERT ON event_settings
        FOR EACH ROW EXECUTE FUNCTION {prefix}event_settings_language_talk_revision()"""


def _function(name, body):
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
