"""Rules for redirect URIs of OAuth applications."""

import pytest

from joindin.security.redirect_uris import csp_source, is_registered, redirect_uri_error

WEB, LOOPBACK, OWN = "https://app.example/cb", "http://127.0.0.1/cb", "com.example.app:/cb"


@pytest.mark.parametrize(
    "uri",
    [
        WEB,
        LOOPBACK,
        OWN,
        "http://[::1]:80/cb",
        "http://localhost:8000/",
        "https://app.example/cb?a=1",
        "com.example.app://cb",
    ],
)
def test_valid_redirect_uris(uri):
    assert redirect_uri_error(uri) is None


@pytest.mark.parametrize(
    "uri",
    [
        "", "app", "/cb", "//app.example/cb", "https://", "https:///cb", "https://app.example/cb#x", "https://app.example/#",
        "http://app.example/cb", "https://me@app.example/cb", "https://*.example/cb", "https://app.example/a b",
        "https://app.example/\u00e9", "https://app.example\\@evil.example/", "https://app.example:port/", "javascript:alert(1)",
        "data:text/html,x", "myapp:/cb", "file:///etc/passwd", "https://app.example/\n", "https://[app/", "https://a.example/" + "x" * 2000,
    ],
)  # fmt: skip
def test_invalid_redirect_uris(uri):
    assert redirect_uri_error(uri) is not None


def test_plain_http_is_for_confidential_applications():
    assert redirect_uri_error("http://blog.example/cb", is_public=False) is None
    assert redirect_uri_error("http://blog.example/cb", is_public=True) is not None


@pytest.mark.parametrize(
    ("uri", "registered", "expected"),
    [
        (WEB, WEB, True),
        (WEB + "/", WEB, False),
        (WEB + "?x", WEB, False),
        (WEB.upper(), WEB, False),
        ("https://app.example:8443/cb", WEB, False),
        ("https://app.example:443/cb", WEB, False),
        ("https://evil.example/cb", WEB, False),
        ("http://127.0.0.1:5/cb", LOOPBACK, True),
        ("http://127.0.0.1:5/cb", "http://127.0.0.1:6/cb", True),
        ("http://127.0.0.1:5/other", LOOPBACK, False),
        ("http://127.0.0.2:5/cb", LOOPBACK, False),
        ("http://[::1]:5/cb", "http://[::1]/cb", True),
        ("http://[::1]:5/cb", LOOPBACK, False),
        ("http://localhost:5/cb", "http://localhost/cb", False),
        (OWN, OWN, True),
        ("javascript:x", "javascript:x", False),
    ],
)
def test_uri_must_equal_a_registered_one_except_for_the_loopback_port(uri, registered, expected):
    assert is_registered(uri, ["https://first.example/", registered]) is expected


def test_csp_source():
    assert [csp_source(uri) for uri in (WEB, "http://127.0.0.1:9/cb", OWN)] == [
        "https://app.example",
        "http://127.0.0.1:9",
        "com.example.app:",
    ]
