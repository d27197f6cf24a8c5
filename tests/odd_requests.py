"""Odd requests to a route: the names of its parameters with missing, malformed, repeated and huge values."""

import inspect
import io
import json
import random
import re
from functools import cache
from importlib import import_module
from urllib.parse import quote

from werkzeug.datastructures import MultiDict

# Values of parameters. None leaves the parameter out.
TEXTS = (
    None, "", " ", "0", "1", "-1", "2", "1e400", "9" * 5000, "2147483648", "99999999999999999999", "NaN", "0x1A", "٣", "²",
    "\0", "a\0b", "a\r\nb", "\ufdfa" * 300, "\u202e", "😀" * 300, "x" * 70_000, "<script>alert(1)</script>", "<" * 500,
    "' OR 1=1 --", '"', "%", "_", "\\", "%s %(name)s {0} {{7*7}}", "../../etc/passwd", "http://[::1", "javascript:alert(1)",
    "//evil.example", "http://a:99999999/", "http://" + "a" * 700, "@", "a@b", "0000-00-00", "0001-01-01", "2030-05-01",
    "9999-12-31T23:59:59-14:00", "10000-01-01", "next friday", "@99999999999999", "true", "y", "[]", "{}", "None", "a b c",
    "code", "S256", "PUBLIC_READ ADMIN_READ", "application/json", "[::1]", "a.b.c", "ey.J0.x", "eyJhIjoxfQ.aaaa.bbbb",
)  # fmt: skip
JSON_VALUES = (
    *TEXTS, True, False, 0, -1, 1, 4.5, 10**30, 1e308, [], {}, [[]], {"a": {"b": []}}, [None], ["a", 1], [{}], {"0": "a"},
    "\ud800", float("nan"),
)  # fmt: skip
BODIES = (
    (b"", "application/json"), (b"[" * 10_000 + b"]" * 10_000, "application/json"), (b"[]", "application/json"),
    (b"null", "application/json"), (b'"a"', "application/json"), (b"{", "application/json"),
    (b'{"a": "\xff\xfe"}', "application/json"), (b'{"a": 1}' * 2, "application/json"), (b"\0" * 1000, "application/json"),
    (b"{}", "text/plain"), (b"{}", ""), (b"{}", ";;=\xff, application/json".encode("latin-1").decode("latin-1")),
    (b"%ED%A0%80=%FF&=&&a=%zz&%00=%00", "application/x-www-form-urlencoded"), (b"&" * 5000, "application/x-www-form-urlencoded"),
    (b"a[]=1&" * 999, "application/x-www-form-urlencoded"), (b"a=b", "application/x-www-form-urlencoded; charset=utf-7"),
    (b"--x\r\n\r\n--x--", "multipart/form-data"), (b"--x\r\nContent-Disposition: form-data; name=", "multipart/form-data; boundary=x"),
    (b"\xff--x--x\r\n\r\n:\0", "multipart/form-data; boundary=x"), (b"x" * 3_000_000, "application/octet-stream"),
)  # fmt: skip
IDS = (
    "0", "1", "2", "007", "2147483648", "9" * 5000, "-1", "+1", "1.0", "1e3", "%00", "1%00", "٣", "..", "%2e%2e%2f", "%ff", "%",
    "a" * 5000, "<script>", "'", "a%0d%0ab", "😀", " ", "%20", "None", "a.png", "event.ics",
)  # fmt: skip
HEADERS = (
    {"Accept": "text/html"}, {"Accept": "application/json;q=0, */*;q=x"}, {"X-Requested-With": "XMLHttpRequest"},
    {"Range": "bytes=0-0,-1"}, {"If-None-Match": '"', "If-Modified-Since": "yesterday"}, {"If-Match": "*"},
    {"Cookie": "sessionid=\xff; csrftoken=\0; joindin_memo=a.b.c"}, {"Referer": "\xff"}, {"User-Agent": "x" * 5000},
    {"Forwarded": 'for="', "X-Forwarded-For": "[::1", "X-Forwarded-Proto": "gopher"}, {"Accept-Language": "\xff;q=x"},
    {"Accept-Encoding": "br;q=x, \xff"}, {"Origin": "null"}, {"Content-Length": "-1"}, {"Expect": "100-continue"},
)  # fmt: skip
OAUTH_NAMES = (
    "client_id", "client_secret", "redirect_uri", "response_type", "response_mode", "scope", "state", "code", "code_verifier",
    "code_challenge", "code_challenge_method", "grant_type", "refresh_token", "token", "token_type_hint", "username",
    "password", "allow", "resource", "prompt", "nonce", "claims", "request", "id_token",
)  # fmt: skip


