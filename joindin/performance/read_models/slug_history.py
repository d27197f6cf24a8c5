"""Former slugs of events and talks: a changed slug, and the slugs of a deleted talk, are kept for redirects."""

from joindin.performance.read_models.revisions import POSTGRESQL_NOW, SQLITE_NOW

KEEP_EVENT_SLUG = """INSERT INTO event_slugs (slug, event_id) VALUES (OLD.slug, OLD.id)
    ON CONFLICT (slug) DO UPDATE SET event_id = excluded.event_id"""
KEEP_TALK_SLUG = """INSERT INTO talk_slugs (event_id, slug, talk_id) VALUES (OLD.event_id, OLD.slug, OLD.id)
    ON CONFLICT (event_id, slug) DO UPDATE SET talk_id = excluded.talk_id, removed_at = NULL"""


def _remove_talk(now):
    """Return the statements for a talk that is about to be deleted. If its event is deleted as well, nothing is kept."""
    return (
        f"UPDATE talk_slugs SET talk_id = NULL, removed_at = {now} WHERE talk_id = OLD.id",
        f"""INSERT INTO talk_slugs (event_id, slug, removed_at)
        SELECT OLD.event_id, OLD.slug, {now}
        WHERE OLD.slug IS NOT NULL AND EXISTS (SELECT 1 FROM events WHERE id = OLD.event_id)
        ON CONFLICT (event_id, slug) DO UPDATE SET talk_id = NULL, removed_at = excluded.removed_at""",
    )


def sqlite_trigger_statements(create_trigger):
    """Yield the statements; ``create_trigger(name, event, *body)`` returns one."""
    for table, body in (("events", KEEP_EVENT_SLUG), ("talks", KEEP_TALK_SLUG)):
        condition = "OLD.slug IS NOT NULL AND NEW.slug IS NOT OLD.slug"
        yield create_trigger(f"{table}_slug", f"AFTER UPDATE OF slug ON {table} WHEN {condition}", body)
    yield create_trigger("talks_remove_slug", "BEFORE DELETE ON talks", *_remove_talk(SQLITE_NOW))


def postgresql_trigger_statements(prefix):
    """Yield the statements; the names of all functions and triggers begin with ``prefix``."""
    change = "WHEN (OLD.slug IS NOT NULL AND NEW.slug IS DISTINCT FROM OLD.slug)"
    for name, table, event, condition, body in (
        ("events_slug", "events", "AFTER UPDATE OF slug", change, f"{KEEP_EVENT_SLUG}; RETURN NULL;"),
        ("talks_slug", "talks", "AFTER UPDATE OF slug", change, f"{KEEP_TALK_SLUG}; RETURN NULL;"),
        ("talks_remove_slug", "talks", "BEFORE DELETE", "", f"{'; '.join(_remove_talk(POSTGRESQL_NOW))}; RETURN OLD;"),
    ):
        yield f"CREATE OR REPLACE FUNCTION {prefix}{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
        yield f"""CREATE TRIGGER {prefix}{name} {event} ON {table}
            FOR EACH ROW {condition} EXECUTE FUNCTION {prefix}{name}()"""
