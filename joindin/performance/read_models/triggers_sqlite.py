"""The triggers on SQLite, which count at once: there is one writer at a time."""

from sqlalchemy import Connection

from joindin.performance.read_models import row_versions

PREFIX = "keep_"

NOW = "CAST(strftime('%s', 'now') AS INTEGER)"
TODAY = f"{NOW} / 86400"
HEAT = "CASE WHEN {begun} THEN -5 * NEW.start_day ELSE 5 * NEW.start_day END - NEW.popularity"
HAS_CALL = "NEW.cfp_url IS NOT NULL AND NEW.cfp_starts_at IS NOT NULL AND NEW.cfp_ends_at IS NOT NULL"


def _trigger(name, moment, *body):
    return f"CREATE TRIGGER {PREFIX}{name} {moment} BEGIN {'; '.join(body)}; END"


def _tally(subject, place, change):
    rows = ", ".join(f"({subject}, {level}, {place} >> {6 * level}, {change})" for level in range(3))
    return (
        f"INSERT INTO tallies (subject, level, stretch, number) VALUES {rows}"
        " ON CONFLICT (subject, level, stretch) DO UPDATE SET number = number + excluded.number"
    )


# Whoever remembers a number that took long to count asks whether anything has changed since.
CHANGED = _tally("'changes'", "0", 1)

LISTED = f"""NEW.starts_at, NEW.start_day,
    CASE WHEN {HAS_CALL} THEN NEW.cfp_starts_at END, CASE WHEN {HAS_CALL} THEN NEW.cfp_ends_at END, NEW.name_key"""

LIST = f"""INSERT INTO listed_events (event_id, starts_at, start_day, cfp_starts_at, cfp_ends_at, name_key)
    VALUES (NEW.id, {LISTED})"""
HEAT_UP = f"""INSERT INTO hot_events (event_id, is_begun, start_day, heat)
    VALUES (NEW.id, NEW.start_day < {TODAY}, NEW.start_day, {HEAT.format(begun=f"NEW.start_day < {TODAY}")})"""
SHOWN = "name_key, starts_at, start_day, cfp_starts_at, cfp_ends_at, cfp_url, is_active, is_pending, is_private"

PUTTING_UP = [
    _trigger("events_insert", "AFTER INSERT ON events WHEN NEW.is_visible", LIST, HEAT_UP),
    _trigger(
        "events_show", f"AFTER UPDATE OF {SHOWN} ON events WHEN NEW.is_visible AND NOT OLD.is_visible", LIST, HEAT_UP
    ),
    _trigger(
        "events_hide",
        f"AFTER UPDATE OF {SHOWN} ON events WHEN OLD.is_visible AND NOT NEW.is_visible",
        "DELETE FROM listed_events WHERE event_id = OLD.id",
    ),
    _trigger(
        "events_edit",
        f"AFTER UPDATE OF {SHOWN} ON events WHEN OLD.is_visible AND NEW.is_visible",
        f"""UPDATE listed_events SET (starts_at, start_day, cfp_starts_at, cfp_ends_at, name_key) = ({LISTED})
            WHERE event_id = NEW.id""",
        f"""UPDATE hot_events SET is_begun = NEW.start_day < {TODAY}, start_day = NEW.start_day,
            heat = {HEAT.format(begun=f"NEW.start_day < {TODAY}")}
            WHERE event_id = NEW.id AND start_day <> NEW.start_day""",
    ),
    _trigger(
        "events_heat",
        "AFTER UPDATE OF attendee_count, comment_count ON events WHEN NEW.popularity <> OLD.popularity",
        """UPDATE hot_events SET heat = CASE WHEN is_begun THEN -5 * start_day ELSE 5 * start_day END - NEW.popularity
            WHERE event_id = NEW.id""",
    ),
    _trigger(
        "listed_events_insert",
        "AFTER INSERT ON listed_events",
        CHANGED,
        _tally("'events'", "NEW.start_day", 1),
        """INSERT INTO listed_tags (tag_id, starts_at, event_id, start_day)
            SELECT tag_id, NEW.starts_at, NEW.event_id, NEW.start_day FROM event_tags WHERE event_id = NEW.event_id""",
        "INSERT INTO event_titles (rowid, name_key) VALUES (NEW.event_id, NEW.name_key)",
    ),
    _trigger(
        "listed_events_delete",
        "AFTER DELETE ON listed_events",
        CHANGED,
        _tally("'events'", "OLD.start_day", -1),
        "INSERT INTO event_titles (event_titles, rowid, name_key) VALUES ('delete', OLD.event_id, OLD.name_key)",
    ),
    _trigger(
        "listed_events_move",
        "AFTER UPDATE OF starts_at, start_day ON listed_events WHEN NEW.starts_at <> OLD.starts_at",
        _tally("'events'", "OLD.start_day", -1),
        _tally("'events'", "NEW.start_day", 1),
        "UPDATE listed_tags SET starts_at = NEW.starts_at, start_day = NEW.start_day WHERE event_id = NEW.event_id",
    ),
    _trigger("listed_events_change", "AFTER UPDATE ON listed_events", CHANGED),
    _trigger(
        "listed_events_rename",
        "AFTER UPDATE OF name_key ON listed_events WHEN NEW.name_key <> OLD.name_key",
        "INSERT INTO event_titles (event_titles, rowid, name_key) VALUES ('delete', OLD.event_id, OLD.name_key)",
        "INSERT INTO event_titles (rowid, name_key) VALUES (NEW.event_id, NEW.name_key)",
    ),
    _trigger(
        "event_tags_insert",
        "AFTER INSERT ON event_tags",
        """INSERT INTO listed_tags (tag_id, starts_at, event_id, start_day)
            SELECT NEW.tag_id, starts_at, event_id, start_day FROM listed_events WHERE event_id = NEW.event_id""",
    ),
    _trigger(
        "event_tags_delete",
        "AFTER DELETE ON event_tags",
        "DELETE FROM listed_tags WHERE event_id = OLD.event_id AND tag_id = OLD.tag_id",
    ),
    _trigger(
        "listed_tags_insert", "AFTER INSERT ON listed_tags", CHANGED, _tally("'tag ' || NEW.tag_id", "NEW.start_day", 1)
    ),
    _trigger(
        "listed_tags_delete",
        "AFTER DELETE ON listed_tags",
        CHANGED,
        _tally("'tag ' || OLD.tag_id", "OLD.start_day", -1),
    ),
    _trigger(
        "listed_tags_move",
        "AFTER UPDATE OF start_day ON listed_tags WHEN NEW.start_day <> OLD.start_day",
        _tally("'tag ' || OLD.tag_id", "OLD.start_day", -1),
        _tally("'tag ' || NEW.tag_id", "NEW.start_day", 1),
    ),
    _trigger(
        "talks_insert",
        "AFTER INSERT ON talks",
        CHANGED,
        "INSERT INTO talk_titles (rowid, title_key) VALUES (NEW.id, NEW.title_key)",
    ),
    _trigger(
        "talks_delete",
        "AFTER DELETE ON talks",
        CHANGED,
        "INSERT INTO talk_titles (talk_titles, rowid, title_key) VALUES ('delete', OLD.id, OLD.title_key)",
    ),
    _trigger("talks_change", "AFTER UPDATE OF title_key, is_active ON talks", CHANGED),
    _trigger(
        "talks_rename",
        "AFTER UPDATE OF title_key ON talks WHEN NEW.title_key <> OLD.title_key",
        "INSERT INTO talk_titles (talk_titles, rowid, title_key) VALUES ('delete', OLD.id, OLD.title_key)",
        "INSERT INTO talk_titles (rowid, title_key) VALUES (NEW.id, NEW.title_key)",
    ),
]


