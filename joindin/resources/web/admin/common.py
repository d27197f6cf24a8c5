"""What all pages of the desk share: who may come in, where the tabs lead, how a decision is carried out."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from flask import Blueprint, Response, g, redirect, request

from joindin.errors import Conflict, Invalid, NotAllowed, NotFound, Unprocessable
from joindin.extensions import db
from joindin.http import html_pages
from joindin.http.html_pages import notify, warn
from joindin.http.sessions import person
from joindin.permissions import (
    can_administer_users,
    can_decide_about_event,
    can_keep_reasons,
    can_manage_groups,
    can_read_audit_log,
    moderates_everything,
)
from joindin.queries.accounts.granted_permissions import hosts_any, view_permitted
from joindin.queries.paging import Page, Paging
from joindin.viewer import Viewer

PAGE_SIZE = 20
FURTHEST = 100_000

blp = Blueprint("desk", __name__, url_prefix="/desk")


def moderates(viewer: Viewer) -> bool:
    """Whether they moderate at any event. Asked once a request."""
    if moderates_everything(viewer):
        return True
    if "hosts_any" not in g:
        g.hosts_any = hosts_any(db.session, viewer.user.id)
    return g.hosts_any


TABS = (
    ("/desk/events/", "Events", can_decide_about_event),
    ("/desk/reports/", "Reports", moderates),
    ("/desk/claims/", "Claims", moderates),
    ("/desk/people/", "People", can_administer_users),
    ("/desk/groups/", "Groups", can_manage_groups),
    ("/desk/reasons/", "Reasons", can_keep_reasons),
    ("/desk/log/", "Log", can_read_audit_log),
)


def viewer() -> Viewer:
    """Whoever is signed in, with what they are permitted; :raises NotSignedIn: if nobody is."""
    if "desk_viewer" not in g:
        g.desk_viewer = view_permitted(db.session, person())
    return g.desk_viewer


def tabs() -> list[tuple[str, str]]:
    """Addresses and names of what the viewer may look at."""
    return [(place, name) for place, name, may in TABS if may(viewer())]


def only_for(predicate: Callable) -> Callable:
    """Let in those of whom ``predicate(viewer)`` is true; :raises NotSignedIn, NotAllowed: for others."""

    def decorate(view):
        @wraps(view)
        def guarded(*args, **kwargs):
            if not predicate(viewer()):
                raise NotAllowed("Your account may not do that here")
            return view(*args, **kwargs)

        return guarded

    return decorate


def show(template: str, status: int = 200, **shown) -> Response:
    return html_pages.show_page(f"web/desk/{template}", status, tabs=tabs(), **shown)


def carry_out(work: Callable, done: str, on: str, *, otherwise: str | None = None) -> Response:
    """Do ``work()``, keep it, say ``done`` and go on; where it is refused, say that, and go ``otherwise``."""
    try:
        work()
        db.session.commit()
    except (Conflict, Invalid, NotFound, Unprocessable) as refused:
        db.session.rollback()
        warn(_sentence(refused))
        return redirect(otherwise or on, 303)
    notify(done)
    return redirect(on, 303)


def read_paging() -> Paging:
    """The slice that ``page`` names, the first one for anything that is no number."""
    number = request.args.get("page", "1")
    page = min(int(number), FURTHEST) if number.isascii() and number.isdecimal() and len(number) < 9 else 1
    return Paging((max(page, 1) - 1) * PAGE_SIZE, PAGE_SIZE)


def hosted_by() -> int | None:
    """Whose events the viewer moderates: their own, or None for all."""
    return None if moderates_everything(viewer()) else viewer().user.id


def neighbours(page: Page) -> dict[str, str]:
    """Addresses of the slices before and after, under ``before`` and ``after``."""
    number = (page.paging.start or 0) // PAGE_SIZE + 1
    found = {}
    if number > 1:
        found["before"] = _address(number - 1)
    if number * PAGE_SIZE < page.total:
        found["after"] = _address(number + 1)
    return found


def _address(number):
    return f"{request.path}?{urlencode({**request.args, 'page': number})}"


def _sentence(refused):
    said = str(refused)
    return said if said.endswith(".") else f"{said}."
