"""Live instances that federate, and people with a browser who use them."""

import html
import re
from contextlib import contextmanager
from urllib.parse import urljoin

import requests
from flask_migrate import upgrade

from joindin import create_app
from joindin.extensions import db
from tests.browser_client import PASSWORD, make_user_with_password
from tests.live_server import live_server
from tests.services import free_port


class Person:
    """A browser without JavaScript: cookies of one instance do not reach the other, as with different host names."""

    def __init__(self):
        self._sessions = {}

    def open(self, method, url, **options):
        """Send a request and follow its redirects, also to the other instance."""
        for _ in range(12):
            reply = self.request(method, url, **options)
            if reply.status_code not in (301, 302, 303, 307):
                return reply
            method, options = "GET", {"headers": {"Accept-Language": "en"}}
            url = urljoin(url, reply.headers["Location"])
        raise AssertionError("too many redirects")

    def request(self, method, url, **options):
        """Send a request, and return the reply even if it is a redirect."""
        origin = url[: url.index("/", 8)]
        session = self._sessions.setdefault(origin, requests.Session())
        return session.request(method, url, allow_redirects=False, timeout=30, **options)

    def get(self, url):
        return self.open("GET", url, headers={"Accept-Language": "en"})

    def send(self, address, page=None, **fields):
        """Submit the form at ``page``, by default at ``address``, with its hidden fields."""
        values = self.hidden_fields(page or address)
        headers = {"Referer": page or address, "Accept-Language": "en"}
        return self.open("POST", address, data=values | fields, headers=headers)

    def hidden_fields(self, page):
        values = {}
        for each in re.findall(r"<input[^>]*type=\"?hidden\"?[^>]*>", self.get(page).text):
            name, value = re.search(r'name="?([\w-]+)', each), re.search(r'value="?([^">]*)', each)
            values[name[1]] = html.unescape(value[1]) if value else ""
        return values

    def sign_in(self, site, username):
        self.send(f"{site}/accounts/login/", username=username, password=PASSWORD)
        return self


@contextmanager
def instance(folder, name):
    """Yield the address and the application of a running instance with a staff member."""
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    settings = {
        "INSTANCE": str(folder / name),
        "DATABASE_URL": f"sqlite:///{folder / name}.sqlite",
        "SECRET_KEY": f"key of {name} for tests only",
        "WEBSITE_URL": site,
        "SITE_NAME": name,
        "MAIL_FROM": "info@crew.example",
        "ALLOWED_HOSTS": "*",
        "ALLOW_PRIVATE_FETCHES": "1",
    }
    app = create_app(settings)
    with app.app_context():
        upgrade()
        make_user_with_password(db.session, "staff", is_admin=True)
        db.session.commit()
    more = {key: value for key, value in settings.items() if key not in ("INSTANCE", "DATABASE_URL")}
    with live_server(settings, 1, "--no-jobs", port=port, **more):
        yield site, app
    with app.app_context():
        db.engine.dispose()
