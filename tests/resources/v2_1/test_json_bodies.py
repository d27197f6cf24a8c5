"""Bodies that are no JSON objects are refused by every route that takes one, before anything is stored (spec 2.3)."""

import pytest

from joindin.http.json_bodies import MSG_NOT_AN_OBJECT
from tests.database_rows import count_rows
from tests.factories import make_event, make_event_comment, make_talk, make_talk_comment, make_track, make_user


@pytest.fixture
def admin(api, session):
    caller = api.signed_in(make_user(session, "ada", is_admin=True))
    session.commit()
    return caller


@pytest.fixture
def paths(session):
    event = make_event(session)
    talk = make_talk(session, event)
    ids = {
        "event": event.id,
        "talk": talk.id,
        "track": make_track(session, event).id,
        "comment": make_event_comment(session, event).id,
        "talk_comment": make_talk_comment(session, talk).id,
        "user": make_user(session).id,
    }
    session.commit()
    return lambda path: path.format(**ids)


ROUTES = [
    ("POST", "/v2.1/events"),
    ("PUT", "/v2.1/events/{event}"),
    ("POST", "/v2.1/events/{event}/comments"),
    ("POST", "/v2.1/events/{event}/talks"),
    ("POST", "/v2.1/events/{event}/tracks"),
    ("POST", "/v2.1/events/{event}/hosts"),
    ("PUT", "/v2.1/talks/{talk}"),
    ("POST", "/v2.1/talks/{talk}/comments"),
    ("POST", "/v2.1/talks/{talk}/links"),
    ("POST", "/v2.1/talks/{talk}/speakers"),
    ("POST", "/v2.1/talks/{talk}/tracks"),
    ("PUT", "/v2.1/tracks/{track}"),
    ("POST", "/v2.1/applications"),
    ("POST", "/v2.1/users"),
    ("PUT", "/v2.1/users/{user}"),
    ("POST", "/v2.1/users/{user}/trusted"),
    ("POST", "/v2.1/users/verifications"),
    ("POST", "/v2.1/users/passwords"),
    ("POST", "/v2.1/emails/verifications"),
    ("POST", "/v2.1/emails/reminders/password"),
    ("POST", "/v2.1/emails/reminders/username"),
    ("POST", "/v2.1/token"),
    ("POST", "/v2.1/contact"),
    ("POST", "/v2.1/groups"),
    ("POST", "/v2.1/rejection_reasons"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_body_that_is_not_valid_json_is_refused_with_the_position(session, admin, paths, method, path):
    path, before = paths(path), count_rows(session)

    reply = admin.request(method, path, data=b'{"a": 1,\n "b" 2}', content_type="application/json")

    assert (reply.status_code, reply.json) == (400, ["The body is not valid JSON (line 2, column 6)"])
    assert count_rows(session) == before


@pytest.mark.parametrize("body", [b"null", b'"text"', b"5", b"true", b"[1]", b"[{}]"])
@pytest.mark.parametrize(("method", "path"), [ROUTES[0], ROUTES[6], ROUTES[13]])
def test_a_body_that_is_no_object_is_refused(session, admin, paths, method, path, body):
    path, before = paths(path), count_rows(session)

    reply = admin.request(method, path, data=body, content_type="application/json")

    assert (reply.status_code, reply.json) == (400, [MSG_NOT_AN_OBJECT])
    assert count_rows(session) == before


def test_a_caller_who_may_not_write_gets_that_answer_first(api, session, paths):
    stranger = api.signed_in(make_user(session))
    broken = {"data": b"{", "content_type": "application/json"}

    assert api.put(paths("/v2.1/events/{event}"), **broken).status_code == 401
    assert stranger.put("/v2.1/events/99999", **broken).status_code == 404
    assert stranger.put(paths("/v2.1/events/{event}"), **broken).status_code == 403


def test_a_form_is_not_read_as_json(admin):
    reply = admin.post("/v2.1/rejection_reasons", data=b"{", content_type="application/x-www-form-urlencoded")

    assert (reply.status_code, "JSON" in reply.json[0]) == (400, False)
