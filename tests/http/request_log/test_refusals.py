"""Log lines of refused requests."""

import logging

import pytest

from joindin.http.request_log import refusals
from joindin.http.request_log.refusals import MAX_KINDS, WINDOW_S, RefusalKind, RefusalLog
from tests.api_client import ApiClient
from tests.browser_client import Browser
from tests.factories import make_event, make_user
from tests.http.test_body_limits import FORM_TYPE
from tests.live_server import live_server
from tests.server.test_hostile_requests import JSON, exchange, post

KIND = RefusalKind("Forbidden", "v2_1", "PUT /v2.1/events/<id>", 7)
SECRET = "hunter2-secret-value"


@pytest.fixture
def clock(monkeypatch):
    """The time that the log of refusals sees, in seconds."""
    now = [1000.0]
    monkeypatch.setattr(refusals, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def log(caplog):
    """The log of refusals; its ``messages`` are the lines."""
    caplog.set_level(logging.INFO, refusals.__name__)
    return caplog


def forbidden_write(api, session):
    event = make_event(session, host=make_user(session))
    return api.put(
        f"/v2.1/events/{event.id}", json={"name": SECRET}
    ), "Forbidden at v2_1 PUT /v2.1/events/<positive:event_id>"


def form_of_another_site(api, session):
    reply = Browser(api._app).request("POST", "/accounts/login/", data={"username": SECRET})
    return reply, "CsrfFailed at web POST /accounts/login/"


def long_form(api, session):
    reply = api.post("/oauth/login", data=b"&" * 2000, content_type=FORM_TYPE)
    return reply, "RequestEntityTooLarge at oauth2 POST /oauth/login"


def long_path(api, session):
    return api.get("/v2.1/" + SECRET * 500), "AddressTooLong at v2_1 -"


def foreign_host(api, session):
    return api.get("/v2.1/events", headers={"Host": f"{SECRET}/"}), "InvalidInput at v2_1 "


def compressed_body(api, session):
    reply = api.post("/v2.1/token", data=SECRET, headers={"Content-Encoding": "gzip"})
    return reply, "UnsupportedCoding at v2_1 POST /v2.1/token"


@pytest.mark.parametrize(
    "refused", [forbidden_write, form_of_another_site, long_form, long_path, foreign_host, compressed_body]
)
def test_a_refused_request_has_a_line_without_values_of_the_client(app, session, log, refused):
    user = make_user(session)
    reply, expected = refused(ApiClient(app).signed_in(user), session)

    (line,) = log.messages
    assert line.startswith(f"Refused: {expected}")
    assert line.endswith(f" (request {reply.headers['X-Request-Id']})")
    assert SECRET not in line


def test_the_line_names_the_account(app, session, log):
    user = make_user(session)

    forbidden_write(ApiClient(app).signed_in(user), session)

    assert f", user {user.id} (" in log.messages[0]


def test_requests_that_succeed_or_have_mistakes_have_no_line(api, session, log):
    statuses = [
        api.get("/v2.1/events").status_code,
        api.get("/v2.1/events/1").status_code,
        api.post("/v2.1/events", json={}).status_code,
        api.post("/v2.1/token", data=b"{", content_type="application/json").status_code,
    ]

    assert (statuses, log.messages) == ([200, 404, 401, 400], [])


def test_repeated_refusals_are_counted_for_a_minute(clock, log):
    refusal_log = RefusalLog()
    for number in range(3):
        refusal_log.report(KIND, f"r{number}")
    refusal_log.report(KIND._replace(user_id=None), "r3")
    refusal_log.summarise()
    within = len(log.messages)

    clock[0] += WINDOW_S
    refusal_log.summarise()
    refusal_log.report(KIND, "r4")

    first = "Refused: Forbidden at v2_1 PUT /v2.1/events/<id>, user 7 (request r0)"
    assert (within, log.messages) == (
        2,
        [
            first,
            first.replace("user 7 (request r0)", "user - (request r3)"),
            "Refused: 2 more in 60 s: Forbidden at v2_1 PUT /v2.1/events/<id>, user 7",
            first.replace("r0", "r4"),
        ],
    )


def test_the_number_of_lines_is_bounded(clock, log):
    refusal_log = RefusalLog()
    for number in range(2 * MAX_KINDS):
        refusal_log.report(KIND._replace(user_id=number + 1), "r")
    clock[0] += WINDOW_S
    refusal_log.summarise()

    assert len(log.messages) == MAX_KINDS + 1
    assert log.messages[-1] == f"Refused: {MAX_KINDS} more in 60 s: of other kinds"
    assert not refusal_log.is_open


@pytest.mark.slow("starts a server")
@pytest.mark.runs_once("the log does not depend on the database")
def test_a_server_writes_the_line_to_standard_error(app, settings, tmp_path):
    errors = tmp_path / "errors"
    with live_server(settings, workers=1, log=errors) as server:
        for _ in range(5):
            exchange(server, post(b"\x1f\x8b", JSON + b"Content-Encoding: gzip\r\n"))

    assert errors.read_text().count("Refused: UnsupportedCoding at oauth2 POST /oauth/login, user - (request ") == 1
