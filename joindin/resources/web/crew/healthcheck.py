"""Health check for the operator's monitoring (spec 19)."""

from flask import Response
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from joindin.extensions import db
from joindin.http.pages.html_pages import render_page
from joindin.http.pages.languages import lazy_gettext
from joindin.http.sessions import ignore_session
from joindin.operations.outbox import is_mail_delivered
from joindin.resources.web.crew.common import blp
from joindin.utils.datetimes import utc_now

RETRY_AFTER_S = "5"
# Name of a check, and the function that returns whether all is well.
CHECKS = (
    (lazy_gettext("Database"), lambda: db.session.execute(select(1)).scalar() == 1),
    (lazy_gettext("Delivery of mails"), lambda: is_mail_delivered(db.session, utc_now())),
)


@blp.get("/healthcheck/")
def check_health() -> Response:
    """Return 200 if all checks succeed, else 503."""
    ignore_session()
    results = [(name, _succeeds(check)) for name, check in CHECKS]
    status = 200 if all(is_well for _name, is_well in results) else 503
    response = render_page("web/crew/healthcheck.html", status, results=results)
    response.cache_control.no_store = True
    if status == 503:
        response.headers["Retry-After"] = RETRY_AFTER_S
    return response


def _succeeds(check):
    try:
        return check()
    except SQLAlchemyError:
        db.session.rollback()
        return False
