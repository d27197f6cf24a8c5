"""Triggers and search indexes on SQLite. There is one writer at a time, so the counts are updated at once."""

from sqlalchemy import Connection

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
    listed_event_values,
    sort_score,
)

# Of all triggers; existing databases contain this prefix.
PREFIX = "keep_"

NOW = "CAST(strftime('%s', 'now') AS INTEGER)"
TODAY = f"{NOW} / 86400"


def _create_trigger(name, event, *body):
    return f"CREATE TRIGGER {PREFIX}{name} {event} BEGIN {'; '.join(body)}; END"


def _add_to_count(counter, bucket, change):
    rows = ", ".join(f"({counter}, {level}, {bucket} >> {shift}, {change})" for level, shift in LEVEL_SHIFTS.items())
    return (
        f"INSERT INTO bucket_counts (counter, level, bucket, count) VALUES {rows}"
        " ON CONFLICT (counter, level, bucket) DO UPDATE SET count = count + excluded.count"
    )


# Cached counts are valid while this counter does not move.
BUMP_CHANGE_COUNTER = _add_to_count("'changes'", "0", 1)

INSERT_LISTED_EVENT = f"""INSERT INTO listed_events (event_id, starts_at, start_day, cfp_starts_at, cfp_ends_at, name_key)
    VALUES (NEW.id, {listed_event_values("NEW")})"""
NEW_SORT_SCORE = sort_score(f"NEW.start_day < {TODAY}", "NEW.start_day", "NEW.popularity")
INSERT_HOT_EVENT = f"""INSERT INTO hot_events (event_id, has_started, start_day, sort_score)
    VALUES (NEW.id, NEW.start_day < {TODAY}, NEW.start_day, {NEW_SORT_SCORE})"""


def _delete_from_index(index, column, row_id):
    return f"INSERT INTO {index} ({index}, rowid, {column}) VALUES ('delete', {row_id}, OLD.{column})"


EVENT_TRIGGERS = [
    _create_trigger(
        "events_insert", "AFTER INSERT ON events WHEN NEW.is_visible", INSERT_LISTED_EVENT, INSERT_HOT_EVENT
    ),
    _create_trigger(
        "events_show",
        f"AFTER UPDATE OF {LISTED_EVENT_COLUMNS} ON events WHEN NEW.is_visible AND NOT OLD.is_visible",
        INSERT_LISTED_EVENT,
        INSERT_HOT_EVENT,
    ),
    _create_trigger(
        "events_hide",
        f"AFTER UPDATE OF {LISTED_EVENT_COLUMNS} ON events WHEN OLD.is_visible AND NOT NEW.is_visible",
        "DELETE FROM listed_events WHERE event_id = OLD.id",
    ),
    _create_trigger(
        "events_edit",
        f"AFTER UPDATE OF {LISTED_EVENT_COLUMNS} ON events WHEN OLD.is_visible AND NEW.is_visible",
        f"""UPDATE listed_events
            SET (starts_at, start_day, cfp_starts_at, cfp_ends_at, name_key) = ({listed_event_values("NEW")})
            WHERE event_id = NEW.id""",
        f"""UPDATE hot_events
            SET has_started = NEW.start_day < {TODAY}, start_day = NEW.start_day, sort_score = {NEW_SORT_SCORE}
            WHERE event_id = NEW.id AND start_day <> NEW.start_day""",
    ),
    _create_trigger(
        "events_popularity",
        "AFTER UPDATE OF attendee_count, comment_count ON events WHEN NEW.popularity <> OLD.popularity",
        f"""UPDATE hot_events SET sort_score = {sort_score("has_started", "start_day", "NEW.popularity")}
            WHERE event_id = NEW.id""",
    ),
    _create_trigger(
        "listed_events_insert",
        "AFTER INSERT ON listed_events",
        BUMP_CHANGE_COUNTER,
        _add_to_count("'events'", "NEW.start_day", 1),
        """INSERT INTO listed_tags (tag_id, starts_at, event_id, start_day)
            SELECT tag_id, NEW.starts_at, NEW.event_id, NEW.start_day FROM event_tags WHERE event_id = NEW.event_id""",
        "INSERT INTO event_titles (rowid, name_key) VALUES (NEW.event_id, NEW.name_key)",
    ),
    _create_trigger(
        "listed_events_delete",
        "AFTER DELETE ON listed_events",
        BUMP_CHANGE_COUNTER,
        _add_to_count("'events'", "OLD.start_day", -1),
        _delete_from_index("event_titles", "name_key", "OLD.event_id"),
    ),
    _create_trigger(
        "listed_events_move",
        "AFTER UPDATE OF starts_at, start_day ON listed_events WHEN NEW.starts_at <> OLD.starts_at",
        _add_to_count("'events'", "OLD.start_day", -1),
        _add_to_count("'events'", "NEW.start_day", 1),
        "UPDATE listed_tags SET starts_at = NEW.starts_at, start_day = NEW.start_day WHERE event_id = NEW.event_id",
    ),
    _create_trigger("listed_events_change", "AFTER UPDATE ON listed_events", BUMP_CHANGE_COUNTER),
    _create_trigger(
        "listed_events_rename",
        "AFTER UPDATE OF name_key ON listed_events WHEN NEW.name_key <> OLD.name_key",
        _delete_from_index("event_titles", "name_key", "OLD.event_id"),
        "INSERT INTO event_titles (rowid, name_key) VALUES (NEW.event_id, NEW.name_key)",
    ),
]

