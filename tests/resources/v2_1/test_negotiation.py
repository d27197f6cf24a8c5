"""The same answer as JSON, JSONP or a page (spec 2.4), and what browsers of other sites may do (2.10)."""

import json
import re

import pytest

from tests.factories import make_event, make_user
from tests.http_assertions import stable_headers

pytestmark = pytest.mark.runs_once("content negotiation does not depend on the database")

JSON, JSONP, HTML = (f"{kind}; charset=utf8" for kind in ("application/json", "text/javascript", "text/html"))


@pytest.mark.parametrize(
    ("asked", "accept", "kind"),
    [
        ("", None, JSON),
        ("", "*/*", JSON),
        ("", "application/xml", JSON),
        ("", "application/json", JSON),
        ("", "text/html", HTML),
        ("", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", HTML),
        ("", "text/html, application/json;q=0.1", JSON),
        ("", "text/html, image/gif, *; q=.2", HTML),
        ("format=html", "application/json", HTML),
        ("format=text/html", None, HTML),
        ("format=json", "text/html", JSON),
        ("format=", "text/html", JSON),
        ("format=xml", "text/html", JSON),
        ("format[]=html", "text/html", JSON),
        ("callback=show", None, JSONP),
        ("callback=show", "text/html", HTML),
        ("callback=show&format=html", None, HTML),
        ("callback=show&format=json", "text/html", JSONP),
        ("callback=", None, JSON),
        ("callback[]=show", None, JSON),
    ],
)
@pytest.mark.parametrize("path", ["/v2.1", "/v2.1/events/999"])
def test_the_media_type_is_negotiated_as_in_the_contract(api, asked, accept, kind, path):
    reply = api.get(f"{path}?{asked}", headers={"Accept": accept} if accept else {})

    assert reply.headers["Content-Type"] == kind
    assert reply.status_code == (200 if path == "/v2.1" else 404)
    assert reply.headers.get("Access-Control-Allow-Origin") == (None if kind == HTML else "*")


@pytest.mark.parametrize("callback", ["show", "jQuery_1.done", "$", "_a9.b"])
def test_jsonp_wraps_the_response_in_a_call(api, session, callback):
    make_event(session, "A\u2028B\u2029C", slug="a")

    reply = api.get(f"/v2.1/events?callback={callback}")

    shown = reply.get_data(as_text=True)
    assert (shown[: len(callback) + 1], shown[-2:]) == (f"{callback}(", ");")
    assert not {"\u2028", "\u2029"} & set(shown)
    assert "A\\u2028B\\u2029C" in shown
    assert json.loads(shown[len(callback) + 1 : -2]) == {
        **api.get("/v2.1/events").json,
        "meta": {
            "count": 1,
            "total": 1,
            "this_page": f"http://localhost/v2.1/events?callback={callback.replace('$', '%24')}&resultsperpage=20",
        },
    }


def test_jsonp_wraps_errors(api):
    reply = api.get("/v2.1/events/999?callback=show")

    assert (reply.status_code, reply.data) == (404, b'show(["Event not found"]);')


@pytest.mark.parametrize(
    "callback",
    [
        *(
            "alert(1)//",
            "a b",
            "a;b",
            "1a",
            "a-b",
            "<script>",
            "a[0]",
            "a%0A",
            "%C3%A9",
            "a%C3%A9",
            "a%CC%81",
            "a%D9%A1",
            "a" * 129,
            ".a",
        ),
        "%2F%2A%2A%2F",
    ],
)
def test_a_callback_that_is_no_name_is_ignored(api, callback):
    reply = api.get(f"/v2.1/events/999?callback={callback}")

    assert (reply.headers["Content-Type"], reply.data) == (JSON, b'["Event not found"]')


def test_an_empty_response_has_the_negotiated_media_type(api, session):
    event, caller = make_event(session), api.signed_in(make_user(session))

    replies = [
        caller.post(f"/v2.1/events/{event.id}/attending{asked}") for asked in ("", "?format=html", "?callback=show")
    ]

    assert [(reply.headers["Content-Type"], reply.data) for reply in replies] == [
        (JSON, b""),
        (HTML, b""),
        (JSONP, b""),
    ]


def test_a_page_nests_lists_and_escapes_everything(api, session):
    event = make_event(
        session, location="</title><script>alert(1)</script>", stub="a&b", href="http://x.example/'\"><b>"
    )

    page = api.get(f"/v2.1/events/{event.id}?verbose=yes&format=html").get_data(as_text=True)

    assert page.startswith("<!DOCTYPE html>")
    assert "<title>API v2</title>" in page
    assert "<li><strong>location:</strong> &lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;</li>" in page
    assert "<li><strong>stub:</strong> a&amp;b</li>" in page
    href = "http://x.example/&#39;&#34;&gt;&lt;b&gt;"
    assert f'<li><strong>href:</strong> <a href="{href}">{href}</a></li>' in page
    assert "<li><strong>attending:</strong> false</li>" in page
    assert "<li><strong>rejection_reason:</strong> </li>" in page
    assert "<li><strong>attendee_count:</strong> 0</li>" in page
    assert "<script" not in page


def test_the_page_obeys_its_content_security_policy(api):
    page, style = api.get("/v2.1?format=html"), api.get("/static/api.css")

    assert "style-src 'self'" in page.headers["Content-Security-Policy"]
    assert "<style" not in page.text
    assert "style=" not in page.text
    assert re.findall(r'<link rel="stylesheet" href="([^"]*)">', page.text) == ["/static/api.css"]
    assert (style.status_code, style.mimetype) == (200, "text/css")


@pytest.mark.parametrize("form", ["{}", "W/{}"])
@pytest.mark.parametrize("query", ["", "?format=html", "?callback=show"])
def test_a_current_copy_is_not_sent_again(api, session, form, query):
    make_event(session)
    first = api.get(f"/v2.1/events{query}")

    again = api.get(f"/v2.1/events{query}", headers={"If-None-Match": form.format(first.headers["ETag"])})

    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])


