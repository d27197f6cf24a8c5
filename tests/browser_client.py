"""Client of the web site for tests: keeps cookies, and submits forms with the hidden fields of their page."""

import contextvars
import datetime as dt
from html.parser import HTMLParser

from joindin.extensions import db
from joindin.operations.accounts.sessions import create_browser_session
from joindin.security.passwords import hash_password
from joindin.utils.datetimes import utc_now
from tests.concurrency import run_concurrently
from tests.factories import make_user

PASSWORD = "correct horse battery"
PASSWORD_HASH = hash_password(PASSWORD)


def make_user_with_password(session, username=None, **fields):
    """Store a user who can sign in with PASSWORD."""
    return make_user(session, username, **{"password_hash": PASSWORD_HASH, **fields})


HIDDEN_FIELDS = ("csrfmiddlewaretoken", "idempotency_key")


class Browser:
    def __init__(self, app, base_url="http://localhost", **environ):
        self._client = app.test_client()
        self._base_url = base_url
        self._environ = environ

    def request(self, method, path, headers=None, **kwargs):
        db.session.commit()
        kwargs.setdefault("environ_base", self._environ)
        reply = contextvars.Context().run(
            self._client.open, path, method=method, base_url=self._base_url, headers=headers, **kwargs
        )
        db.session.expire_all()
        return reply

    def get(self, path, **kwargs):
        return self.request("GET", path, **kwargs)

    def post(self, path, data=None, **kwargs):
        """Send data without a CSRF token."""
        return self.request("POST", path, data=data, **kwargs)

    def send(self, path, fields=None, page=None, **kwargs):
        """Submit the form of ``page`` (by default ``path`` itself) to ``path``, with its CSRF token."""
        page = page or path
        headers = {"Referer": f"{self._base_url}{page}"} | kwargs.pop("headers", {})
        return self.post(path, {"csrfmiddlewaretoken": self.token(page)} | (fields or {}), headers=headers, **kwargs)

    def token(self, page="/accounts/login/"):
        return form_fields(self.get(page).text)["csrfmiddlewaretoken"]

    def sign_in(self, user, password=PASSWORD, **fields):
        return self.send("/accounts/login/", {"username": user.username, "password": password, **fields})

    def sign_in_directly(self, user):
        """Create a session without the sign-in form, for tests of something else."""
        now = utc_now()
        _, token = create_browser_session(
            db.session,
            user,
            ip_address=None,
            user_agent="",
            lifetime=dt.timedelta(days=1),
            now=now,
            with_second_factor=True,
        )
        self.set_cookie("sessionid", token)
        return self

    def cookie(self, name, path="/"):
        cookie = self._client.get_cookie(name, path=path)
        return cookie.value if cookie else None

    def set_cookie(self, name, value, path="/"):
        self._client.set_cookie(name, value, path=path)

    @property
    def is_signed_in(self):
        return self.get("/accounts/").status_code == 200


def send_twice(app, session, browser, path, fields, page=None, **kwargs):
    """Submit the form of one page twice at the same moment, each as if the browser showed its response; return the responses."""
    shown = form_fields(browser.get(page or path).text)
    fields = {name: shown[name] for name in HIDDEN_FIELDS if name in shown} | fields
    cookies = [("sessionid", "/"), ("csrftoken", "/"), ("joindin_memo", "/"), ("guest", "/guest/")]

    def send():
        sender = Browser(app)
        for name, cookie_path in cookies:
            if value := browser.cookie(name, cookie_path):
                sender.set_cookie(name, value, cookie_path)
        with app.app_context():
            return sender.post(path, fields, **kwargs)

    return run_concurrently(session, [send, send])


def form_fields(page: str) -> dict[str, str]:
    """Return the values of the named inputs of an HTML page."""
    fields = {}

    class InputParser(HTMLParser):
        def handle_starttag(self, tag, attrs):
            attributes = dict(attrs)
            if tag == "input" and "name" in attributes:
                fields[attributes["name"]] = attributes.get("value", "")

    InputParser().feed(page)
    return fields


def without_tokens(page: str) -> str:
    """Return a page without the values of its CSRF tokens."""
    head, *rest = page.split('name="csrfmiddlewaretoken" value="')
    return head + "".join(part.partition('"')[2] for part in rest)


def main_text(reply) -> str:
    """Return the text of the page's ``main`` element."""
    texts, main_tags = [], []

    class MainTextParser(HTMLParser):
        def handle_starttag(self, tag, _attrs):
            if tag == "main":
                main_tags.append(tag)

        def handle_endtag(self, tag):
            if tag == "main":
                main_tags.clear()

        def handle_data(self, data):
            if main_tags:
                texts.append(data)

    MainTextParser().feed(reply.text)
    return " ".join("".join(texts).split())


def main_text_without_spaces(reply) -> str:
    """Return that text without spaces, which stand between some elements only."""
    return "".join(main_text(reply).split())
