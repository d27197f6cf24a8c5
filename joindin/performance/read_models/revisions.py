"""Revisions of events: a counter and a time that move with everything that calendars and feeds show, and with nothing else.

Comments, stars and attendance move the row version only. A calendar downloads an event again when its revision has moved,
and a fragment of a feed is current while it has not.

The revision of a series also moves when one of its dates is hidden, shown or deleted.

An event that is no longer public leaves a row in ``departed``, from which calendars learn that it is gone. The row contains
neither title nor text, and is deleted when the event is public again.
"""

REVISED_COLUMNS = (
    "name", "slug", "description", "description_html", "location", "latitude", "longitude", "starts_at", "ends_at",
    "is_end_known", "is_multidate", "timezone", "href", "online_locations", "place_id", "parent_id", "occurrence_at",
    "state", "cfp_starts_at", "cfp_ends_at", "cfp_url", "cfp_former_ends_at",
    "is_cfp_anywhere", "is_active", "is_pending", "is_private", "is_series",
)  # fmt: skip

# Tables whose rows calendars show with the event that they name.
REVISED_BY_CHILDREN = ("event_tags", "event_flyers", "event_series")

# Columns that calendars show with any number of events: table, column, and which events they are.
REVISED_BY_OTHERS = (
    ("places", "name", "place_id = NEW.id"),
    ("places", "address", "place_id = NEW.id"),
    ("tags", "name", "id IN (SELECT event_id FROM event_tags WHERE tag_id = NEW.id)"),
)

DEPARTED_COLUMNS = "parent_id, place_id, starts_at, ends_at, is_end_known, timezone"
_KIND = "'event'"


def _is_public(row):
    return f"({row}.is_active AND NOT coalesce({row}.is_pending, false) AND NOT {row}.is_private)"


def becomes_private(before: str, after: str) -> str:
    """Return the condition that the event is public in the row ``before`` and not in the row ``after``."""
    return f"{_is_public(before)} AND NOT {_is_public(after)}"


def _depart(now, array_of_ids):
    """Return the statement that stores that the event in OLD has departed."""
    copied = ", ".join(f"OLD.{column.strip()}" for column in DEPARTED_COLUMNS.split(","))
    tags, hosts = (
        array_of_ids.format(column=column, table=table)
        for column, table in (("tag_id", "event_tags"), ("user_id", "event_hosts"))
    )
    # A row of an earlier departure is replaced.
    return (
        f"DELETE FROM departed WHERE kind = {_KIND} AND row_id = OLD.id; "
        f"INSERT INTO departed (kind, row_id, {DEPARTED_COLUMNS}, tag_ids, host_ids, sequence, gone_at)"
        f" VALUES ({_KIND}, OLD.id, {copied}, {tags}, {hosts}, OLD.revision + 1, {now})"
    )


RETURN_TO_PUBLIC = f"DELETE FROM departed WHERE kind = {_KIND} AND row_id = NEW.id"
PUBLICATION_COLUMNS = "is_active, is_pending, is_private"

SQLITE_NOW = "strftime('%Y-%m-%d %H:%M:%S.000000', 'now')"
POSTGRESQL_NOW = "date_trunc('second', clock_timestamp())"


def _revise(now):
    return f"SET revision = revision + 1, revised_at = {now}"


def _revise_series(now, row):
    return f"UPDATE events {_revise(now)} WHERE id = {row}.parent_id"


