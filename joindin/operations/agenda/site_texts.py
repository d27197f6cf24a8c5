"""Announcements and pages that admins write. Their HTML is stored as it was written, and sanitised where pages show it."""

import datetime as dt
from itertools import chain, islice

from joindin.db.locking import lock_row
from joindin.errors import NotFound
from joindin.models import Announcement, SitePage
from joindin.operations.audit import log_action
from joindin.operations.unique_slugs import insert_with_unique_slug, numbered_slugs
from joindin.utils.agenda_slugs import agenda_slug

MAX_TITLE_LENGTH = 255
MAX_TEXT_LENGTH = 100_000
MSG_SLUG_TAKEN = "Too many pages have that title"


def add_announcement(session, *, title: str, text: str, actor, now: dt.datetime) -> Announcement:
    announcement = Announcement(title=title, text=text, created_at=now, updated_at=now)
    session.add(announcement)
    session.flush()
    log_action(session, "announcement.add", announcement, actor=actor)
    return announcement


def add_site_page(session, *, title: str, content: str, actor, now: dt.datetime) -> SitePage:
    """Add a page under the first free slug of its title.

    :raises Conflict: if there is none.
    """
    page = SitePage(title=title, content=content, created_at=now, updated_at=now)
    base = agenda_slug(title) or "page"
    numbered = (f"{base}-{number}" for number in range(1, 20))
    insert_with_unique_slug(
        session, page, "slug", chain([base], numbered, islice(numbered_slugs(base), 5)), message=MSG_SLUG_TAKEN
    )
    log_action(session, "page.add", page, actor=actor)
    return page


def edit_announcement(session, announcement_id: int, fields: dict, *, actor, now: dt.datetime) -> Announcement:
    """Change the given fields; :raises NotFound: if there is no such announcement."""
    return _edit(session, Announcement, announcement_id, fields, "announcement.edit", actor, now)


def edit_site_page(session, page_id: int, fields: dict, *, actor, now: dt.datetime) -> SitePage:
    """Change the given fields, the slug stays; :raises NotFound: if there is no such page."""
    return _edit(session, SitePage, page_id, fields, "page.edit", actor, now)


def delete_announcement(session, announcement_id: int, *, actor) -> None:
    """:raises NotFound: if there is no such announcement."""
    _delete(session, Announcement, announcement_id, "announcement.delete", actor)


def delete_site_page(session, page_id: int, *, actor) -> None:
    """:raises NotFound: if there is no such page."""
    _delete(session, SitePage, page_id, "page.delete", actor)


def _edit(session, model, row_id, fields, action, actor, now):
    row = _lock(session, model, row_id)
    for name, value in fields.items():
        setattr(row, name, value)
    row.updated_at = now
    session.flush()
    log_action(session, action, row, actor=actor)
    return row


def _delete(session, model, row_id, action, actor):
    row = _lock(session, model, row_id)
    log_action(session, action, row, actor=actor)
    session.delete(row)
    session.flush()


def _lock(session, model, row_id):
    row = lock_row(session, model, row_id)
    if row is None:
        raise NotFound("Not Found")
    return row
