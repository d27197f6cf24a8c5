"""Limits of request bodies that are parsed in memory, on every surface, and bodies with a content coding."""

import gzip

import pytest

from tests.api_client import ApiClient
from tests.factories import make_user
from tests.http.test_request_checks import PATHS

FORM_TYPE = "application/x-www-form-urlencoded"
FORM_PATHS = (
    "/accounts/login/",
    "/accounts/register/",
    "/oauth/login",
    "/oauth/token",
    "/api/oauth/token/",
    "/api/event",
)
JSON_PATHS = ("/v2.1/token", "/oauth/login", "/api/event", "/api/users/me/working-hours/")

MAX_BYTES = 2000
MAX_FIELDS = 1000


@pytest.fixture
def small_app(app, monkeypatch):
    """The application with small limits."""
    for name in ("MAX_JSON_BYTES", "MAX_FORM_MEMORY_SIZE"):
        monkeypatch.setitem(app.config, name, MAX_BYTES)
    return app


def send(app, path, body, content_type, **options):
    return ApiClient(app).post(path, data=body, content_type=content_type, **options)


@pytest.mark.parametrize("path", FORM_PATHS)
@pytest.mark.parametrize(
    ("body", "is_refused"),
    [
        (b"a=" + b"x" * (MAX_BYTES - 2), False),
        (b"a=" + b"x" * (MAX_BYTES - 1), True),
        (b"&" * (MAX_FIELDS - 1), False),
        (b"&" * MAX_FIELDS, True),
    ],
    ids=["longest", "too long", "most fields", "too many fields"],
)
def test_url_encoded_forms_are_limited_in_bytes_and_fields(small_app, session, path, body, is_refused):
    reply = send(small_app, path, body, FORM_TYPE)

    assert (reply.status_code == 413) == is_refused
    assert reply.status_code != 500


def test_a_form_without_length_is_limited(small_app, session):
    body = b"a=" + b"x" * MAX_BYTES
    chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": None}

    assert send(small_app, "/oauth/login", body, FORM_TYPE, environ_overrides=chunked).status_code == 413


@pytest.mark.parametrize("path", JSON_PATHS)
def test_json_is_limited_in_bytes(small_app, session, path):
    api = ApiClient(small_app).signed_in(make_user(session, is_admin=True))

    longest, too_long = (
        api.post(path, data=b"{%s}" % (b" " * number), content_type="application/json")
        for number in (MAX_BYTES - 2, MAX_BYTES - 1)
    )

    assert (longest.status_code != 413, too_long.status_code) == (True, 413)
    assert b"too large" in too_long.data


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate", "x-gzip", "identity, gzip", "unknown"])
def test_an_encoded_body_is_neither_decoded_nor_read(app, session, coding):
    body = gzip.compress(b'{"username": "a"}')

    reply = send(app, "/v2.1/token", body, "application/json", headers={"Content-Encoding": coding})

    assert (reply.status_code, reply.headers["Accept-Encoding"], reply.is_json) == (415, "identity", True)


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_every_surface_refuses_a_compressed_body(app, session, count_rows, path):
    before = count_rows()

    reply = send(app, path, gzip.compress(b"a=b"), FORM_TYPE, headers={"Content-Encoding": "gzip"})

    assert (reply.status_code, reply.headers["Accept-Encoding"]) == (415, "identity")
    assert count_rows() == before


@pytest.mark.parametrize("coding", ["identity", "IDENTITY", ""])
def test_a_body_that_is_not_encoded_is_read(app, session, coding):
    reply = send(app, "/v2.1/token", b"{", "application/json", headers={"Content-Encoding": coding})

    assert reply.json == ["The body is not valid JSON (line 1, column 2)"]
