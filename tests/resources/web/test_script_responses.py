"""Forms that a script sends: each address of the site's forms answers with the state and the words for the reader."""

import datetime as dt

import pytest

from joindin.models import TalkComment, TalkRating
from joindin.utils.datetimes import utc_now
from tests.browser_client import Browser
from tests.factories import NOW, make_claim, make_event, make_room, make_talk, make_talk_comment, make_track, make_user

JSON = {"Accept": "application/json", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def host(session):
    return make_user(session, "host")


@pytest.fixture
def user(session):
    return make_user(session, "grace")


@pytest.fixture
def event(session, host):
    return make_event(session, "Plain Conf", slug="plain-conf", host=host, starts_at=utc_now() - dt.timedelta(days=1))


@pytest.fixture
def talk(session, event):
    began = utc_now() - dt.timedelta(hours=1)
    return make_talk(session, event, "Errors", slug="errors", stub="abc12", speakers=["Ada"], starts_at=began)


@pytest.fixture
def browser(app, session, event, talk, user):
    session.commit()
    return Browser(app).sign_in_directly(user)


@pytest.fixture
def organiser(app, session, event, talk, host):
    session.commit()
    return Browser(app).sign_in_directly(host)


def send(browser, path, fields=None):
    return browser.send(path, fields, page="/contact", headers=JSON)


def assert_done(reply):
    assert reply.status_code == 200, reply.text
    body = reply.get_json()
    assert (list(body), body["state"]) == (["said", "state"], True)
    assert body["said"]


def assert_refused(reply, status, said=None):
    assert reply.status_code == status
    body = reply.get_json()
    assert (list(body), body["state"]) == (["said", "state"], False)
    assert body["said"] == (said or body["said"])


def test_forms_about_a_talk(browser, session, talk, user):
    path = "/event/plain-conf/errors"
    assert_done(send(browser, "/event/plain-conf/attend", {"on": "1"}))
    assert_done(send(browser, "/me/stars/", {"talk": "abc12"}))
    assert_done(send(browser, "/me/ratings/", {"talk": "abc12", "rating": "4"}))
    assert_done(send(browser, f"{path}/comments", {"text": "Well done", "rating": "4", "level": "everyone"}))
    assert_done(send(browser, "/event/plain-conf/comments", {"text": "A fine day"}))
    assert_done(send(browser, f"{path}/claim", {"speaker": "Ada"}))
    comment = session.query(TalkComment).one()
    assert_done(send(browser, f"/comments/talk/{comment.id}/edit", {"text": "Very well done"}))
    assert_done(send(browser, f"/comments/talk/{comment.id}/report", {"reason": "spam"}))
    assert session.query(TalkRating).count() == 1


def test_forms_of_a_device(app, session, talk):
    session.commit()
    guest = Browser(app)
    assert_done(guest.post("/guest/stars/", {"talk": "abc12"}, headers=JSON))
    assert_done(guest.post("/guest/feedback/abc12/", {"rating": "5"}, headers=JSON))
    assert_done(guest.post("/guest/calendar/", {"name": "Phone", "scope": "all"}, headers=JSON))
    assert_done(guest.post("/look/", {"theme": "dark"}, headers=JSON))
    assert_done(guest.post("/guest/forget/", headers=JSON))


def test_forms_of_a_speaker(app, session, event, user):
    began = utc_now() - dt.timedelta(hours=1)
    talk = make_talk(session, event, "Errors", slug="errors", speakers=[user], starts_at=began)
    speaker_id = talk.speakers[0].id
    comment = make_talk_comment(session, talk, make_user(session, "asker"), text="Why?")
    session.commit()
    browser = Browser(app).sign_in_directly(user)

    assert_done(send(browser, f"/comments/talk/{comment.id}/answer", {"text": "Because."}))
    assert_done(send(browser, "/event/plain-conf/errors/results/share", {"on": "1"}))
    assert_refused(send(browser, "/event/plain-conf/errors/edit", {"title": "", "language_id": "1"}), 400)
    assert_refused(send(browser, f"/event/plain-conf/errors/speakers/{speaker_id}/unlink"), 403)


def test_forms_of_an_organiser(organiser, session, event, talk):
    manage = "/event/plain-conf/manage"
    track, room = make_track(session, event, "Web"), make_room(session, event, "Hall")
    claims = [
        make_claim(session, talk, talk.speakers[0], make_user(session), user_approved_at=NOW, host_approved_at=None)
        for _ in range(2)
    ]
    make_user(session, "second")
    session.commit()

    assert_done(send(organiser, f"{manage}/tracks/", {"name": "Data"}))
    assert_done(send(organiser, f"{manage}/tracks/{track.id}/move/", {"direction": "down"}))
    assert_done(send(organiser, f"{manage}/rooms/", {"name": "Attic"}))
    assert_done(send(organiser, f"{manage}/rooms/{room.id}/delete/"))
    assert_done(send(organiser, f"{manage}/claims/{claims[0].id}/", {"decision": "approve"}))
    assert_refused(send(organiser, f"{manage}/claims/999999/", {"decision": "approve"}), 409)
    assert_done(send(organiser, f"{manage}/people/", {"login": "second"}))
    assert_done(send(organiser, f"{manage}/qr/renew/"))
    assert_refused(send(organiser, f"{manage}/details/", {"name": ""}), 400)
    assert_refused(send(organiser, f"{manage}/settings/", {"feedback_days": "1"}), 400)
    assert_refused(send(organiser, "/event/submit", {"name": ""}), 400)


def test_refusals_say_why(browser, session, talk):
    assert_refused(send(browser, "/me/ratings/", {"talk": "abc12"}), 400, "Choose a rating from 1 to 5")
    assert_refused(send(browser, "/me/stars/", {"talk": "zzzzz"}), 404)
    assert_refused(
        send(browser, "/event/plain-conf/errors/comments", {"text": "Well done", "level": "everyone"}),
        400,
        "You have not chosen a rating. Choose one below, or send the comment without.",
    )
    assert_refused(send(browser, "/event/plain-conf/errors/comments", {"text": ""}), 400, "Write a comment")
    assert_refused(browser.post("/me/ratings/", {"talk": "abc12"}, headers=JSON), 403)
    assert session.query(TalkRating).count() == 0


def test_a_visitor_is_asked_to_sign_in(app, session, talk):
    session.commit()
    assert_refused(Browser(app).post("/me/calendar/", {"name": "x"}, headers={"Accept": "application/json"}), 403)


def test_a_message_of_a_form_is_not_shown_again(browser, talk):
    send(browser, "/event/plain-conf/errors/claim", {"speaker": "Ada"})

    assert "are asked to confirm" not in browser.get("/event/plain-conf").text


def test_browsers_get_pages(browser, talk):
    reply = browser.send("/me/ratings/", {"talk": "abc12"}, page="/contact", headers={"Accept": "text/html,*/*;q=0.8"})

    assert (reply.status_code, reply.mimetype) == (400, "text/html")
