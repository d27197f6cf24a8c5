"""Times and versions of events with a crew, and counters of the changes that decide how many events a person sees.

``crew_details`` has the span of an event's shifts. Its version moves with the texts of the event and with its shifts as far
as they decide about the event; that of a shift moves with the shift and its participations (``row_versions.py``).

Numbers that depend on the person are cached (``caching/query_cache.py``) under the values of counters: of the changes of
all events with a crew, of the person's own permissions, groups and participations, and of the permissions of groups.
"""

from joindin.performance.read_models.row_versions import BUMP_VERSION, VERSION_UNCHANGED

EVENTS_COUNTER = "'crew'"
# With a name of the user or group after it.
USER_COUNTER, GROUP_COUNTER, PARTICIPANT_COUNTER = "'crew user ' || ", "'crew group ' || ", "'crew participant ' || "
# Changes of qualifications, their categories and inclusions, not of people's.
QUALIFICATIONS_COUNTER = "'crew qualifications'"

EXPECTED_SPAN = {
    "shifts_start_at": "(SELECT min(s.starts_at) FROM shifts s WHERE s.event_id = crew_details.event_id)",
    "shifts_end_at": "(SELECT max(s.ends_at) FROM shifts s WHERE s.event_id = crew_details.event_id)",
}
_SET_SPAN = "SET " + ", ".join(f"{column} = {value}" for column, value in EXPECTED_SPAN.items())
REFILL_SPANS = f"UPDATE crew_details {_SET_SPAN}"

# Columns of a shift that decide when its event is, and whether a search finds the shift.
_SHIFT_COLUMNS = "event_id, label, starts_at, ends_at"
_SHOWN_COLUMNS = f"event_type_id, {', '.join(EXPECTED_SPAN)}"
_ROWS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}


def _follow_shifts(ids):
    return f"UPDATE crew_details {_SET_SPAN}, version = version + 1 WHERE event_id IN ({ids})"


def _permission_counter(row):
    return f"CASE WHEN {row}.group_id IS NULL THEN {USER_COUNTER}{row}.user_id ELSE {GROUP_COUNTER}{row}.group_id END"


# By table: the condition of a row that counts, and its counter, for a name of the row.
_COUNTERS = {
    "crew_details": (lambda row: "true", lambda row: EVENTS_COUNTER),
    "granted_permissions": (lambda row: f"{row}.on_event_id IS NOT NULL", _permission_counter),
    "group_members": (lambda row: "true", lambda row: f"{USER_COUNTER}{row}.user_id"),
    "participations": (
        lambda row: f"{row}.user_id IS NOT NULL",
        lambda row: f"{PARTICIPANT_COUNTER}{row}.user_id",
    ),
    **dict.fromkeys(
        ("qualifications", "qualification_categories", "qualification_inclusions"),
        (lambda row: "true", lambda row: QUALIFICATIONS_COUNTER),
    ),
}
COUNTED_TABLES = tuple(_COUNTERS)

# Which shifts have a participation with the comment of a row, and which with a comment of a user.
_OF_COMMENT = "id IN (SELECT shift_id FROM participations WHERE id IN ({ids}))"
_OF_AUTHOR = (
    "id IN (SELECT p.shift_id FROM participations p JOIN participation_comments c ON c.participation_id = p.id"
    " WHERE c.author_id = NEW.id)"
)
_AUTHOR_COLUMNS = ("username", "full_name")
# Of events, as far as the crew sees them.
_EVENT_COLUMNS = ("name", "description", "location")
_BUMP_DETAILS = f"UPDATE crew_details {BUMP_VERSION} WHERE event_id = NEW.id"


def sum_of_changes(counters: str) -> str:
    """Return SQL for the number of changes under these counters, those that are not summed up yet included."""
    return f"""CAST((SELECT coalesce(sum(count), 0) FROM bucket_counts WHERE level = 1 AND counter IN ({counters}))
        + (SELECT coalesce(sum(change), 0) FROM pending_bucket_counts WHERE counter IN ({counters})) AS bigint)"""


