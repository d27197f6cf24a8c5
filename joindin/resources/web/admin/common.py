"""What all pages of the desk share: who may come in, where the tabs lead, how a decision is carried out."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from flask import Blueprint, Response, g, redirect, request

from joindin.errors import Conflict, Forbidden, InvalidInput, NotFound, Unprocessable
from joindin.extensions import db
from joindin.http import html_pages
from joindin.http.html_pages import flash_error, flash_success
from joindin.http.sessions import require_user
from joindin.permissions import (
    can_administer_users,
    can_manage_groups,
    can_manage_rejection_reasons,
    can_moderate_all,
    can_read_audit_log,
    can_review_event,
)
from joindin.queries.accounts.granted_permissions import is_host_anywhere, load_permissions
from joindin.queries.paging import Page, Paging
from joindin.viewer import Viewer

PAGE_SIZE = 20
MAX_PAGE = 100_000

blp = Blueprint("desk", __name__, url_prefix="/desk")


def is_moderator(viewer: Viewer) -> bool:
    """Whether they moderate at any event. Asked once a request."""
    if can_moderate_all(viewer):
        return True
    if "hosts_any" not in g:
        g.hosts_any = is_host_anywhere(db.session, viewer.user.id)
    return g.hosts_any


TABS = (
    ("/desk/events/", "Events", can_review_event),
    ("/desk/reports/", "Reports", is_moderator),
    ("/desk/claims/", "Claims", is_moderator),
    ("/desk/people/", "People", can_administer_users),
    ("/desk/groups/", "Groups", can_manage_groups),
    ("/desk/reasons/", "Reasons", can_manage_rejection_reasons),
    ("/desk/log/", "Log", can_read_audit_log),
)


def current_viewer() -> Viewer:
    """Whoever is signed in, with what they are permitted; :raises Unauthenticated: if nobody is."""
    if "desk_viewer" not in g:
        g.desk_viewer = load_permissions(db.session, require_user())
    return g.desk_viewer


def visible_tabs() -> list[tuple[str, str]]:
    """Addresses and names of what the viewer may look at."""
    return [(place, name) for place, name, may in TABS if may(current_viewer())]


def require_permission(predicate: Callable) -> Callable:
    """Let in those of whom ``predicate(viewer)`` is true; :raises Unauthenticated, NotAllowed: for others."""

    def decorate(view):
        @wraps(view)
        def guarded(*args, **kwargs):
            if not predicate(current_viewer()):
                raise Forbidden("Your account may not do that here")
            return view(*args, **kwargs)

        return guarded

    return decorate


def admin_page(template: str, status: int = 200, **shown) -> Response:
    return html_pages.render_page(f"web/admin/{template}", status, tabs=visible_tabs(), **shown)


def perform_and_redirect(work: Callable, done: str, on: str, *, otherwise: str | None = None) -> Response:
    """Do ``work()``, keep it, say ``done`` and go on; where it is refused, say that, and go ``otherwise``."""
    try:
        work()
        db.session.commit()
    except (Conflict, InvalidInput, NotFound, Unprocessable) as refused:
        db.session.rollback()
        flash_error(_sentence(refused))
        return redirect(otherwise or on, 303)
    flash_success(done)
    return redirect(on, 303)


def read_paging() -> Paging:
    """The slice that ``page`` names, the first one for anything that is no number."""
    number = request.args.get("page", "1")
    page = min(int(number), MAX_PAGE) if number.isascii() and number.isdecimal() and len(number) < 9 else 1
    return Paging((max(page, 1) - 1) * PAGE_SIZE, PAGE_SIZE)


def moderated_host_id() -> int | None:
    """Whose events the viewer moderates: their own, or None for all."""
    return None if can_moderate_all(current_viewer()) else current_viewer().user.id


def page_links(page: Page) -> dict[str, str]:
    """Addresses of the slices before and after, under ``before`` and ``after``."""
    number = (page.paging.start or 0) // PAGE_SIZE + 1
    found = {}
    if number > 1:
        found["before"] = _page_url(number - 1)
    if number * PAGE_SIZE < page.total:
        found["after"] = _page_url(number + 1)
    return found


def _page_url(number):
    return f"{request.path}?{urlencode({**request.args, 'page': number})}"


def _sentence(refused):
    said = str(refused)
    return said if said.endswith(".") else f"{said}."