def sqlite_trigger_statements(create_trigger):
    """Yield the statements; ``create_trigger(name, event, *body)`` returns one."""
    columns = ", ".join(REVISED_COLUMNS)
    old, new = (", ".join(f"{row}.{column}" for column in REVISED_COLUMNS) for row in ("OLD", "NEW"))
    revise = _revise(SQLITE_NOW)
    yield create_trigger(
        "events_revision",
        f"AFTER UPDATE OF {columns} ON events WHEN NEW.revision = OLD.revision AND ({new}) IS NOT ({old})",
        # A writer that sets the time, as an import does, keeps it.
        f"""UPDATE events SET revision = revision + 1,
            revised_at = CASE WHEN NEW.revised_at IS NOT OLD.revised_at THEN NEW.revised_at ELSE {SQLITE_NOW} END
            WHERE id = NEW.id""",
    )
    for table in REVISED_BY_CHILDREN:
        for verb, rows in {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}.items():
            ids = ", ".join(f"{row}.event_id" for row in rows)
            yield create_trigger(
                f"{table}_{verb.lower()}_revision",
                f"AFTER {verb} ON {table}",
                f"UPDATE events {revise} WHERE id IN ({ids})",
            )
    for table, column, condition in REVISED_BY_OTHERS:
        yield create_trigger(
            f"{table}_{column}_revision",
            f"AFTER UPDATE OF {column} ON {table} WHEN NEW.{column} IS NOT OLD.{column}",
            f"UPDATE events {revise} WHERE {condition}",
        )
    depart = _depart(SQLITE_NOW, "(SELECT json_group_array({column}) FROM {table} WHERE event_id = OLD.id)")
    # Before, because the tags and hosts are deleted with the event.
    yield create_trigger("events_depart", f"BEFORE DELETE ON events WHEN {_is_public('OLD')}", depart)
    revise_series = _revise_series(SQLITE_NOW, "OLD")
    yield create_trigger("events_delete_date", f"AFTER DELETE ON events WHEN {_is_public('OLD')}", revise_series)
    for name, condition, body in (
        ("events_retire", becomes_private("OLD", "NEW"), depart),
        ("events_return", becomes_private("NEW", "OLD"), RETURN_TO_PUBLIC),
    ):
        event = f"AFTER UPDATE OF {PUBLICATION_COLUMNS} ON events WHEN {condition}"
        yield create_trigger(name, event, body, revise_series)


def postgresql_trigger_statements(prefix):
    """Yield the statements; the names of all functions and triggers begin with ``prefix``."""
    old, new = (
        # The type JSON has no operator for equality.
        ", ".join(f"{row}.{column}{'::text' if column == 'online_locations' else ''}" for column in REVISED_COLUMNS)
        for row in ("OLD", "NEW")
    )
    revise = _revise(POSTGRESQL_NOW)
    yield _function(
        f"{prefix}event_revision",
        f"""NEW.revision := OLD.revision + 1;
        IF NEW.revised_at IS NOT DISTINCT FROM OLD.revised_at THEN NEW.revised_at := {POSTGRESQL_NOW}; END IF;
        RETURN NEW;""",
    )
    yield f"""CREATE TRIGGER {prefix}events_revision BEFORE UPDATE OF {", ".join(REVISED_COLUMNS)} ON events
        FOR EACH ROW WHEN (NEW.revision = OLD.revision AND ({new}) IS DISTINCT FROM ({old}))
        EXECUTE FUNCTION {prefix}event_revision()"""
    # Of an inserted row OLD is NULL, of a deleted one NEW.
    yield _function(
        f"{prefix}revise_parent", f"UPDATE events {revise} WHERE id IN (OLD.event_id, NEW.event_id); RETURN NULL;"
    )
    for table in REVISED_BY_CHILDREN:
        yield f"""CREATE TRIGGER {prefix}{table}_revision AFTER INSERT OR UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {prefix}revise_parent()"""
    for table, column, condition in REVISED_BY_OTHERS:
        name = f"{prefix}{table}_{column}_revision"
        yield _function(name, f"UPDATE events {revise} WHERE {condition}; RETURN NULL;")
        yield f"""CREATE TRIGGER {name} AFTER UPDATE OF {column} ON {table}
            FOR EACH ROW WHEN (NEW.{column} IS DISTINCT FROM OLD.{column}) EXECUTE FUNCTION {name}()"""
    depart = _depart(POSTGRESQL_NOW, "(SELECT coalesce(json_agg({column}), '[]') FROM {table} WHERE event_id = OLD.id)")
    revise_series = _revise_series(POSTGRESQL_NOW, "OLD")
    state_update = f"AFTER UPDATE OF {PUBLICATION_COLUMNS}"
    for name, event, condition, body in (
        # Before, because the tags and hosts are deleted with the event.
        ("events_depart", "BEFORE DELETE", _is_public("OLD"), f"{depart}; RETURN OLD;"),
        # After, because one statement may delete a series and its dates.
        ("events_delete_date", "AFTER DELETE", _is_public("OLD"), f"{revise_series}; RETURN NULL;"),
        ("events_retire", state_update, becomes_private("OLD", "NEW"), f"{depart}; {revise_series}; RETURN NULL;"),
        (
            "events_return",
            state_update,
            becomes_private("NEW", "OLD"),
            f"{RETURN_TO_PUBLIC}; {revise_series}; RETURN NULL;",
        ),
    ):
        yield _function(f"{prefix}{name}", body)
        yield f"""CREATE TRIGGER {prefix}{name} {event} ON events
            FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {prefix}{name}()"""


def _function(name, body):
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
