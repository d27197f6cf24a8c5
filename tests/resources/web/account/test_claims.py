"""The page of a user's open claims."""

import pytest
from sqlalchemy import select

from joindin.models import AuditEntry, TalkClaim, TalkSpeaker
from tests.browser_client import Browser, main_text, make_user_with_password
from tests.factories import NOW, make_claim, make_event, make_talk, make_user, newest

HERE = "/accounts/claims/"


@pytest.fixture
def ann(session):
    return make_user_with_password(session, "ann")


@pytest.fixture
def talk(session):
    return make_talk(session, make_event(session, "PHP Day"), "On Python", speakers=["Ann A", "Bob"], stub="abc12")


@pytest.fixture
def assignment(session, talk, ann):
    return make_claim(session, talk, talk.speakers[0], ann, user_approved_at=None, host_approved_at=NOW)


def speaker_users(session, talk):
    rows = select(TalkSpeaker.user_id).where(TalkSpeaker.talk_id == talk.id).order_by(TalkSpeaker.id)
    return session.scalars(rows).all()


def decide(browser, claim, decision):
    return browser.send(f"{HERE}{claim.id}/", {"decision": decision}, page=HERE)


def test_visitor_is_redirected_to_sign_in(browser):
    assert browser.get(HERE).location == f"/accounts/login/?next={HERE}"


def test_the_page_is_empty_at_first(browser, ann):
    browser.sign_in(ann)

    assert "There is nothing to confirm" in main_text(browser.get(HERE))


def test_assignments_and_own_claims_are_shown_to_their_user_only(
    browser, another_browser, session, ann, talk, assignment
):
    make_claim(session, talk, talk.speakers[1], ann, user_approved_at=NOW, host_approved_at=None)
    browser.sign_in(ann)
    another_browser.sign_in(make_user_with_password(session, "eve"))

    own, other = main_text(browser.get(HERE)), main_text(another_browser.get(HERE))

    assert "On Python PHP Day, as Ann A Yes, I am the speaker" in own
    assert "Waiting for a host On Python PHP Day, as Bob" in own
    assert "On Python" not in other


def test_an_assignment_is_accepted_below_the_own_pages(browser, session, ann, talk, assignment):
    browser.sign_in(ann)

    reply = browser.send(f"/me/claims/{assignment.id}/", {"answer": "accept"}, page=HERE)

    assert (reply.status_code, reply.location) == (303, HERE)
    assert speaker_users(session, talk) == [ann.id, None]


def test_accepting_an_assignment_makes_the_user_a_speaker(browser, session, ann, talk, assignment):
    browser.sign_in(ann)

    reply = decide(browser, assignment, "accept")

    assert (reply.status_code, reply.location) == (303, HERE)
    assert "You are a speaker of the talk now." in main_text(browser.get(HERE))
    assert speaker_users(session, talk) == [ann.id, None]


def test_declining_deletes_the_assignment(browser, session, ann, talk, assignment):
    browser.sign_in(ann)

    decide(browser, assignment, "decline")

    assert session.scalars(select(TalkClaim)).all() == []
    assert speaker_users(session, talk) == [None, None]
    assert newest(session, AuditEntry).action == "claim.decline"


@pytest.mark.parametrize("decision", ["accept", "decline"])
def test_the_assignment_of_another_user_is_not_found(browser, session, talk, assignment, decision):
    browser.sign_in(make_user_with_password(session, "eve"))

    decide(browser, assignment, decision)

    assert "This claim no longer exists" in main_text(browser.get(HERE))
    assert session.scalars(select(TalkClaim.id)).all() == [assignment.id]
    assert speaker_users(session, talk) == [None, None]


def test_own_claims_cannot_be_accepted_by_oneself(browser, session, ann, talk):
    claim = make_claim(session, talk, talk.speakers[0], ann, user_approved_at=NOW, host_approved_at=None)
    browser.sign_in(ann)

    decide(browser, claim, "accept")

    assert "This claim has already been decided" in main_text(browser.get(HERE))
    assert speaker_users(session, talk) == [None, None]


def test_a_name_that_was_claimed_meanwhile_stays_with_its_speaker(browser, session, ann, talk, assignment):
    bob = make_user(session, "bob")
    talk.speakers[0].user_id = bob.id
    session.commit()
    browser.sign_in(ann)

    decide(browser, assignment, "accept")

    assert "Talk already claimed" in main_text(browser.get(HERE))
    assert speaker_users(session, talk) == [bob.id, None]


def test_a_decision_without_a_choice_is_refused(browser, session, ann, assignment):
    browser.sign_in(ann)

    decide(browser, assignment, "perhaps")

    assert "Choose to accept or to decline" in main_text(browser.get(HERE))


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/event/pending", "/desk/events/"),
        ("/event/php-day/reported-comments", "/event/php-day/manage/comments/"),
        ("/event/php-day/claims", "/event/php-day/manage/claims/"),
        ("/user/ann/claims", HERE),
        ("/user/a/b/claims", HERE),
    ],
)
def test_addresses_in_mails_lead_to_pages_of_this_site(app, session, path, target):
    reply = Browser(app).get(path)

    assert (reply.status_code, reply.location) == (302, target)
