"""Announcements and pages of the site."""

from collections.abc import Sequence

from sqlalchemy import select

from joindin.errors import NotFound
from joindin.models import Announcement, SitePage
from joindin.permissions import can_moderate_agenda
from joindin.viewer import Viewer


def list_announcements(session) -> Sequence[Announcement]:
    return session.scalars(select(Announcement).order_by(Announcement.id)).all()


def find_announcement(session, announcement_id: int) -> Announcement:
    """Return an announcement. Everyone may read a hidden one whose id they know, as in Gancio (contract, section 23)."""
    announcement = session.get(Announcement, announcement_id)
    if announcement is None:
        raise NotFound("Not Found")
    return announcement


def list_site_pages(session) -> Sequence[SitePage]:
    return session.scalars(select(SitePage).order_by(SitePage.id)).all()


def find_site_page(session, slug: str, viewer: Viewer) -> SitePage:
    """Return the page; :raises NotFound: if there is none, or it is hidden from the viewer."""
    page = session.scalar(select(SitePage).where(SitePage.slug == slug.replace("\0", "")))
    if page is None or not (page.is_visible or can_moderate_agenda(viewer)):
        raise NotFound("Not Found")
    return page