TAG_TRIGGERS = [
    _create_trigger(
        "event_tags_insert",
        "AFTER INSERT ON event_tags",
        """INSERT INTO listed_tags (tag_id, starts_at, event_id, start_day)
            SELECT NEW.tag_id, starts_at, event_id, start_day FROM listed_events WHERE event_id = NEW.event_id""",
    ),
    _create_trigger(
        "event_tags_delete",
        "AFTER DELETE ON event_tags",
        "DELETE FROM listed_tags WHERE event_id = OLD.event_id AND tag_id = OLD.tag_id",
    ),
    _create_trigger(
        "listed_tags_insert",
        "AFTER INSERT ON listed_tags",
        BUMP_CHANGE_COUNTER,
        _add_to_count("'tag ' || NEW.tag_id", "NEW.start_day", 1),
    ),
    _create_trigger(
        "listed_tags_delete",
        "AFTER DELETE ON listed_tags",
        BUMP_CHANGE_COUNTER,
        _add_to_count("'tag ' || OLD.tag_id", "OLD.start_day", -1),
    ),
    _create_trigger(
        "listed_tags_move",
        "AFTER UPDATE OF start_day ON listed_tags WHEN NEW.start_day <> OLD.start_day",
        _add_to_count("'tag ' || OLD.tag_id", "OLD.start_day", -1),
        _add_to_count("'tag ' || NEW.tag_id", "NEW.start_day", 1),
    ),
]


def _count_values(column, kind):
    """Yield the triggers that count the visible events by the value of a column."""
    enters, leaves = (f"{row}.is_visible AND {row}.{column} IS NOT NULL" for row in ("NEW", "OLD"))
    entry, departure = (
        _add_to_count(f"'{kind} ' || {row}.{column}", f"{row}.start_day", change)
        for row, change in (("NEW", 1), ("OLD", -1))
    )
    update = f"AFTER UPDATE OF {column}, {LISTED_EVENT_COLUMNS} ON events"
    yield _create_trigger(f"events_{kind}_insert", f"AFTER INSERT ON events WHEN {enters}", entry)
    yield _create_trigger(f"events_{kind}_delete", f"AFTER DELETE ON events WHEN {leaves}", departure)
    yield _create_trigger(f"events_{kind}_leave", f"{update} WHEN {leaves}", departure)
    yield _create_trigger(f"events_{kind}_enter", f"{update} WHEN {enters}", entry)


VALUE_TRIGGERS = [trigger for column, kind in COUNTED_EVENT_COLUMNS.items() for trigger in _count_values(column, kind)]

TALK_TRIGGERS = [
    _create_trigger(
        "talks_insert",
        "AFTER INSERT ON talks",
        BUMP_CHANGE_COUNTER,
        "INSERT INTO talk_titles (rowid, title_key) VALUES (NEW.id, NEW.title_key)",
    ),
    _create_trigger(
        "talks_delete",
        "AFTER DELETE ON talks",
        BUMP_CHANGE_COUNTER,
        _delete_from_index("talk_titles", "title_key", "OLD.id"),
    ),
    _create_trigger("talks_change", f"AFTER UPDATE OF {LISTED_TALK_COLUMNS} ON talks", BUMP_CHANGE_COUNTER),
    _create_trigger(
        "talks_rename",
        "AFTER UPDATE OF title_key ON talks WHEN NEW.title_key <> OLD.title_key",
        _delete_from_index("talk_titles", "title_key", "OLD.id"),
        "INSERT INTO talk_titles (rowid, title_key) VALUES (NEW.id, NEW.title_key)",
    ),
]


