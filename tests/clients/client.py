"""Test clients that send requests like the existing clients. They follow absolute URLs from links and ``Location``."""

import contextvars
import json
from urllib.parse import urlencode

from joindin.extensions import db
from joindin.security.passwords import hash_password

BASE = "http://localhost"
ROOT = f"{BASE}/v2.1"

# Computed once, because password hashing is slow.
SECRET_HASH = hash_password("secret")


class Client:
    """Sends the headers of the real client, and the token in its scheme."""

    scheme = "OAuth"
    reading = {}
    writing = {"Content-Type": "application/json"}

    def __init__(self, app, token=None):
        self._app = app
        self._token = token

    def signed_in(self, token):
        return type(self)(self._app, token)

    def get(self, url, **query):
        return self.send("GET", with_query(url, query), self.reading)

    def delete(self, url, **query):
        return self.send("DELETE", with_query(url, query), self.reading)

    def post(self, url, body=()):
        return self.send("POST", url, self.reading | self.writing, self.encode_body(body))

    def put(self, url, body):
        return self.send("PUT", url, self.reading | self.writing, self.encode_body(body))

    def encode_body(self, body):
        return json.dumps(body)

    def send(self, method, url, headers, data=None, **kwargs):
        db.session.commit()
        if self._token is not None:
            headers = headers | {"Authorization": f"{self.scheme} {self._token}"}
        client = self._app.test_client()
        # In its own context, like on a server: otherwise Flask shares the session and g of the test.
        reply = contextvars.Context().run(client.open, url, method=method, headers=headers, data=data, **kwargs)
        db.session.expire_all()
        return reply


class Web2(Client):
    """The web site: PHP, HTTP/1.0, escaped slashes, on behalf of a user with a browser."""

    reading = {
        "Accept": "application/json",
        "Forwarded": 'for=192.0.2.7;user-agent="Mozilla/5.0 (X11; Linux x86_64), like Gecko"',
    }

    def encode_body(self, body):
        return super().encode_body(body).replace("/", "\\/")

    def send(self, method, url, headers, data=None, **kwargs):
        assert url.startswith(f"{ROOT}/"), f"an address that web2 cannot fetch: {url}"
        return super().send(method, url, headers, data, environ_overrides={"SERVER_PROTOCOL": "HTTP/1.0"}, **kwargs)

    def upload(self, url, name, content):
        return self.send("POST", url, self.reading, {"image": (content, name)})


class Android(Client):
    """The Android app. It sends a content type without a body too, and accepts the statuses 200 and 201 only."""

    reading = {"Content-Type": "application/json"}


class Ios(Client):
    scheme = "Bearer"
    reading = {"Accept": "application/json"}


def with_query(url, query):
    """Append a query like all clients do: links must not have one already."""
    if not query:
        return url
    assert "?" not in url, f"a link that cannot be extended: {url}"
    return f"{url}?{urlencode(query)}"


def read_list(reply, key):
    """Return the list in a successful response. ``meta`` must be last: web2 reads the paging from the last member."""
    body = json.loads(reply.get_data(as_text=True))
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "application/json; charset=utf8"), body
    assert list(body) == [key, "meta"]
    assert type(body[key]) is list
    assert body["meta"]["count"] == len(body[key])
    return body[key]


def read_single(reply, key):
    [one] = read_list(reply, key)
    return one


def read_all_pages(client, url, key):
    """Return all items of a list, following ``next_page`` until it is missing or a page is empty."""
    found = []
    while url:
        reply = client.get(url)
        found += read_list(reply, key)
        url = reply.json["meta"].get("next_page") if reply.json["meta"]["count"] else None
    return found


def read_error(reply):
    """Return status and message of a refusal; the body is a list with one message."""
    body = json.loads(reply.get_data(as_text=True))
    assert type(body) is list
    [message] = body
    return reply.status_code, message
