"""The triggers on PostgreSQL, where nobody waits for another's counting (see ``TallyChange``).

Whatever is counted is noted as a change first. At the end of a statement the changes that are
committed, and one's own, go into the tallies, if nobody else is at that: the lock is only tried.
"""

import logging

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from joindin.performance.read_models import row_versions

log = logging.getLogger(__name__)

PREFIX = "keep_"

# Any number that nobody else uses for a lock in this database.
SUMMING_UP = 725484

NOW = "floor(extract(epoch FROM now()))::integer"
TODAY = f"{NOW} / 86400"
HAS_CALL = "NEW.cfp_url IS NOT NULL AND NEW.cfp_starts_at IS NOT NULL AND NEW.cfp_ends_at IS NOT NULL"
SHOWN = "name_key, starts_at, start_day, cfp_starts_at, cfp_ends_at, cfp_url, is_active, is_pending, is_private"


def _function(name, body):
    return (
        f"CREATE OR REPLACE FUNCTION {PREFIX}{name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} RETURN NULL; END $$"
    )


def _trigger(name, moment, function, table, when=""):
    each = "" if function == "sums" else "FOR EACH ROW"
    return (
        f"CREATE TRIGGER {PREFIX}{name} AFTER {moment} ON {table} {each} {when} EXECUTE FUNCTION {PREFIX}{function}()"
    )


def _tally(subject, place, change):
    return f"INSERT INTO tally_changes (subject, place, change) VALUES ({subject}, {place}, {change});"


# Whoever remembers a number that took long to count asks whether anything has changed since.
CHANGED = _tally("'changes'", "0", 1)

EVENTS = f"""
DECLARE
    has_call CONSTANT boolean := {HAS_CALL};
    begun CONSTANT boolean := NEW.start_day < {TODAY};
BEGIN
    IF NOT NEW.is_visible THEN
        IF TG_OP = 'UPDATE' AND OLD.is_visible THEN
            DELETE FROM listed_events WHERE event_id = OLD.id;
        END IF;
    ELSIF TG_OP = 'UPDATE' AND OLD.is_visible THEN
        UPDATE listed_events SET starts_at = NEW.starts_at, start_day = NEW.start_day,
            cfp_starts_at = CASE WHEN has_call THEN NEW.cfp_starts_at END,
            cfp_ends_at = CASE WHEN has_call THEN NEW.cfp_ends_at END, name_key = NEW.name_key
            WHERE event_id = NEW.id;
        IF NEW.start_day <> OLD.start_day THEN
            UPDATE hot_events SET is_begun = begun, start_day = NEW.start_day,
                heat = CASE WHEN begun THEN -5 * NEW.start_day ELSE 5 * NEW.start_day END - NEW.popularity
                WHERE event_id = NEW.id;
        END IF;
    ELSE
        INSERT INTO listed_events (event_id, starts_at, start_day, cfp_starts_at, cfp_ends_at, name_key) VALUES
            (NEW.id, NEW.starts_at, NEW.start_day, CASE WHEN has_call THEN NEW.cfp_starts_at END,
            CASE WHEN has_call THEN NEW.cfp_ends_at END, NEW.name_key);
        INSERT INTO hot_events (event_id, is_begun, start_day, heat) VALUES (NEW.id, begun, NEW.start_day,
            CASE WHEN begun THEN -5 * NEW.start_day ELSE 5 * NEW.start_day END - NEW.popularity);
    END IF;"""

HEAT = """BEGIN
    UPDATE hot_events SET heat = CASE WHEN is_begun THEN -5 * start_day ELSE 5 * start_day END - NEW.popularity
        WHERE event_id = NEW.id;"""

LISTED_EVENTS = f"""BEGIN
    {CHANGED}
    IF TG_OP = 'INSERT' THEN
        {_tally("'events'", "NEW.start_day", 1)}
        INSERT INTO listed_tags (tag_id, starts_at, event_id, start_day)
            SELECT tag_id, NEW.starts_at, NEW.event_id, NEW.start_day FROM event_tags WHERE event_id = NEW.event_id;
    ELSIF TG_OP = 'DELETE' THEN
        {_tally("'events'", "OLD.start_day", -1)}
    ELSIF NEW.starts_at <> OLD.starts_at THEN
        {_tally("'events'", "OLD.start_day", -1)}
        {_tally("'events'", "NEW.start_day", 1)}
        UPDATE listed_tags SET starts_at = NEW.starts_at, start_day = NEW.start_day WHERE event_id = NEW.event_id;
    END IF;"""

EVENT_TAGS = """BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO listed_tags (tag_id, starts_at, event_id, start_day)
            SELECT NEW.tag_id, starts_at, event_id, start_day FROM listed_events WHERE event_id = NEW.event_id;
    ELSE
        DELETE FROM listed_tags WHERE event_id = OLD.event_id AND tag_id = OLD.tag_id;
    END IF;"""

