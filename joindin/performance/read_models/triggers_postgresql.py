"""Triggers and search indexes on PostgreSQL.

No writer waits for another's count (see ``PendingBucketCount``): each change is inserted as a row of its own. At the
end of the statement all committed changes, and the own ones, are added to the counts, unless another transaction is
doing so: the advisory lock is only tried.
"""

import logging

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from joindin.performance.read_models import (
    crew,
    departed_talks,
    programme_changes,
    programme_versions,
    revisions,
    row_versions,
    slug_history,
    talk_revisions,
)
from joindin.performance.read_models.expressions import (
    COUNTED_EVENT_COLUMNS,
    LEVEL_SHIFTS,
    LISTED_EVENT_COLUMNS,
    LISTED_TALK_COLUMNS,
    LISTED_USER_COLUMNS,
    listed_event_values,
    sort_score,
)

log = logging.getLogger(__name__)

# Of all triggers and functions; existing databases contain this prefix.
PREFIX = "keep_"

# Any number that no other lock of this database uses.
ADVISORY_LOCK_ID = 725484

NOW = "floor(extract(epoch FROM now()))::integer"
TODAY = f"{NOW} / 86400"


def _function(name, body):
    return (
        f"CREATE OR REPLACE FUNCTION {PREFIX}{name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} RETURN NULL; END $$"
    )


def _row_trigger(name, event, function, table, when=""):
    return f"""CREATE TRIGGER {PREFIX}{name} AFTER {event} ON {table} FOR EACH ROW {when}
        EXECUTE FUNCTION {PREFIX}{function}()"""


def _statement_trigger(name, event, function, table):
    return f"CREATE TRIGGER {PREFIX}{name} AFTER {event} ON {table} EXECUTE FUNCTION {PREFIX}{function}()"


def _add_to_count(counter, bucket, change):
    return f"INSERT INTO pending_bucket_counts (counter, bucket, change) VALUES ({counter}, {bucket}, {change});"


# Cached counts are valid while this counter does not move.
BUMP_CHANGE_COUNTER = _add_to_count("'changes'", "0", 1)

NEW_SORT_SCORE = sort_score("started", "NEW.start_day", "NEW.popularity")

UPSERT_LISTED_EVENT = f"""
DECLARE
    started CONSTANT boolean := NEW.start_day < {TODAY};
BEGIN
    IF NOT NEW.is_visible THEN
        IF TG_OP = 'UPDATE' AND OLD.is_visible THEN
            DELETE FROM listed_events WHERE event_id = OLD.id;
        END IF;
    ELSIF TG_OP = 'UPDATE' AND OLD.is_visible THEN
        UPDATE listed_events
            SET (starts_at, start_day, cfp_starts_at, cfp_ends_at, name_key) = ROW({listed_event_values("NEW")})
            WHERE event_id = NEW.id;
        IF NEW.start_day <> OLD.start_day THEN
            UPDATE hot_events SET has_started = started, start_day = NEW.start_day, sort_score = {NEW_SORT_SCORE}
                WHERE event_id = NEW.id;
        END IF;
    ELSE
        INSERT INTO listed_events (event_id, starts_at, start_day, cfp_starts_at, cfp_ends_at, name_key)
            VALUES (NEW.id, {listed_event_values("NEW")});
        INSERT INTO hot_events (event_id, has_started, start_day, sort_score)
            VALUES (NEW.id, started, NEW.start_day, {NEW_SORT_SCORE});
    END IF;"""

UPDATE_SORT_SCORE = f"""BEGIN
    UPDATE hot_events SET sort_score = {sort_score("has_started", "start_day", "NEW.popularity")}
        WHERE event_id = NEW.id;"""

COUNT_LISTED_EVENT = f"""BEGIN
    {BUMP_CHANGE_COUNTER}
    IF TG_OP = 'INSERT' THEN
        {_add_to_count("'events'", "NEW.start_day", 1)}
        INSERT INTO listed_tags (tag_id, starts_at, event_id, start_day)
            SELECT tag_id, NEW.starts_at, NEW.event_id, NEW.start_day FROM event_tags WHERE event_id = NEW.event_id;
    ELSIF TG_OP = 'DELETE' THEN
        {_add_to_count("'events'", "OLD.start_day", -1)}
    ELSIF NEW.starts_at <> OLD.starts_at THEN
        {_add_to_count("'events'", "OLD.start_day", -1)}
        {_add_to_count("'events'", "NEW.start_day", 1)}
        UPDATE listed_tags SET starts_at = NEW.starts_at, start_day = NEW.start_day WHERE event_id = NEW.event_id;
    END IF;"""

