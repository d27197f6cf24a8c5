"""Shared code of the crew's pages: the blueprint, the language, the viewer, tabs, dates, and messages of writes."""

from collections.abc import Callable

from flask import Blueprint, Response, current_app, g, redirect, request

from joindin.errors import Conflict, NotFound
from joindin.extensions import db
from joindin.http.pages.forms import Form
from joindin.http.pages.html_pages import flash_error, flash_success, render_page
from joindin.http.pages.languages import event_dates, gettext, lazy_gettext, send_language, set_crew_language
from joindin.http.sessions import require_user, session_user
from joindin.models import User
from joindin.operations.crew.errors import InvalidCrewField
from joindin.queries.crew.viewers import CrewViewer, load_crew_viewer
from joindin.representations.ephios.links import CrewLinks
from joindin.utils.localized_dates import LocalizedDates
from joindin.utils.row_ids import MAX_ROW_ID

PAGE_SIZE = 20
MSG_FORBIDDEN = "Your account does not have the permission for this page"

blp = Blueprint("crew", __name__)
blp.before_request(set_crew_language)
blp.after_request(send_language)


@blp.before_request
def _load_session() -> None:
    """Load the session before the view takes a connection: recording its use ends the transaction."""
    session_user()


# Path, label, and whether a viewer has the page.
TABS: list[tuple[str, object, Callable[[CrewViewer], bool]]] = [
    ("/events/", lazy_gettext("Events with shifts"), lambda viewer: True),
    ("/me/shifts/", lazy_gettext("My shifts"), lambda viewer: True),
    ("/workinghours/own/", lazy_gettext("My hours"), lambda viewer: True),
    ("/workinghours/", lazy_gettext("Working hours"), lambda viewer: viewer.rights.views_profiles),
    ("/users/", lazy_gettext("People"), lambda viewer: viewer.rights.views_profiles),
    ("/notifications/", lazy_gettext("Notifications"), lambda viewer: True),
    ("/settings/", lazy_gettext("Settings"), lambda viewer: True),
]


def crew_viewer() -> CrewViewer:
    """Return the signed-in user with their rights over everything. They are loaded once a request.

    :raises Unauthenticated: for visitors.
    """
    if "crew_viewer" not in g:
        g.crew_viewer = load_crew_viewer(db.session.connection(), require_user())
    return g.crew_viewer


def find_person(user_id: int) -> User:
    """Return the user; :raises NotFound: if there is none. The caller checks the permission."""
    user = db.session.get(User, user_id) if user_id <= MAX_ROW_ID else None
    if user is None:
        raise NotFound("User not found")
    return user


def crew_dates() -> LocalizedDates:
    return event_dates(current_app.config["CREW_TIMEZONE"])


def crew_links() -> CrewLinks:
    return CrewLinks(current_app.config["WEBSITE_URL"].rstrip("/"), current_app.config["CREW_TIMEZONE"])


def crew_page(template: str, status: int = 200, **variables) -> Response:
    """Render a page with the crew's tabs and ``dates``, which formats in the crew's time zone."""
    tabs = [(path, label) for path, label, is_shown in TABS if is_shown(crew_viewer())] if session_user() else []
    current_tab = max((path for path, _ in tabs if request.path.startswith(path)), key=len, default=None)
    return render_page(template, status, tabs=tabs, current_tab=current_tab, dates=crew_dates(), **variables)


def commit_or_flash(write: Callable[[], object], success_message: str) -> None:
    """Write and commit, or roll back if the rows do not allow it. The next page shows which."""
    try:
        write()
    except Conflict as error:
        db.session.rollback()
        flash_error(gettext(str(error)))
    else:
        db.session.commit()
        flash_success(success_message)


def form_page(
    template: str, form: Form, store: Callable[[], object], message: str, next_path: str, **variables
) -> Response:
    """Show the form, or store a valid one and redirect. A refused value is shown at its field."""
    if form.validate_on_submit():
        try:
            store()
        except InvalidCrewField as error:
            db.session.rollback()
            form.add_error(gettext(str(error)), form[error.field])
        else:
            db.session.commit()
            flash_success(message)
            return redirect(next_path)
    return crew_page(template, form=form, **variables)
