"""The versions of what is rendered once and remembered: they move with whatever is shown, whoever writes.

Operations that write to a row anyway move its version on the way, and cost nothing more here. What
comes by other ways, or lies in another table, is seen to by the database, so nobody can forget it.
Comments show names and the zones of others' rows, which would be many to touch; lists ask for
those, or for their versions, beside the comment's own.
"""

# By table: what is shown of a row.
RENDERED_COLUMNS = {
    "events": "name, slug, stub, description, location, latitude, longitude, starts_at, ends_at, timezone, href,"
    " hashtag, contact_name, icon, cfp_starts_at, cfp_ends_at, cfp_url, is_active, is_pending, is_private,"
    " rejection_reason, attendee_count, comment_count, talk_count, talk_comment_count, track_count, rating_sum,"
    " rating_count",
    "users": "username, full_name, twitter_username, biography, email, is_trusted, is_admin",
    "event_comments": "event_id, user_id, author_name, rating, text, source, created_at",
    "talk_comments": "talk_id, event_id, user_id, rating, text, source, created_at",
    "talks": "event_id, title, slug, stub, description, starts_at, duration, type_id, language_id, slides_url,"
    " comment_count, all_comment_count, rating_sum, rating_count, star_count",
}

# What is shown with the talk that it names.
TALK_CHILD_TABLES = ("talk_speakers", "talk_links", "talk_tracks")

# What is shown with any number of others: table and column, and which rows of which table show it.
DEPENDENT_TABLES = (
    ("users", "full_name", "talks", "id IN (SELECT talk_id FROM talk_speakers WHERE user_id = NEW.id)"),
    ("users", "full_name", "events", "id IN (SELECT event_id FROM event_hosts WHERE user_id = NEW.id)"),
    ("tags", "name", "events", "id IN (SELECT event_id FROM event_tags WHERE tag_id = NEW.id)"),
    ("tracks", "name", "talks", "id IN (SELECT talk_id FROM talk_tracks WHERE track_id = NEW.id)"),
    ("talk_types", "title", "talks", "type_id = NEW.id"),
    ("languages", "name", "talks", "language_id = NEW.id"),
)

MOVED = "SET version = version + 1"
NOT_MOVED = "NEW.version = OLD.version"


def sqlite_trigger_statements(trigger):
    """The statements; ``trigger`` makes one of a name, a moment and what is done."""
    for table, columns in RENDERED_COLUMNS.items():
        moment = f"AFTER UPDATE OF {columns} ON {table} WHEN {NOT_MOVED}"
        yield trigger(f"{table}_version", moment, f"UPDATE {table} {MOVED} WHERE id = NEW.id")
    for table in TALK_CHILD_TABLES:
        for verb, ids in (("INSERT", "NEW.talk_id"), ("UPDATE", "OLD.talk_id, NEW.talk_id"), ("DELETE", "OLD.talk_id")):
            name = f"{table}_{verb.lower()}_version"
            yield trigger(name, f"AFTER {verb} ON {table}", f"UPDATE talks {MOVED} WHERE id IN ({ids})")
    for table, column, others, showing in DEPENDENT_TABLES:
        moment = f"AFTER UPDATE OF {column} ON {table} WHEN NEW.{column} IS NOT OLD.{column}"
        yield trigger(f"{table}_in_{others}", moment, f"UPDATE {others} {MOVED} WHERE {showing}")


def postgresql_trigger_statements(prefix):
    """The statements; the names of all begin with ``prefix``."""
    yield _function(f"{prefix}version", "NEW.version := OLD.version + 1; RETURN NEW;")
    yield _function(f"{prefix}talk", f"UPDATE talks {MOVED} WHERE id IN (OLD.talk_id, NEW.talk_id); RETURN NULL;")
    for table, columns in RENDERED_COLUMNS.items():
        yield f"""CREATE TRIGGER {prefix}{table}_version BEFORE UPDATE OF {columns} ON {table}
            FOR EACH ROW WHEN ({NOT_MOVED}) EXECUTE FUNCTION {prefix}version()"""
    for table in TALK_CHILD_TABLES:
        yield f"""CREATE TRIGGER {prefix}{table}_version AFTER INSERT OR UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {prefix}talk()"""
    for table, column, others, showing in DEPENDENT_TABLES:
        name = f"{prefix}{table}_in_{others}"
        yield _function(name, f"UPDATE {others} {MOVED} WHERE {showing}; RETURN NULL;")
        yield f"""CREATE TRIGGER {name} AFTER UPDATE OF {column} ON {table}
            FOR EACH ROW WHEN (NEW.{column} IS DISTINCT FROM OLD.{column}) EXECUTE FUNCTION {name}()"""


def _function(name, body):
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