class OddRequests:
    """Requests to the routes of an application. The same seed gives the same requests."""

    def __init__(self, app, seed: int = 0):
        self._app = app
        self._random = random.Random(seed)

    def request(self, rule, method: str, fields: dict[str, str]) -> dict:
        """Return arguments for the test client. ``fields`` are sent as they are, with forms."""
        choose = self._random.choice
        names = parameter_names(self._app.view_functions[rule.endpoint])
        arguments = {
            "path": self._path(rule),
            "method": method,
            "headers": dict(choose(HEADERS)) if choose((0, 1)) else {},
        }
        if choose((True, True, False)):
            arguments["query_string"] = encode_query(self._pairs(names))
        if method in ("GET", "HEAD", "OPTIONS"):
            return arguments
        kind = choose(("form", "form", "json", "json", "files", "body"))
        if kind == "form":
            arguments["data"] = encode_query([*fields.items(), *self._pairs(names)])
            arguments["content_type"] = "application/x-www-form-urlencoded"
        elif kind == "json":
            body = {choose(names): choose(JSON_VALUES) for _ in range(choose(range(8)))}
            arguments |= {"data": json.dumps(body), "content_type": "application/json"}
        elif kind == "files":
            pairs = [(name, as_text(value)) for name, value in self._pairs(names)]
            files = [(choose(names), (io.BytesIO(b"\x89PNG\r\n\x1a\n"), choose(("", "a.png", "../\0"))))]
            arguments["data"] = MultiDict([*fields.items(), *pairs, *files])
        else:
            arguments["data"], arguments["content_type"] = choose(BODIES)
        return arguments

    def _pairs(self, names):
        """Return names and values; some names are repeated, or in brackets as in PHP."""
        choose, pairs = self._random.choice, []
        for _ in range(choose(range(7))):
            name = choose(names) + choose(("", "", "", "", "[]", "[a]", "["))
            pairs += [(name, choose(TEXTS))] * choose((1, 1, 1, 2, 40))
        return [(name, value) for name, value in pairs if value is not None]

    def _path(self, rule):
        return re.sub(r"<(?:\w+:)?\w+>", lambda _: self._random.choice(IDS), rule.rule)


@cache
def parameter_names(view) -> tuple[str, ...]:
    """Return what may be the names of a view's parameters: short words in quotes and class attributes of its module."""
    view = inspect.unwrap(view)
    module = import_module(getattr(view, "view_class", view).__module__)
    source = inspect.getsource(module)
    words = re.findall(r"\"([a-z][a-z0-9_]{1,30})\"", source) + re.findall(r"^    ([a-z]\w+) = ", source, re.MULTILINE)
    oauth_names = OAUTH_NAMES if "oauth" in source else ()
    common = ("next", "page", "start", "resultsperpage", "format", "callback", "verbose", "title", "tags")
    return tuple(sorted({*words, *oauth_names, *common}))


def as_text(value: str) -> str:
    return value.encode("utf-8", "replace").decode()


def encode_query(pairs) -> str:
    return "&".join(f"{quote(name)}={quote(value.encode('utf-8', 'surrogatepass'))}" for name, value in pairs)