def names(row):
    """What a search for people looks through: three names in three lines."""
    full_name, twitter = f"coalesce({row}.full_name_key, '')", f"lower(coalesce({row}.twitter_username, ''))"
    return f"{row}.username_key || char(10) || {full_name} || char(10) || {twitter}"


def _block(row):
    return f"({row}.id >> 8)"


_LIST_USER = (
    CHANGED,
    _tally("'users'", _block("NEW"), 1),
    f"INSERT INTO user_names (rowid, names) VALUES (NEW.id, {names('NEW')})",
)
_UNLIST_USER = (CHANGED, _tally("'users'", _block("OLD"), -1), "DELETE FROM user_names WHERE rowid = OLD.id")

PUTTING_UP += [
    _trigger("users_insert", "AFTER INSERT ON users WHEN NEW.is_active", *_LIST_USER),
    _trigger("users_delete", "AFTER DELETE ON users WHEN OLD.is_active", *_UNLIST_USER),
    _trigger("users_show", "AFTER UPDATE OF is_active ON users WHEN NEW.is_active AND NOT OLD.is_active", *_LIST_USER),
    _trigger(
        "users_hide", "AFTER UPDATE OF is_active ON users WHEN OLD.is_active AND NOT NEW.is_active", *_UNLIST_USER
    ),
    _trigger(
        "users_rename",
        "AFTER UPDATE OF username_key, full_name_key, twitter_username ON users"
        f" WHEN OLD.is_active AND NEW.is_active AND {names('OLD')} <> {names('NEW')}",
        CHANGED,
        f"UPDATE user_names SET names = {names('NEW')} WHERE rowid = NEW.id",
    ),
]

PUTTING_UP += row_versions.sqlite_trigger_statements(_trigger)

# The searches, each with the rows it is filled with.
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
        f"INSERT INTO user_names (rowid, names) SELECT id, {names('users')} FROM users WHERE is_active ORDER BY id",
    ),
}


def drop_triggers(connection: Connection) -> None:
    for name in _existing(connection, "trigger", f"{PREFIX}%"):
        connection.exec_driver_sql(f"DROP TRIGGER {name}")


def create_triggers(connection: Connection) -> None:
    for statement in PUTTING_UP:
        connection.exec_driver_sql(statement)


def drop_search_indexes(connection: Connection) -> None:
    for name in SEARCH_INDEXES:
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")


def create_search_indexes(connection: Connection) -> None:
    """Make and fill those that are not there."""
    for name, (definition, filling) in SEARCH_INDEXES.items():
        if not _existing(connection, "table", name):
            connection.exec_driver_sql(f"CREATE VIRTUAL TABLE {name} USING fts5({definition}, tokenize = 'trigram')")
            connection.exec_driver_sql(filling)


def _existing(connection, kind, pattern):
    found = "SELECT name FROM sqlite_master WHERE type = ? AND name LIKE ?"
    return [name for (name,) in connection.exec_driver_sql(found, (kind, pattern)).all()]