LISTED_TAGS = f"""BEGIN
    {CHANGED}
    IF TG_OP <> 'INSERT' THEN
        {_tally("'tag ' || OLD.tag_id", "OLD.start_day", -1)}
    END IF;
    IF TG_OP <> 'DELETE' THEN
        {_tally("'tag ' || NEW.tag_id", "NEW.start_day", 1)}
    END IF;"""

USERS = f"""BEGIN
    IF TG_OP <> 'INSERT' THEN
        IF OLD.is_active THEN
            {_tally("'users'", "OLD.id >> 8", -1)}
        END IF;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        IF NEW.is_active THEN
            {_tally("'users'", "NEW.id >> 8", 1)}
        END IF;
    END IF;"""

CHANGES = f"""BEGIN
    {CHANGED}"""

SUMS = f"""BEGIN
    IF EXISTS (SELECT FROM tally_changes) AND pg_try_advisory_xact_lock({SUMMING_UP}) THEN
        WITH gone AS (DELETE FROM tally_changes RETURNING subject, place, change)
        INSERT INTO tallies (subject, level, stretch, number)
            SELECT subject, level, place >> (6 * level), sum(change)
            FROM gone CROSS JOIN (VALUES (0), (1), (2)) levels (level)
            GROUP BY 1, 2, 3
        ON CONFLICT (subject, level, stretch) DO UPDATE SET number = tallies.number + excluded.number;
    END IF;"""

PUTTING_UP = [
    _function("events", EVENTS),
    _function("heat", HEAT),
    _function("listed_events", LISTED_EVENTS),
    _function("event_tags", EVENT_TAGS),
    _function("listed_tags", LISTED_TAGS),
    _function("users", USERS),
    _function("changes", CHANGES),
    _function("sums", SUMS),
    _trigger("events_insert", "INSERT", "events", "events", "WHEN (NEW.is_visible)"),
    _trigger("events_update", f"UPDATE OF {SHOWN}", "events", "events", "WHEN (OLD.is_visible OR NEW.is_visible)"),
    _trigger(
        "events_heat",
        "UPDATE OF attendee_count, comment_count",
        "heat",
        "events",
        "WHEN (NEW.is_visible AND NEW.popularity <> OLD.popularity)",
    ),
    _trigger("listed_events", "INSERT OR DELETE OR UPDATE", "listed_events", "listed_events"),
    _trigger("event_tags", "INSERT OR DELETE", "event_tags", "event_tags"),
    _trigger("listed_tags", "INSERT OR DELETE OR UPDATE OF start_day", "listed_tags", "listed_tags"),
    _trigger("users", "INSERT OR DELETE OR UPDATE OF is_active", "users", "users"),
    _trigger("talks", "INSERT OR DELETE OR UPDATE OF title_key, is_active", "changes", "talks"),
    _trigger(
        "users_names",
        "INSERT OR DELETE OR UPDATE OF username_key, full_name_key, twitter_username, is_active",
        "changes",
        "users",
    ),
    _trigger("talks_sums", "INSERT OR DELETE OR UPDATE OF title_key, is_active", "sums", "talks"),
    _trigger("events_sums", f"INSERT OR DELETE OR UPDATE OF {SHOWN}", "sums", "events"),
    _trigger("event_tags_sums", "INSERT OR DELETE", "sums", "event_tags"),
    _trigger(
        "users_sums",
        "INSERT OR DELETE OR UPDATE OF username_key, full_name_key, twitter_username, is_active",
        "sums",
        "users",
    ),
]

PUTTING_UP += row_versions.postgresql_trigger_statements(PREFIX)

# As the search asks for them; NULL where there is no name would make the whole NULL.
USER_NAMES = "username_key || E'\\n' || coalesce(full_name_key, '') || E'\\n' || lower(coalesce(twitter_username, ''))"

SEARCH_INDEXES = {
    "search_event_titles": "listed_events USING gin (name_key gin_trgm_ops)",
    "search_talk_titles": "talks USING gin (title_key gin_trgm_ops)",
    "search_user_names": f"users USING gin (({USER_NAMES}) gin_trgm_ops) WHERE is_active",
}

NO_TRIGRAMS = (
    "PostgreSQL's extension pg_trgm is not there and this role may not create it, so searches will walk whole"
    " tables. Have it created (CREATE EXTENSION pg_trgm) and run `joindin setup` again."
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
    for statement in PUTTING_UP:
        connection.exec_driver_sql(statement)


def drop_search_indexes(connection: Connection) -> None:
    for name in SEARCH_INDEXES:
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS {name}")


def create_search_indexes(connection: Connection) -> None:
    """The trigram indexes, as soon as the extension is there."""
    try:
        with connection.begin_nested():
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DBAPIError:
        log.warning(NO_TRIGRAMS)
        return
    for name, what in SEARCH_INDEXES.items():
        connection.exec_driver_sql(f"CREATE INDEX IF NOT EXISTS {name} ON {what}")
