"""Shared code of the administration pages: permissions, tabs, paging, and the handling of submitted decisions."""

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, Response, g, redirect

from joindin.errors import Conflict, Forbidden, InvalidInput, NotFound, Unprocessable
from joindin.extensions import db
from joindin.http.pages import html_pages
from joindin.http.pages.html_pages import flash_error, flash_success
from joindin.http.pages.paging import pager_arguments, read_page_number
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
MSG_FORBIDDEN = "Your account does not have the permission for this page"

blp = Blueprint("desk", __name__, url_prefix="/desk")


def is_moderator(viewer: Viewer) -> bool:
    """Whether the viewer moderates any event. The database is queried once a request."""
    if can_moderate_all(viewer):
        return True
    if "is_host_anywhere" not in g:
        g.is_host_anywhere = is_host_anywhere(db.session, viewer.user.id)
    return g.is_host_anywhere


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
    """Return the signed-in user with their permissions; :raises Unauthenticated: if there is none."""
    if "desk_viewer" not in g:
        g.desk_viewer = load_permissions(db.session, require_user())
    return g.desk_viewer


def visible_tabs() -> list[tuple[str, str]]:
    """Return path and label of the tabs that the viewer has access to."""
    return [(path, label) for path, label, has_access in TABS if has_access(current_viewer())]


def require_permission(predicate: Callable) -> Callable:
    """Decorate a view: raise Unauthenticated or Forbidden unless ``predicate(viewer)`` is true."""

    def decorate(view):
        @wraps(view)
        def guarded(*args, **kwargs):
            if not predicate(current_viewer()):
                raise Forbidden(MSG_FORBIDDEN)
            return view(*args, **kwargs)

        return guarded

    return decorate


def admin_page(template: str, status: int = 200, **context) -> Response:
    return html_pages.render_page(f"web/admin/{template}", status, tabs=visible_tabs(), **context)


def perform_and_redirect(
    operation: Callable, success_message: str, next_path: str, *, error_path: str | None = None
) -> Response:
    """Call ``operation()``, commit and redirect to ``next_path`` with the success message.

    If the operation raises a domain error, roll back and redirect to ``error_path`` (or ``next_path``) with its message.
    """
    try:
        operation()
        db.session.commit()
    except (Conflict, InvalidInput, NotFound, Unprocessable) as error:
        db.session.rollback()
        flash_error(_to_sentence(error))
        return redirect(error_path or next_path, 303)
    flash_success(success_message)
    return redirect(next_path, 303)


def read_paging() -> Paging:
    """Return the slice for the query parameter ``page``; :raises NotFound: if it is no number of a page."""
    return Paging((read_page_number() - 1) * PAGE_SIZE, PAGE_SIZE)


def host_filter() -> int | None:
    """Return the id of the host whose events the viewer may moderate, or None for all events."""
    return None if can_moderate_all(current_viewer()) else current_viewer().user.id


def page_links(page: Page) -> dict:
    """Return the arguments of the macro ``pager``."""
    return pager_arguments((page.paging.start or 0) // PAGE_SIZE + 1, PAGE_SIZE, page.total)


def _to_sentence(error):
    message = str(error)
    return message if message.endswith(".") else f"{message}."
