"""No route answers an odd request with a server error. The requests are generated from the routing table."""

import os

import pytest

from joindin.extensions import db
from joindin.models import AuditEntry, BrowserSession, Mail
from joindin.performance.data_version import data_version
from tests.api_client import issue_token
from tests.browser_client import Browser, make_user_with_password
from tests.database_rows import count_rows, empty_database
from tests.odd_requests import OddRequests
from tests.resources.docs.sample_data import make_sample_data

# A longer run by hand: ODD_REQUESTS=200 python -m pytest tests/http/test_odd_requests.py
REQUESTS_PER_ROUTE = int(os.environ.get("ODD_REQUESTS", "2"))

PAGE_PREFIXES = ("/accounts/", "/desk/", "/api/settings/", "/oauth/authorize", "/api/oauth/authorize")
# Written by refused attempts: notices to the owner, and what was refused to an admin.
WRITTEN_BY_REFUSALS = {model.__tablename__ for model in (Mail, AuditEntry, BrowserSession)}


class Visitor:
    """A caller of all routes, without an account."""

    def __init__(self, app, session):
        self._client = Browser(app)
        page = self.sign_in(session)
        self.fields = {"csrfmiddlewaretoken": self._client.token(page)}

    def sign_in(self, session):
        """Return a page with a form."""
        return "/accounts/register/"

    def send(self, arguments):
        return self._client.request(**arguments)


class Admin(Visitor):
    """A signed-in admin: with the cookie of a recent sign-in on pages, and a token on APIs."""

    def sign_in(self, session):
        user = make_user_with_password(session, is_admin=True)
        self._token = issue_token(session, user)
        self._client.sign_in_directly(user)
        return "/accounts/"

    def send(self, arguments):
        if not arguments["path"].startswith(PAGE_PREFIXES):
            arguments["headers"].setdefault("Authorization", f"Bearer {self._token}")
        return super().send(arguments)


def routes(app):
    """Return each route and method that an application has, and a method that the route does not have."""
    for rule in app.url_map.iter_rules():
        for method in sorted({*rule.methods, "PATCH"}):
            yield rule, method


@pytest.mark.slow("sends some thousands of requests")
@pytest.mark.parametrize("caller_class", [Visitor, Admin])
def test_odd_requests_cause_no_server_error(app, session, caller_class):
    odd, wrong, sent, caller = OddRequests(app), [], 0, None
    version = data_version(db.engine)

    for rule, method in routes(app):
        for _ in range(REQUESTS_PER_ROUTE):
            if caller is None:
                caller = new_caller(app, session, caller_class)
                before = count_rows(session)
            arguments = odd.request(rule, method, caller.fields)
            version_before = version()
            reply = caller.send(dict(arguments))
            after = before if version() == version_before else count_rows(session)
            sent += 1
            if reply.status_code >= 500 and reply.status_code not in (501, 503):
                wrong.append((reply.status_code, rule.rule, arguments))
            if missing := missing_headers(reply, rule):
                wrong.append((reply.status_code, missing, rule.rule, method))
            if reply.status_code >= 400 and stored(before, after):
                wrong.append((reply.status_code, stored(before, after), rule.rule, arguments))
            if after != before or (reply.status_code < 400 and method not in ("GET", "HEAD", "OPTIONS")):
                caller = None

    assert not wrong, "\n".join(str(each)[:600] for each in wrong)
    assert sent > 300


def new_caller(app, session, caller_class):
    """Return a caller, after making the sample data again: an admin deletes much of it, and also the own account."""
    session.rollback()
    empty_database()
    for name in ("fragment_cache", "query_cache", "response_cache"):
        app.extensions[name].clear()
    make_sample_data(db.session)
    caller = caller_class(app, db.session)
    db.session.commit()
    return caller


def missing_headers(reply, rule):
    """Return the protection that the response lacks: no guessing of types, and no frames around pages.

    Pages below ``/embed/`` exist for frames of other sites.
    """
    headers, policy = reply.headers, reply.headers.get("Content-Security-Policy", "")
    is_framed = rule.rule.startswith("/embed/") and reply.status_code in (200, 412)
    is_page = (reply.content_type or "").startswith("text/html")
    return [
        name
        for name, is_there in {
            "nosniff": headers.get("X-Content-Type-Options") == "nosniff",
            "frame options": not is_page or is_framed or headers.get("X-Frame-Options") == "DENY",
            "frame ancestors": not is_page or is_framed or "frame-ancestors 'none'" in policy,
            "script sources": not is_page or "default-src 'none'" in policy,
        }.items()
        if not is_there
    ]


def stored(before, after):
    return {table for table in after if after[table] != before[table]} - WRITTEN_BY_REFUSALS