COPY_EVENT_TAG = """BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO listed_tags (tag_id, starts_at, event_id, start_day)
            SELECT NEW.tag_id, starts_at, event_id, start_day FROM listed_events WHERE event_id = NEW.event_id;
    ELSE
        DELETE FROM listed_tags WHERE event_id = OLD.event_id AND tag_id = OLD.tag_id;
    END IF;"""

COUNT_LISTED_TAG = f"""BEGIN
    {BUMP_CHANGE_COUNTER}
    IF TG_OP <> 'INSERT' THEN
        {_add_to_count("'tag ' || OLD.tag_id", "OLD.start_day", -1)}
    END IF;
    IF TG_OP <> 'DELETE' THEN
        {_add_to_count("'tag ' || NEW.tag_id", "NEW.start_day", 1)}
    END IF;"""


def _count_values(row, change):
    """Return the statements that count an event under the values of its columns."""
    return " ".join(
        f"""IF {row}.is_visible AND {row}.{column} IS NOT NULL THEN
            {_add_to_count(f"'{kind} ' || {row}.{column}", f"{row}.start_day", change)}
        END IF;"""
        for column, kind in COUNTED_EVENT_COLUMNS.items()
    )


COUNT_VALUES = f"""BEGIN
    IF TG_OP <> 'INSERT' THEN {_count_values("OLD", -1)} END IF;
    IF TG_OP <> 'DELETE' THEN {_count_values("NEW", 1)} END IF;"""

COUNT_USER = f"""BEGIN
    IF TG_OP <> 'INSERT' THEN
        IF OLD.is_active THEN
            {_add_to_count("'users'", "OLD.id >> 8", -1)}
        END IF;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        IF NEW.is_active THEN
            {_add_to_count("'users'", "NEW.id >> 8", 1)}
        END IF;
    END IF;"""

COUNT_CHANGE = f"""BEGIN
    {BUMP_CHANGE_COUNTER}"""

_LEVELS = ", ".join(f"({level}, {shift})" for level, shift in LEVEL_SHIFTS.items())
SUM_UP = f"""BEGIN
    IF EXISTS (SELECT FROM pending_bucket_counts) AND pg_try_advisory_xact_lock({ADVISORY_LOCK_ID}) THEN
        WITH pending AS (DELETE FROM pending_bucket_counts RETURNING counter, bucket, change)
        INSERT INTO bucket_counts (counter, level, bucket, count)
            SELECT counter, level, bucket >> shift, sum(change)
            FROM pending CROSS JOIN (VALUES {_LEVELS}) levels (level, shift)
            GROUP BY 1, 2, 3
        ON CONFLICT (counter, level, bucket) DO UPDATE SET count = bucket_counts.count + excluded.count;
    END IF;"""

# By table: the statements that change its lists, after which the pending changes are summed up.
SUMMED_UP_AFTER = {
    "talks": f"INSERT OR DELETE OR UPDATE OF {LISTED_TALK_COLUMNS}",
    "events": f"INSERT OR DELETE OR UPDATE OF {', '.join(COUNTED_EVENT_COLUMNS)}, {LISTED_EVENT_COLUMNS}",
    "event_tags": "INSERT OR DELETE",
    "users": f"INSERT OR DELETE OR UPDATE OF {LISTED_USER_COLUMNS}",
    **dict.fromkeys(crew.COUNTED_TABLES, "INSERT OR DELETE OR UPDATE"),
}