def sqlite_trigger_statements(create_trigger, add_to_count):
    """Yield the statements; ``create_trigger(name, event, *body)`` returns one, ``add_to_count`` one for its body."""
    for verb, rows in _ROWS.items():
        event = f"AFTER {verb}{f' OF {_SHIFT_COLUMNS}' if verb == 'UPDATE' else ''} ON shifts"
        ids = ", ".join(f"{row}.event_id" for row in rows)
        yield create_trigger(f"shifts_{verb.lower()}_span", event, _follow_shifts(ids))
    yield create_trigger(
        "crew_details_version",
        f"AFTER UPDATE OF {_SHOWN_COLUMNS} ON crew_details WHEN {VERSION_UNCHANGED}",
        f"UPDATE crew_details {BUMP_VERSION} WHERE event_id = NEW.event_id",
    )
    for verb, rows in _ROWS.items():
        shifts = _OF_COMMENT.format(ids=", ".join(f"{row}.participation_id" for row in rows))
        yield create_trigger(
            f"participation_comments_{verb.lower()}_version",
            f"AFTER {verb} ON participation_comments",
            f"UPDATE shifts {BUMP_VERSION} WHERE {shifts}",
        )
    old, new = (", ".join(f"{row}.{column}" for column in _EVENT_COLUMNS) for row in ("OLD", "NEW"))
    yield create_trigger(
        "events_in_crew_details",
        f"AFTER UPDATE OF {', '.join(_EVENT_COLUMNS)} ON events WHEN ({new}) IS NOT ({old})",
        _BUMP_DETAILS,
    )
    for column in _AUTHOR_COLUMNS:
        yield create_trigger(
            f"users_{column}_in_shifts",
            f"AFTER UPDATE OF {column} ON users WHEN NEW.{column} IS NOT OLD.{column}",
            f"UPDATE shifts {BUMP_VERSION} WHERE {_OF_AUTHOR}",
        )
    for table, (condition, counter) in _COUNTERS.items():
        for verb, rows in _ROWS.items():
            for row in rows:
                yield create_trigger(
                    f"{table}_{verb.lower()}_{row.lower()}_changes",
                    f"AFTER {verb} ON {table} WHEN {condition(row)}",
                    add_to_count(counter(row), "0", 1),
                )


def postgresql_trigger_statements(prefix, add_to_count):
    """Yield the statements; the names of all functions and triggers begin with ``prefix``."""
    # Of an inserted row OLD is NULL, of a deleted one NEW.
    yield _function(f"{prefix}shifts_span", f"{_follow_shifts('OLD.event_id, NEW.event_id')}; RETURN NULL;")
    yield f"""CREATE TRIGGER {prefix}shifts_span AFTER INSERT OR DELETE OR UPDATE OF {_SHIFT_COLUMNS} ON shifts
        FOR EACH ROW EXECUTE FUNCTION {prefix}shifts_span()"""
    yield _function(f"{prefix}crew_details_version", "NEW.version := OLD.version + 1; RETURN NEW;")
    yield f"""CREATE TRIGGER {prefix}crew_details_version BEFORE UPDATE OF {_SHOWN_COLUMNS} ON crew_details
        FOR EACH ROW WHEN ({VERSION_UNCHANGED}) EXECUTE FUNCTION {prefix}crew_details_version()"""
    shifts = _OF_COMMENT.format(ids="OLD.participation_id, NEW.participation_id")
    name = f"{prefix}participation_comments_version"
    yield _function(name, f"UPDATE shifts {BUMP_VERSION} WHERE {shifts}; RETURN NULL;")
    yield f"""CREATE TRIGGER {name} AFTER INSERT OR UPDATE OR DELETE ON participation_comments
        FOR EACH ROW EXECUTE FUNCTION {name}()"""
    for table, columns, shown_in, bump in (
        ("events", _EVENT_COLUMNS, "crew_details", _BUMP_DETAILS),
        ("users", _AUTHOR_COLUMNS, "shifts", f"UPDATE shifts {BUMP_VERSION} WHERE {_OF_AUTHOR}"),
    ):
        old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
        name = f"{prefix}{table}_in_{shown_in}"
        yield _function(name, f"{bump}; RETURN NULL;")
        yield f"""CREATE TRIGGER {name} AFTER UPDATE OF {", ".join(columns)} ON {table}
            FOR EACH ROW WHEN (({new}) IS DISTINCT FROM ({old})) EXECUTE FUNCTION {name}()"""
    for table, (condition, counter) in _COUNTERS.items():
        for verb, rows in _ROWS.items():
            for row in rows:
                name = f"{prefix}{table}_{verb.lower()}_{row.lower()}_changes"
                yield _function(name, f"{add_to_count(counter(row), '0', 1)} RETURN NULL;")
                yield f"""CREATE TRIGGER {name} AFTER {verb} ON {table}
                    FOR EACH ROW WHEN ({condition(row)}) EXECUTE FUNCTION {name}()"""


def _function(name, body):
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
