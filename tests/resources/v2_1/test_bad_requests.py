"""Requests that are odd as a whole: bodies, query strings, headers, addresses."""

import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from joindin.http.json_bodies import MSG_NOT_AN_OBJECT
from tests.factories import make_client, make_event, make_event_comment, make_user
from tests.fuzzing import TEXTS, assert_no_server_error, fuzz_settings

EVENT = (
    b'{"name": "N", "description": "D", "location": "L", "start_date": "2030-05-01", "end_date": "2030-05-02",'
    b' "tz_continent": "Europe", "tz_place": "Paris"'
)

# A body, and the type it is sent under, none of which makes an event.
BODIES = {
    "deep lists": (b"[" * 10_000 + b"]" * 10_000, "application/json"),
    "a field of deep lists": (EVENT + b', "tags": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", "application/json"),
    "deep and never closed": (b'{"name":' * 10_000, "application/json"),
    "invalid UTF-8": (EVENT.replace(b'"N"', b'"\xff\xfe"') + b"}", "application/json"),
    "a lone surrogate": (EVENT.replace(b'"N"', b'"\\ud800"') + b"}", "application/json"),
    "UTF-16": ((EVENT + b"}").decode().encode("utf-16"), "application/json; charset=utf-16"),
    "NaN": (EVENT + b', "latitude": NaN}', "application/json"),
    "a number beyond all numbers": (EVENT + b', "latitude": 1e400}', "application/json"),
    "two objects": (EVENT + b"}{}", "application/json"),
    "cut off": (EVENT, "application/json"),
    "a list": (b"[" + EVENT + b"}]", "application/json"),
    "a text": (b'"name"', "application/json"),
    "nothing": (b"", "application/json"),
    "NULs": (b"\0" * 1000, "application/json"),
    "a form": (b"name=N&description=D&location=L", "application/x-www-form-urlencoded"),
    "JSON under another name": (EVENT + b"}", "text/plain"),
    "JSON under no name": (EVENT + b"}", ""),
    "JSON under an odd name": (EVENT + b"}", ";;=\xff, application/json"),
    "multipart without a boundary": (b"--x\r\n\r\n--x--", "multipart/form-data"),
    "multipart that never ends": (b"--x\r\nContent-Disposition: form-data; name=", "multipart/form-data; boundary=x"),
    "multipart of nonsense": (b"\xff--x--x\r\n\r\n:\0", "multipart/form-data; boundary=x"),
}

NO_JSON = {"nothing", *list(BODIES)[list(BODIES).index("a form") :]}
NO_OBJECTS = {"a list", "a text"}
INVALID_JSON = "The body is not valid JSON"


@pytest.fixture
def host(api, session):
    user = make_user(session, is_admin=True)
    host = api.signed_in(user)
    host.event = make_event(session, host=user).id
    return host


def test_a_body_without_parameters_is_refused(session, host):
    def refusals(method, path):
        return {
            name: assert_no_server_error(session, host.request, method, path, data=body, content_type=kind).json[0]
            for name, (body, kind) in BODIES.items()
        }

    created, edited = refusals("POST", "/v2.1/events"), refusals("PUT", f"/v2.1/events/{host.event}")

    first_sentences = {name: re.split(r"\.| \(", message)[0] for name, message in created.items()}
    assert edited == created
    assert first_sentences == {
        name: "'name' is a required field"
        if name in NO_JSON
        else MSG_NOT_AN_OBJECT
        if name in NO_OBJECTS
        else INVALID_JSON
        for name in BODIES
    }


def test_an_upload_without_image_is_refused(session, host):
    path = f"/v2.1/events/{host.event}/images"

    refusals = {
        name: assert_no_server_error(session, host.post, path, data=body, content_type=kind).json
        for name, (body, kind) in BODIES.items()
    }

    assert refusals == {name: ["Image was not supplied"] for name in BODIES}


def test_a_file_that_is_no_image_is_refused(session, host):
    path = f"/v2.1/events/{host.event}/images"
    contents = [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a" + b"\xff" * 100, b"<svg/>", b"\0" * 3_000_000]

    replies = [
        assert_no_server_error(session, host.post, path, data={"image": (io.BytesIO(content), "../\0.png")})
        for content in contents
    ]

    assert [reply.status_code for reply in replies] == [400] * len(contents)


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8"])
def test_a_body_of_ten_megabytes_is_refused(session, host, kind):
    body = b'{"name": "' + b"x" * 10_000_000 + b'"}'
    paths = ["/v2.1/events", "/v2.1/users", "/v2.1/token", f"/v2.1/events/{host.event}/comments"]

    replies = [assert_no_server_error(session, host.post, path, data=body, content_type=kind) for path in paths]

    assert [(reply.status_code, reply.json) for reply in replies] == [(413, ["The request body is too large"])] * 4


def test_a_large_body_without_length_is_refused(session, host):
    body = io.BytesIO(b" " * 2_000_000)

    reply = assert_no_server_error(
        session,
        host.post,
        "/v2.1/events",
        input_stream=body,
        content_type="application/json",
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )

    assert (reply.status_code, reply.json) == (413, ["The request body is too large"])


PATHS = st.sampled_from(
    [
        "/",
        "/v2.1/events",
        "/v2.1/events/1",
        "/v2.1/events/1/comments",
        "/v2.1/events/1/comments/reported",
        "/v2.1/events/1/attendees",
        "/v2.1/events/1/hosts",
        "/v2.1/event_comments/1",
        "/v2.1/users",
        "/v2.1/users/1",
        "/v2.1/users/1/hosted",
        "/v2.1/users/1/attended",
        "/v2.1/token",
        "/v2.1/nowhere",
    ]
)
NAMES = st.sampled_from(
    [
        *["start", "resultsperpage", "verbose", "format", "callback", "filter", "title", "stub", "tags", "tags[]"],
        *["tags[a]", "tags[", "tags]", "[", "[]", "startdate", "enddate", "username", "keyword", "start[]", "format[]"],
        *["callback[]", "filter[]", "username[]", "keyword[]", "title[]", "tags[" + "9" * 5000 + "]", "verbose[]"],
    ]
)
FILTERS = st.sampled_from(["hot", "upcoming", "past", "cfp", "all", "pending", "nothing", "html", "yes", "1", "20"])


@pytest.mark.slow("sends hundreds of random requests")
@given(PATHS, st.lists(st.tuples(NAMES, st.one_of(TEXTS, FILTERS)), max_size=5))
@example("/v2.1/events", [("tags[" + "9" * 5000 + "]", "a"), ("tags[]", "b")])
@example("/v2.1/events", [("title", "x" * 70_000)])
@example("/v2.1/events", [("tags[]", "\ufdfa" * 5000)])
@example("/v2.1/events", [("filter", "hot"), ("start", "1e308")])
@example("/v2.1/users", [("keyword", "\ufdfa" * 5000)])
@fuzz_settings(150)
def test_a_query_may_hold_anything(session, host, path, query):
    make_event_comment(session, session.merge(make_event(session)))

    reply = assert_no_server_error(session, host.get, path, query_string=_encoded(query))

    assert reply.status_code in (200, 400, 404, 414)


@given(st.binary(max_size=60))
@example(b"a=%00&%00=a&%=%&%zz=%zz&=&==&&&;;")
@example(b"%ED%A0%80=%ED%A0%80&start=%FF")
@example(b"&".join(b"a%d=b" % number for number in range(5000)))
@fuzz_settings(60)
def test_a_query_may_be_any_bytes(app, session, query):
    environ = {"QUERY_STRING": query.decode("latin-1")}

    reply = assert_no_server_error(session, app.test_client().open, "/v2.1/events", environ_overrides=environ)

    assert reply.status_code in (200, 400, 414)


HEADERS = st.sampled_from(
    [
        *[
            "Host",
            "Accept",
            "Authorization",
            "Forwarded",
            "X-Forwarded-For",
            "X-Forwarded-Proto",
            "User-Agent",
            "Range",
        ],
        *[
            "If-None-Match",
            "If-Modified-Since",
            "Cookie",
            "Origin",
            "Content-Type",
            "Content-Length",
            "Accept-Encoding",
        ],
    ]
)
HEADER_TEXTS = st.one_of(
    st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=40),
    st.sampled_from(
        [
            *["Bearer", "Bearer ", "Bearer  x", " Bearer x", "Bearer\tx", "OAuth null", "Bearer \xff\xfe", "x" * 9000],
            *[
                "[::1",
                "a b",
                "host:99999999",
                "host:x",
                "evil.example/../",
                "<script>",
                "@",
                "a,b",
                ".",
                "\xfc.example",
            ],
            *[
                "text/html",
                "application/json;q=0, text/html",
                "*/*;q=x",
                "for=",
                'for="',
                "for=[",
                "for=1;;;=",
                "-1",
                "1e9",
            ],
        ]
    ),
)


@given(PATHS, st.dictionaries(HEADERS, HEADER_TEXTS, min_size=1, max_size=3))
@fuzz_settings(120)
def test_headers_may_hold_anything(app, session, host, path, headers):
    reply = assert_no_server_error(session, app.test_client().get, path, headers=headers)

    assert reply.status_code in (200, 400, 401, 403, 404)


IDS = [
    *[
        "0",
        "00012",
        "0" * 60 + "12",
        "2147483648",
        "99999999999999999999",
        "9" * 5000,
        "%00",
        "1%00",
        "1e3",
        "-1",
        "+1",
    ],
    *["1.0", "%20 1", "٣", "²", "0x1", "..", "%2e%2e", "%2F", "1%2F2", "%ff", "a" * 5000],
]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("kind", ["events", "event_comments", "users", "token", "events/1/hosts", "events/1/comments"])
def test_an_id_may_be_anything(session, host, kind, method):
    signed_in = host.signed_in(make_user(session, is_admin=True), make_client(session))

    replies = [
        assert_no_server_error(session, signed_in.request, method, f"/v2.1/{kind}/{number}", json={}) for number in IDS
    ]

    # /events and /users answer to a text instead of an id with the list. Deleting an unknown user succeeds.
    expected = {"GET": {200, 404}, "POST": {404, 405}, "PUT": {400, 404, 405}, "DELETE": {204, 404, 405}}
    too_long = {reply.status_code for number, reply in zip(IDS, replies) if len(number) > 2048}
    others = {reply.status_code for number, reply in zip(IDS, replies) if len(number) <= 2048}
    assert too_long == {414}
    assert others <= expected[method]


def _encoded(query):
    def quoted(text):
        return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))

    return "&".join(f"{quoted(name)}={quoted(value)}" for name, value in query)