def test_reads_may_be_stored_and_must_be_revalidated(api, session):
    caller = api.signed_in(make_user(session))
    headers = {
        (path, who): reply.headers.get("Cache-Control")
        for who, sender in (("visitor", api), ("user", caller))
        for path in ("/v2.1/events", "/v2.1/events/999", "/v2.1/nowhere")
        for reply in [sender.get(path)]
    }

    assert headers == {
        **{(path, "visitor"): "public, no-cache" for path in ("/v2.1/events", "/v2.1/events/999", "/v2.1/nowhere")},
        **{(path, "user"): "private, no-cache" for path in ("/v2.1/events", "/v2.1/events/999", "/v2.1/nowhere")},
    }
    assert "Cache-Control" not in caller.post("/v2.1/events", json={}).headers


def test_an_error_as_a_page_is_a_list_of_one(api):
    reply = api.get("/v2.1/events/999?format=html")

    assert reply.status_code == 404
    assert "<ul>\n<li><strong>0:</strong> Event not found</li>\n</ul>" in reply.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/v2.1/events", "/v2.1/events/1", "/v2.1/events/1/attending", "/", "/v2.1"])
def test_a_cors_preflight_is_answered(api, path):
    headers = {"Origin": "https://other.example", "Access-Control-Request-Method": "PUT"}

    reply = api.request("OPTIONS", path, headers=headers)

    assert (reply.status_code, reply.data) == (204, b"")
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert reply.headers["Access-Control-Allow-Methods"] == "GET, POST, PUT, DELETE, OPTIONS"
    assert reply.headers["Access-Control-Allow-Headers"] == "Authorization, Content-Type, Accept"
    assert "Access-Control-Allow-Credentials" not in reply.headers


@pytest.mark.parametrize("path", ["/", "/v2.1/events", "/v2.1/events/{id}", "/v2.1/events/999", "/v2.1/nonsense"])
def test_head_is_a_get_without_its_body(api, session, path):
    path = path.format(id=make_event(session).id)

    get, head = api.get(path), api.request("HEAD", path)

    assert (head.status_code, head.data) == (get.status_code, b"")
    assert stable_headers(head.headers) == stable_headers(get.headers)


@pytest.mark.parametrize("header", ["OAuth null", "Bearer 0123456789abcdef", "bearer %00", "OAUTH 'or'1'='1"])
def test_an_unknown_token_is_anonymous(api, session, header):
    make_event(session)

    reply = api.get("/v2.1/events", headers={"Authorization": header})

    assert (reply.status_code, reply.json) == (200, api.get("/v2.1/events").json)
    assert "user_uri" not in reply.json["meta"]


def test_scripts_of_other_origins_may_read_the_location(api, session):
    event = make_event(session)

    reply = api.signed_in(make_user(session)).post(f"/v2.1/events/{event.id}/attending")

    assert reply.headers["Location"] == f"http://localhost/v2.1/events/{event.id}/attending"
    assert reply.headers["Access-Control-Expose-Headers"] == "Location, ETag, Retry-After, Warning"
