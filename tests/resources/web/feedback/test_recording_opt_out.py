"""The mark of talks that must not be recorded: who sets it, and the pages that show it."""

import pytest

from joindin.models import Talk
from joindin.operations.talks import TalkDetails, edit_talk
from joindin.utils.datetimes import utc_now
from tests.browser_client import Browser, main_text
from tests.factories import make_talk
from tests.resources.web.feedback.test_speakers import PATH, fields_of

LABEL = "This talk must not be recorded"


@pytest.fixture
def opted_out(session, talk):
    talk.has_recording_opt_out = True
    session.commit()
    return talk


def test_a_new_talk_may_be_recorded(session, event):
    talk = make_talk(session, event)
    session.commit()
    assert session.get_one(Talk, talk.id).has_recording_opt_out is False


@pytest.mark.parametrize("role", ["speaker", "host"])
def test_speakers_and_hosts_set_and_remove_the_mark(session, app, request, talk, role):
    caller = Browser(app).sign_in_directly(request.getfixturevalue(role))

    states = []
    for fields in ({"has_recording_opt_out": "y"}, {}):
        reply = caller.send(f"{PATH}/edit", fields_of(caller, **fields))
        states.append((reply.status_code, session.get_one(Talk, talk.id).has_recording_opt_out))

    assert states == [(303, True), (303, False)]
    assert LABEL in caller.get(f"{PATH}/edit").text


def test_others_do_not_set_it(session, browser, talk):
    fields = {"title": "x", "has_recording_opt_out": "y"}
    assert browser.send(f"{PATH}/edit", fields, page="/accounts/profile/").status_code == 403
    assert session.get_one(Talk, talk.id).has_recording_opt_out is False


def test_two_editors_do_not_overwrite_the_mark(session, app, speaker, talk):
    ada = Browser(app).sign_in_directly(speaker)
    fields = fields_of(ada)
    talk.has_recording_opt_out = True
    session.commit()

    reply = ada.send(f"{PATH}/edit", fields)

    assert (reply.status_code, f"{LABEL}." in main_text(reply)) == (409, True)
    assert session.get_one(Talk, talk.id).has_recording_opt_out is True


@pytest.mark.parametrize(
    "path", [PATH, *(f"/event/feedback-conf/{page}" for page in ("schedule", "programme", "talks"))]
)
def test_pages_say_it_of_such_talks_alone(session, guest, talk, path):
    before = "not recorded" in main_text(guest.get(path))
    talk.has_recording_opt_out = True
    session.commit()

    assert (before, "not recorded" in main_text(guest.get(path))) == (False, True)
    assert "nicht aufgezeichnet" in guest.get(path, headers={"Accept-Language": "de"}).text


def test_other_edits_keep_the_mark(session, opted_out):
    kept = {name: getattr(opted_out, name) for name in ("type_id", "language_id", "starts_at", "duration")}
    edit_talk(session, opted_out.id, TalkDetails("New", "", **kept), actor=None, now=utc_now())
    assert (opted_out.title, opted_out.has_recording_opt_out) == ("New", True)
