"""The page below a talk on which its hosts hide, cancel or delete it."""

import pytest

from joindin.models import Device, DeviceStar, Talk, TalkComment, User
from joindin.models.talks import CANCELLED_TALK
from joindin.operations.talk_counters import recompute_talk_counters
from joindin.operations.talks import TalkDetails, edit_talk
from tests.browser_client import Browser, main_text
from tests.factories import NOW, make_claim, make_talk, make_talk_comment, make_user
from tests.german_pages import GERMAN, check_german

SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def talk(session, event):
    talk = make_talk(
        session, event, "Tides", slug="tides", stub="tide1", speakers=[make_user(session, "ada"), "Bob B."]
    )
    session.commit()
    return talk


@pytest.fixture
def path(event, talk):
    return f"/event/{event.slug}/{talk.slug}"


def test_the_page_tells_what_is_lost(session, organiser, talk, path):
    fan = make_user(session, "fan")
    make_talk_comment(session, talk, fan, rating=4)
    make_talk_comment(session, talk, fan, rating=0, is_private=True)
    make_claim(session, talk, next(speaker for speaker in talk.speakers if speaker.user_id is None), fan)
    device = Device(token_hash="a" * 64, first_seen_on=NOW.date(), last_seen_on=NOW.date())
    session.add(device)
    session.flush()
    session.add(DeviceStar(device_id=device.id, talk_id=talk.id, created_at=NOW))
    recompute_talk_counters(session, [talk.id])
    session.commit()

    text = main_text(organiser.get(f"{path}/delete"))

    assert [
        line
        for line in ("2 comments", "1 rating", "1 star", "1 confirmed claim of a speaker", "1 open claim")
        if line not in text
    ] == []


@pytest.mark.parametrize(
    ("choice", "state"),
    [("hide", (False, "confirmed")), ("show", (True, "confirmed")), ("cancel", (True, CANCELLED_TALK))],
)
def test_hiding_and_cancelling_lead_to_the_talk(session, organiser, talk, path, choice, state):
    reply = organiser.send(f"{path}/delete", {"confirm": choice})

    session.refresh(talk)
    assert (reply.status_code, reply.location) == (303, path)
    assert (talk.is_active, talk.state) == state
    assert organiser.get(reply.location).status_code == 200


def test_the_page_of_a_talk_shows_its_history(session, organiser, event, manage, talk, path):
    for choice in ("hide", "hide", "show", "cancel", "cancel"):
        organiser.send(f"{path}/delete", {"confirm": choice})
    edit_talk(
        session,
        talk.id,
        TalkDetails("Ebb", "About something.", talk.type_id, talk.language_id, talk.starts_at, 30),
        actor=make_user(session, "eve"),
        now=NOW,
    )
    session.commit()

    text = main_text(organiser.get(f"{manage}talks/{talk.id}/"))

    lines = [
        "eve changed the talk: Ebb: Title, Minutes",
        "grace cancelled the talk: Tides",
        "grace showed the talk again: Tides",
        "grace hid the talk: Tides",
    ]
    assert [text.count(line) for line in lines] == [1] * 4
    assert sorted(lines, key=text.index) == lines


def test_deleting_leads_to_the_schedule(session, organiser, event, talk, path):
    make_talk_comment(session, talk)
    session.commit()

    reply = organiser.send(f"{path}/delete", {"confirm": "delete"})

    assert (reply.status_code, reply.location) == (303, f"/event/{event.slug}/schedule")
    assert (session.query(Talk).count(), session.query(TalkComment).count()) == (0, 0)
    assert "The talk is deleted." in organiser.get(reply.location).text
    assert organiser.get(path).status_code == 410


@pytest.mark.parametrize("fields", [{}, {"confirm": ""}, {"confirm": "destroy"}, {"action": "delete"}])
def test_a_form_without_a_choice_changes_nothing(organiser, count_rows, talk, path, fields):
    before = count_rows()

    assert organiser.send(f"{path}/delete", fields).status_code == 400
    assert count_rows() == before


def test_a_hidden_talk_is_deleted_at_the_same_address(session, organiser, talk, path):
    organiser.send(f"{path}/delete", {"confirm": "hide"})
    shown = "Show again" in organiser.get(f"{path}/delete").text

    reply = organiser.send(f"{path}/delete", {"confirm": "delete"})

    assert (shown, reply.status_code, session.query(Talk).count()) == (True, 303, 0)


def test_a_talk_without_a_slug_has_the_page_at_its_short_address(session, organiser, talk):
    talk.slug = None
    session.commit()

    page = organiser.get("/talk/tide1/delete")
    reply = organiser.send("/talk/tide1/delete", {"confirm": "delete"})

    assert 'action="/talk/tide1/delete"' in page.text
    assert (reply.status_code, session.query(Talk).count()) == (303, 0)


def test_others_are_refused_and_nothing_changes(session, app, talk, path):
    ada = Browser(app).sign_in_directly(session.query(User).filter_by(username="ada").one())
    visitor = Browser(app)

    refused = ada.send(f"{path}/delete", {"confirm": "delete"}, page="/accounts/profile/")

    assert (refused.status_code, ada.get(f"{path}/delete").status_code) == (403, 403)
    assert visitor.get(f"{path}/delete").location.startswith("/accounts/login/")
    assert session.query(Talk).count() == 1


def test_a_script_gets_the_result_in_words(session, organiser, talk, path):
    reply = organiser.send(f"{path}/delete", {"confirm": "cancel"}, headers=SCRIPT)

    assert (reply.status_code, reply.json) == (200, {"state": True, "said": "The talk is marked as cancelled."})


def test_the_page_of_a_hosted_talk_has_a_link(app, organiser, path):
    link = f'href="{path}/delete"'

    assert (link in organiser.get(path).text, link in Browser(app).get(path).text) == (True, False)


def test_the_page_is_translated(organiser, path):
    check_german(organiser.get(f"{path}/delete", headers=GERMAN), "organiser")
