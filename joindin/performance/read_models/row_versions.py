"""Row versions: a counter of each rendered row that moves when anything that its representation shows changes.

Operations that write to a row anyway move its version themselves, and the trigger then does nothing. All other writes,
and writes to tables that are rendered with the row, are handled by the triggers below.

Comments show the names of their authors, talks and events, which change rarely and belong to many comments. Their
versions do not move with these; lists select the names, or the versions of those rows, beside the comment's own.
"""

# By table: its columns that representations show.
RENDERED_COLUMNS = {
    "events": "name, slug, stub, description, location, latitude, longitude, starts_at, ends_at, timezone, href,"
    " hashtag, contact_name, icon, cfp_starts_at, cfp_ends_at, cfp_url, is_active, is_pending, is_private,"
    " rejection_reason, attendee_count, comment_count, talk_count, talk_comment_count, track_count, rating_sum,"
    " rating_count, place_id, description_html, online_locations, is_end_known, is_multidate, parent_id, state,"
    " is_series",
    "users": "username, full_name, twitter_username, biography, email, is_trusted, is_admin",
    "event_comments": "event_id, user_id, author_name, rating, text, source, created_at",
    "talk_comments": "talk_id, event_id, user_id, rating, text, source, created_at, is_name_hidden",
    "talks": "event_id, title, slug, stub, description, starts_at, duration, type_id, language_id, slides_url,"
    " comment_count, all_comment_count, rating_sum, rating_count, star_count, has_feedback",
    "shifts": "event_id, label, meets_at, starts_at, ends_at, signup_flow_slug, signup_flow_configuration,"
    " structure_slug, structure_configuration",
}

# By parent table: tables whose rows are rendered with the parent that they name. Any write to them moves its version.
CHILD_TABLES = {
    "talks": ("talk_speakers", "talk_links", "talk_tracks"),
    "events": (
        "event_hosts", "event_tags", "event_images", "event_flyers", "event_series", "event_settings", "event_venue_plans",
    ),
    "shifts": ("participations",),
}  # fmt: skip
PARENT_COLUMNS = {"talks": "talk_id", "events": "event_id", "shifts": "shift_id"}

# Columns that are rendered with any number of other rows: table, column, table of the other rows, and which they are.
DEPENDENT_TABLES = (
    ("places", "name", "events", "place_id = NEW.id"),
    ("places", "address", "events", "place_id = NEW.id"),
    ("users", "full_name", "talks", "id IN (SELECT talk_id FROM talk_speakers WHERE user_id = NEW.id)"),
    ("users", "full_name", "events", "id IN (SELECT event_id FROM event_hosts WHERE user_id = NEW.id)"),
    ("tags", "name", "events", "id IN (SELECT event_id FROM event_tags WHERE tag_id = NEW.id)"),
    ("tracks", "name", "talks", "id IN (SELECT talk_id FROM talk_tracks WHERE track_id = NEW.id)"),
    ("talk_types", "title", "talks", "type_id = NEW.id"),
    ("languages", "name", "talks", "language_id = NEW.id"),
)

BUMP_VERSION = "SET version = version + 1"
VERSION_UNCHANGED = "NEW.version = OLD.version"


def sqlite_trigger_statements(create_trigger):
    """Yield the statements; ``create_trigger(name, event, *body)`` returns one."""
    for table, columns in RENDERED_COLUMNS.items():
        event = f"AFTER UPDATE OF {columns} ON {table} WHEN {VERSION_UNCHANGED}"
        yield create_trigger(f"{table}_version", event, f"UPDATE {table} {BUMP_VERSION} WHERE id = NEW.id")
    for parent, children in CHILD_TABLES.items():
        column = PARENT_COLUMNS[parent]
        written_rows = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}
        for table in children:
            for verb, rows in written_rows.items():
                ids = ", ".join(f"{row}.{column}" for row in rows)
                bump = f"UPDATE {parent} {BUMP_VERSION} WHERE id IN ({ids})"
                yield create_trigger(f"{table}_{verb.lower()}_version", f"AFTER {verb} ON {table}", bump)
    for table, column, others, condition in DEPENDENT_TABLES:
        event = f"AFTER UPDATE OF {column} ON {table} WHEN NEW.{column} IS NOT OLD.{column}"
        yield create_trigger(
            f"{table}_{column}_in_{others}", event, f"UPDATE {others} {BUMP_VERSION} WHERE {condition}"
        )


def postgresql_trigger_statements(prefix):
    """Yield the statements; the names of all functions and triggers begin with ``prefix``."""
    yield _function(f"{prefix}version", "NEW.version := OLD.version + 1; RETURN NEW;")
    for table, columns in RENDERED_COLUMNS.items():
        yield f"""CREATE TRIGGER {prefix}{table}_version BEFORE UPDATE OF {columns} ON {table}
            FOR EACH ROW WHEN ({VERSION_UNCHANGED}) EXECUTE FUNCTION {prefix}version()"""
    for parent, children in CHILD_TABLES.items():
        name, column = f"{prefix}parent_in_{parent}", PARENT_COLUMNS[parent]
        # Of an inserted row OLD is NULL, of a deleted one NEW.
        bump = f"UPDATE {parent} {BUMP_VERSION} WHERE id IN (OLD.{column}, NEW.{column})"
        yield _function(name, f"{bump}; RETURN NULL;")
        for table in children:
            yield f"""CREATE TRIGGER {prefix}{table}_version AFTER INSERT OR UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION {name}()"""
    for table, column, others, condition in DEPENDENT_TABLES:
        name = f"{prefix}{table}_{column}_in_{others}"
        yield _function(name, f"UPDATE {others} {BUMP_VERSION} WHERE {condition}; RETURN NULL;")
        yield f"""CREATE TRIGGER {name} AFTER UPDATE OF {column} ON {table}
            FOR EACH ROW WHEN (NEW.{column} IS DISTINCT FROM OLD.{column}) EXECUTE FUNCTION {name}()"""


def _function(name, body):
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