def user_names(row: str) -> str:
    """Return SQL for the text that a search for users looks through: three names on three lines."""
    full_name, twitter = f"coalesce({row}.full_name_key, '')", f"lower(coalesce({row}.twitter_username, ''))"
    return f"{row}.username_key || char(10) || {full_name} || char(10) || {twitter}"


_LIST_USER = (
    BUMP_CHANGE_COUNTER,
    _add_to_count("'users'", "(NEW.id >> 8)", 1),
    f"INSERT INTO user_names (rowid, names) VALUES (NEW.id, {user_names('NEW')})",
)
_UNLIST_USER = (
    BUMP_CHANGE_COUNTER,
    _add_to_count("'users'", "(OLD.id >> 8)", -1),
    "DELETE FROM user_names WHERE rowid = OLD.id",
)

USER_TRIGGERS = [
    _create_trigger("users_insert", "AFTER INSERT ON users WHEN NEW.is_active", *_LIST_USER),
    _create_trigger("users_delete", "AFTER DELETE ON users WHEN OLD.is_active", *_UNLIST_USER),
    _create_trigger(
        "users_show", "AFTER UPDATE OF is_active ON users WHEN NEW.is_active AND NOT OLD.is_active", *_LIST_USER
    ),
    _create_trigger(
        "users_hide", "AFTER UPDATE OF is_active ON users WHEN OLD.is_active AND NOT NEW.is_active", *_UNLIST_USER
    ),
    _create_trigger(
        "users_rename",
        "AFTER UPDATE OF username_key, full_name_key, twitter_username ON users"
        f" WHEN OLD.is_active AND NEW.is_active AND {user_names('OLD')} <> {user_names('NEW')}",
        BUMP_CHANGE_COUNTER,
        f"UPDATE user_names SET names = {user_names('NEW')} WHERE rowid = NEW.id",
    ),
]

CREATE_STATEMENTS = [
    *EVENT_TRIGGERS,
    *TAG_TRIGGERS,
    *VALUE_TRIGGERS,
    *TALK_TRIGGERS,
    *USER_TRIGGERS,
    *row_versions.sqlite_trigger_statements(_create_trigger),
    *revisions.sqlite_trigger_statements(_create_trigger),
    *programme_versions.sqlite_trigger_statements(_create_trigger),
    *talk_revisions.sqlite_trigger_statements(_create_trigger),
    *departed_talks.sqlite_trigger_statements(_create_trigger),
    *programme_changes.sqlite_trigger_statements(_create_trigger),
    *slug_history.sqlite_trigger_statements(_create_trigger),
    *crew.sqlite_trigger_statements(_create_trigger, _add_to_count),
]

# Full-text indexes, each with its definition and the statement that fills it.
SEARCH_INDEXES = {
    "event_titles": (
        "name_key, content = 'listed_events', content_rowid = 'event_id'",
        "INSERT INTO event_titles (event_titles) VALUES ('rebuild')",
    ),
    "talk_titles": (
        "title_key, content = 'talks', content_rowid = 'id'",
        "INSERT INTO talk_titles (talk_titles) VALUES ('rebuild')",
    ),
    "user_names": (
        "names",
        f"INSERT INTO user_names (rowid, names) SELECT id, {user_names('users')} FROM users WHERE is_active ORDER BY id",
    ),
}


def drop_triggers(connection: Connection) -> None:
    for name in _existing(connection, "trigger", f"{PREFIX}%"):
        connection.exec_driver_sql(f"DROP TRIGGER {name}")


def create_triggers(connection: Connection) -> None:
    for statement in CREATE_STATEMENTS:
        connection.exec_driver_sql(statement)


def drop_search_indexes(connection: Connection) -> None:
    for name in SEARCH_INDEXES:
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")


def create_search_indexes(connection: Connection) -> None:
    """Create and fill the missing ones."""
    for name, (definition, fill) in SEARCH_INDEXES.items():
        if not _existing(connection, "table", name):
            connection.exec_driver_sql(f"CREATE VIRTUAL TABLE {name} USING fts5({definition}, tokenize = 'trigram')")
            connection.exec_driver_sql(fill)


def _existing(connection, kind, pattern):
    sql = "SELECT name FROM sqlite_master WHERE type = ? AND name LIKE ?"
    return [name for (name,) in connection.exec_driver_sql(sql, (kind, pattern)).all()]
