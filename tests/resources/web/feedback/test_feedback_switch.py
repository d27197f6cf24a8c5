"""The switch by which a speaker or a host ends feedback on one talk."""

import datetime as dt

import pytest

from joindin.errors import Forbidden
from joindin.models import EventComment, EventSettings, Talk, TalkComment, TalkRating
from joindin.operations.feedback.talk_ratings import Rater, rate_talk
from joindin.utils.datetimes import utc_now
from tests.api_client import ApiClient
from tests.browser_client import Browser
from tests.factories import make_talk_comment, make_user
from tests.resources.web.feedback.test_guest_feedback import send
from tests.resources.web.feedback.test_speakers import PATH, fields_of


@pytest.fixture
def switched_off(session, talk):
    talk.has_feedback = False
    session.commit()
    return talk


@pytest.mark.parametrize("role", ["speaker", "host"])
def test_speakers_and_hosts_switch_feedback_off_and_on(session, app, request, talk, role):
    caller = Browser(app).sign_in_directly(request.getfixturevalue(role))

    states = []
    for value in ("", "y"):
        reply = caller.send(f"{PATH}/edit", fields_of(caller, has_feedback=value))
        states.append((reply.status_code, session.get_one(Talk, talk.id).has_feedback))

    assert states == [(303, False), (303, True)]


def test_others_do_not_switch_it(session, browser, talk):
    assert browser.send(f"{PATH}/edit", {"title": "x"}, page="/accounts/profile/").status_code == 403
    assert session.get_one(Talk, talk.id).has_feedback is True


def test_two_editors_do_not_overwrite_the_switch(session, app, speaker, switched_off):
    ada = Browser(app).sign_in_directly(speaker)
    fields = fields_of(ada)
    switched_off.has_feedback = True
    session.commit()

    reply = ada.send(f"{PATH}/edit", fields | {"has_feedback": ""})

    assert reply.status_code == 409
    assert session.get_one(Talk, switched_off.id).has_feedback is True


@pytest.mark.parametrize("path", [PATH, "/f/{stub}"])
def test_the_pages_say_that_there_is_no_feedback(guest, browser, switched_off, path):
    for visitor in (guest, browser):
        page = visitor.get(path.format(stub=switched_off.stub)).text
        assert "This talk takes no feedback." in page
        assert 'name="rating"' not in page
        assert 'name="text"' not in page


def test_nothing_new_is_stored(session, guest, browser, switched_off):
    replies = [
        send(guest, switched_off, rating=5),
        send(guest, switched_off, good="Clear"),
        browser.send("/me/ratings/", {"talk": switched_off.stub, "rating": 5}, page="/accounts/profile/"),
        browser.send(f"{PATH}/comments", {"text": "Clear", "rating": 5}, page="/accounts/profile/"),
    ]

    assert [reply.status_code for reply in replies] == [403] * 4
    assert (session.query(TalkRating).count(), session.query(TalkComment).count()) == (0, 0)


def test_the_list_of_talks_to_rate_leaves_it_out(guest, switched_off):
    assert switched_off.title not in guest.get("/event/feedback-conf/feedback").text


def test_comments_that_exist_stay(session, guest, switched_off):
    make_talk_comment(session, switched_off, make_user(session), rating=4, text="Earlier words")

    assert "Earlier words" in guest.get(PATH).text


def test_the_stored_switch_is_checked_when_a_rating_is_written(session, guest, talk):
    send(guest, talk, rating=5)
    talk.has_feedback = False
    session.commit()

    with pytest.raises(Forbidden):
        rate_talk(session, talk.id, Rater(device_id=session.query(TalkRating).one().device_id), rating=4, now=utc_now())
    assert session.get_one(Talk, talk.id).guest_rating_sum == 5


def test_an_event_without_feedback_takes_none_on_any_surface(session, app, browser, user, event, talk):
    session.add(EventSettings(event_id=event.id, feedback_access="off"))
    session.commit()
    api = ApiClient(app).signed_in(user)

    page = browser.get("/event/feedback-conf/comments").text
    replies = [
        browser.send("/event/feedback-conf/comments", {"text": "Clear", "rating": 5}, page="/accounts/profile/"),
        browser.send(f"{PATH}/comments", {"text": "Clear", "rating": 5}, page="/accounts/profile/"),
        api.post(f"/v2.1/events/{event.id}/comments", json={"comment": "Clear", "rating": 5}),
        api.post(f"/v2.1/talks/{talk.id}/comments", json={"comment": "Clear", "rating": 5}),
    ]

    assert "This event takes no feedback." in page
    assert 'name="text"' not in page
    assert [reply.status_code for reply in replies] == [403] * 4
    assert [reply.json for reply in replies[2:]] == [["This event takes no feedback"]] * 2
    assert (session.query(EventComment).count(), session.query(TalkComment).count()) == (0, 0)


def test_refused_comments_stay_in_the_form(session, browser, event, talk):
    talk.starts_at = utc_now() + dt.timedelta(hours=1)
    german = {"Accept-Language": "de"}
    before = browser.send(f"{PATH}/comments", {"text": "Early"}, page="/accounts/profile/", headers=german)
    session.add(EventSettings(event_id=event.id, feedback_access="off"))
    switched_off = [
        browser.send(f"{path}/comments", {"text": "Clear"}, page="/accounts/profile/")
        for path in (PATH, "/event/feedback-conf")
    ]

    assert [reply.status_code for reply in (before, *switched_off)] == [403] * 3
    assert "Dieser Vortrag hat noch nicht begonnen. Er kann ab seinem Beginn bewertet werden." in before.text
    assert "Early</textarea>" in before.text
    assert ["Clear</textarea>" in reply.text for reply in switched_off] == [True, True]


def test_a_comment_above_the_limit_stays_in_the_form(session, app, browser, user, talk, monkeypatch):
    monkeypatch.setitem(app.config, "TALK_COMMENT_LIMIT", 1)
    make_talk_comment(session, talk, user, created_at=utc_now())

    reply = browser.send(f"{PATH}/comments", {"text": "Again"}, page="/accounts/profile/")

    assert (reply.status_code, reply.headers["Retry-After"].isdigit()) == (429, True)
    assert "Please wait" in reply.text
    assert "Again</textarea>" in reply.text


@pytest.mark.parametrize("path", [PATH, "/f/{stub}"])
def test_the_pages_say_that_the_talk_is_cancelled(session, guest, talk, path):
    talk.state, talk.starts_at = "cancelled", utc_now() + dt.timedelta(days=1)
    session.commit()

    page = guest.get(path.format(stub=talk.stub)).text

    assert "This talk is cancelled." in page
    assert "as soon as it begins" not in page