CREATE_STATEMENTS = [
    _function("events", UPSERT_LISTED_EVENT),
    _function("popularity", UPDATE_SORT_SCORE),
    _function("listed_events", COUNT_LISTED_EVENT),
    _function("event_tags", COPY_EVENT_TAG),
    _function("listed_tags", COUNT_LISTED_TAG),
    _function("event_values", COUNT_VALUES),
    _function("users", COUNT_USER),
    _function("changes", COUNT_CHANGE),
    _function("sums", SUM_UP),
    _row_trigger("events_insert", "INSERT", "events", "events", "WHEN (NEW.is_visible)"),
    _row_trigger(
        "events_update",
        f"UPDATE OF {LISTED_EVENT_COLUMNS}",
        "events",
        "events",
        "WHEN (OLD.is_visible OR NEW.is_visible)",
    ),
    _row_trigger(
        "events_popularity",
        "UPDATE OF attendee_count, comment_count",
        "popularity",
        "events",
        "WHEN (NEW.is_visible AND NEW.popularity <> OLD.popularity)",
    ),
    _row_trigger("listed_events", "INSERT OR DELETE OR UPDATE", "listed_events", "listed_events"),
    _row_trigger("event_tags", "INSERT OR DELETE", "event_tags", "event_tags"),
    _row_trigger("listed_tags", "INSERT OR DELETE OR UPDATE OF start_day", "listed_tags", "listed_tags"),
    _row_trigger("events_values", SUMMED_UP_AFTER["events"], "event_values", "events"),
    _row_trigger("users", "INSERT OR DELETE OR UPDATE OF is_active", "users", "users"),
    _row_trigger("talks", SUMMED_UP_AFTER["talks"], "changes", "talks"),
    _row_trigger("users_names", SUMMED_UP_AFTER["users"], "changes", "users"),
    *(_statement_trigger(f"{table}_sums", event, "sums", table) for table, event in SUMMED_UP_AFTER.items()),
    *row_versions.postgresql_trigger_statements(PREFIX),
    *revisions.postgresql_trigger_statements(PREFIX),
    *programme_versions.postgresql_trigger_statements(PREFIX),
    *talk_revisions.postgresql_trigger_statements(PREFIX),
    *departed_talks.postgresql_trigger_statements(PREFIX),
    *programme_changes.postgresql_trigger_statements(PREFIX),
    *slug_history.postgresql_trigger_statements(PREFIX),
    *crew.postgresql_trigger_statements(PREFIX, _add_to_count),
]

# The same expression as in the search; a NULL name would make the whole text NULL.
USER_NAMES = "username_key || E'\\n' || coalesce(full_name_key, '') || E'\\n' || lower(coalesce(twitter_username, ''))"

SEARCH_INDEXES = {
    "search_event_titles": "listed_events USING gin (name_key gin_trgm_ops)",
    "search_talk_titles": "talks USING gin (title_key gin_trgm_ops)",
    "search_user_names": f"users USING gin (({USER_NAMES}) gin_trgm_ops) WHERE is_active",
}

MSG_PG_TRGM_MISSING = (
    "PostgreSQL's extension pg_trgm is missing and this role may not create it, so searches will read whole tables."
    " Have it created (CREATE EXTENSION pg_trgm) and run `joindin setup` again."
)


def drop_triggers(connection: Connection) -> None:
    triggers = connection.exec_driver_sql(
        f"""SELECT tgname, tgrelid::regclass FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
            WHERE tgname LIKE '{PREFIX}%%' AND NOT tgisinternal AND relnamespace = current_schema::regnamespace"""
    )
    for name, table in triggers.all():
        connection.exec_driver_sql(f"DROP TRIGGER {name} ON {table}")
    functions = connection.exec_driver_sql(
        f"""SELECT oid::regprocedure FROM pg_proc
            WHERE proname LIKE '{PREFIX}%%' AND pronamespace = current_schema::regnamespace"""
    )
    for (function,) in functions.all():
        connection.exec_driver_sql(f"DROP FUNCTION {function}")


def create_triggers(connection: Connection) -> None:
    for statement in CREATE_STATEMENTS:
        connection.exec_driver_sql(statement)


def drop_search_indexes(connection: Connection) -> None:
    for name in SEARCH_INDEXES:
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS {name}")


def create_search_indexes(connection: Connection) -> None:
    """Create the missing trigram indexes if the extension is or can be installed; log a warning otherwise."""
    try:
        with connection.begin_nested():
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DBAPIError:
        log.warning(MSG_PG_TRGM_MISSING)
        return
    for name, definition in SEARCH_INDEXES.items():
        connection.exec_driver_sql(f"CREATE INDEX IF NOT EXISTS {name} ON {definition}")
