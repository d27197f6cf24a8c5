"""Invitations by mail to be a host."""

import datetime as dt

import pytest
from sqlalchemy import select

from joindin.errors import Conflict, NotFound, RateLimited
from joindin.models import AuditEntry, EventHost, EventSettings, Invitation, Mail, TalkClaim, TalkSpeaker
from joindin.models.crew import CrewProfile
from joindin.operations.organiser.invitations import (
    MAX_OPEN_INVITATIONS,
    MAX_OPEN_OF_SPEAKERS,
    accept_invitation,
    decline_invitation,
    invite_host,
    invite_speaker,
    purge_expired_invitations,
    withdraw_invitation,
)
from joindin.operations.rate_limits import INVITATIONS_OF_USER, INVITATIONS_TO_ADDRESS
from joindin.operations.speakers import set_speakers
from joindin.queries.organiser.invitations import EXPIRED, get_invitation, list_open_invitations, load_state
from joindin.security.tokens import hash_token
from tests.factories import NOW, make_claim, make_event, make_talk, make_user, newest

FORTNIGHT = dt.timedelta(days=14)
ADDRESS = "New.Host@example.org"


@pytest.fixture
def token(session, event, host):
    invite_host(session, event, ADDRESS, actor=host, now=NOW)
    return newest(session, Mail).context["token"]


def hosts_of(session, event):
    return session.scalars(select(EventHost.user_id).where(EventHost.event_id == event.id).order_by(EventHost.id)).all()


def row(session):
    return newest(session, Invitation)


def test_only_the_hash_of_the_token_is_stored_and_the_audit_log_has_no_address(session, event, host, token):
    mail, entry = newest(session, Mail), newest(session, AuditEntry)

    assert (mail.kind, mail.recipient, mail.context["inviter"]) == ("host_invited", ADDRESS, host.full_name)
    assert (row(session).token_hash, row(session).expires_at) == (hash_token(token), NOW + FORTNIGHT)
    assert (entry.action, entry.actor_id, entry.changes, entry.reason) == ("event.invite_host", host.id, {}, None)


def test_acceptance_makes_a_host_tells_the_inviter_and_deletes_the_address(session, event, host, token):
    ada = make_user(session, "ada", full_name="Ada Byron", email="other@example.org")

    accept_invitation(session, token, user=ada, now=NOW)

    mail, entry = newest(session, Mail), newest(session, AuditEntry)
    assert hosts_of(session, event) == [host.id, ada.id]
    assert (row(session).state, row(session).email) == ("accepted", None)
    assert (mail.kind, mail.recipient, mail.context["name"]) == ("invitation_accepted", host.email, "Ada Byron")
    assert (entry.action, entry.actor_id, entry.reason) == ("event.add_host", ada.id, f"invited by {host.username}")


def accept(session, event, token):
    accept_invitation(session, token, user=make_user(session), now=NOW)


def decline(session, event, token):
    decline_invitation(session, token, now=NOW)


def withdraw(session, event, token):
    withdraw_invitation(session, event, row(session).id, actor=row(session).invited_by)


@pytest.mark.parametrize(("end", "state"), [(accept, "accepted"), (decline, "declined"), (withdraw, "withdrawn")])
def test_an_ended_invitation_has_no_address_and_works_no_more(session, event, host, token, end, state):
    end(session, event, token)
    hosts = hosts_of(session, event)

    for again in (accept, decline):
        with pytest.raises(Conflict):
            again(session, event, token)
    with pytest.raises(NotFound):
        withdraw_invitation(session, event, row(session).id, actor=host)

    assert (row(session).state, row(session).email, hosts_of(session, event)) == (state, None, hosts)
    assert list_open_invitations(session, event.id, NOW) == []


def test_an_expired_invitation_works_no_more_and_loses_its_address_then_its_row(session, event, host, token):
    later = NOW + FORTNIGHT
    with pytest.raises(Conflict):
        accept_invitation(session, token, user=make_user(session), now=later)

    before = load_state(session, row(session), NOW + FORTNIGHT - dt.timedelta(seconds=1))
    purge_expired_invitations(session, later, ended_before=later)
    session.expire_all()
    after = (load_state(session, row(session), later), row(session).email)
    purge_expired_invitations(session, later, ended_before=later + dt.timedelta(seconds=1))

    assert (before, after) == ("open", (EXPIRED, None))
    assert (session.scalars(select(Invitation)).all(), hosts_of(session, event)) == ([], [host.id])


@pytest.mark.parametrize("change", ["no host", "inactive"])
def test_an_invitation_of_a_person_who_is_no_longer_entitled_counts_as_withdrawn(session, event, host, token, change):
    if change == "no host":
        session.delete(session.scalars(select(EventHost)).one())
    else:
        host.is_active = False
    session.flush()

    with pytest.raises(Conflict):
        accept(session, event, token)

    assert load_state(session, row(session), NOW) == "withdrawn"
    assert (hosts_of(session, event), list_open_invitations(session, event.id, NOW)) == (
        [] if change == "no host" else [host.id],
        [],
    )


def test_a_host_does_not_accept_and_the_invitation_stays_open(session, event, host, token):
    session.commit()
    with pytest.raises(Conflict):
        accept_invitation(session, token, user=host, now=NOW)
    session.rollback()

    assert (row(session).state, hosts_of(session, event)) == ("open", [host.id])


def test_an_address_is_invited_once_in_any_spelling_and_an_account_changes_nothing(session, event, host, token):
    make_user(session, email=ADDRESS)

    with pytest.raises(Conflict):
        invite_host(session, event, ADDRESS.lower(), actor=host, now=NOW)
    invite_host(session, make_event(session, host=host), ADDRESS, actor=host, now=NOW)

    kinds = session.scalars(select(Mail.kind).order_by(Mail.id)).all()
    assert (kinds, hosts_of(session, event)) == (["host_invited"] * 2, [host.id])


def test_an_event_has_a_limited_number_of_open_invitations(session, event, host):
    for number in range(MAX_OPEN_INVITATIONS):
        invite_host(session, event, f"{number}@example.org", actor=host, now=NOW)

    with pytest.raises(Conflict):
        invite_host(session, event, ADDRESS, actor=host, now=NOW)
    withdraw_invitation(session, event, row(session).id, actor=host)
    invite_host(session, event, ADDRESS, actor=host, now=NOW)

    assert len(list_open_invitations(session, event.id, NOW)) == MAX_OPEN_INVITATIONS


def test_an_address_gets_few_invitations_a_day(session, host):
    for _ in range(INVITATIONS_TO_ADDRESS.max_count):
        invite_host(session, make_event(session, host=host), ADDRESS, actor=host, now=NOW)

    with pytest.raises(RateLimited):
        invite_host(session, make_event(session, host=host), ADDRESS, actor=host, now=NOW)


def test_a_user_sends_few_invitations_a_day(session, event, host):
    for number in range(INVITATIONS_OF_USER.max_count):
        invite_host(session, event, f"{number}@example.org", actor=host, now=NOW)
        withdraw_invitation(session, event, row(session).id, actor=host)

    with pytest.raises(RateLimited):
        invite_host(session, event, ADDRESS, actor=host, now=NOW)


def test_the_mail_has_the_language_of_the_reader_else_of_the_event(session, event, host):
    german, english = make_user(session, email="de@example.org"), make_user(session, email="en@example.org")
    session.add(CrewProfile(user_id=german.id, preferred_language="de"))
    session.add(CrewProfile(user_id=english.id, preferred_language="en"))
    session.flush()

    def language(email):
        invite_host(session, event, email, actor=host, now=NOW)
        return newest(session, Mail).context["language"]

    before = [language(email) for email in ("de@example.org", "unknown@example.org")]
    session.add(EventSettings(event_id=event.id, language="de"))
    session.flush()

    assert before == ["de", "en"]
    assert [language(email) for email in ("en@example.org", "another@example.org")] == ["en", "de"]
    assert newest(session, Mail).context["subject"] == f"Einladung, Veranstalter zu sein: {event.name}"


def test_an_invitation_is_found_by_its_token_only(session, event, host, token):
    assert [get_invitation(session, text) is not None for text in (token, token[:-1], "", hash_token(token))] == [
        True,
        False,
        False,
        False,
    ]


@pytest.fixture
def talk(session, event):
    return make_talk(session, event, "Tides", speakers=["Bob B."])


@pytest.fixture
def speaker_token(session, talk, host):
    invite_speaker(session, talk, talk.speakers[0], ADDRESS, actor=host, now=NOW)
    return newest(session, Mail).context["token"]


def test_acceptance_links_the_speaker_and_tells_the_inviter(session, event, talk, host, speaker_token):
    bob = make_user(session, "bob", full_name="Bob Byron")
    invited = newest(session, Mail)

    accept_invitation(session, speaker_token, user=bob, now=NOW + dt.timedelta(days=1))

    speaker, mail, claim = (newest(session, model) for model in (TalkSpeaker, Mail, TalkClaim))
    assert (invited.kind, invited.recipient, invited.context["speaker"]) == ("speaker_invited", ADDRESS, "Bob B.")
    assert (speaker.user_id, speaker.name, speaker.listed_name) == (bob.id, "Bob Byron", "Bob B.")
    assert (claim.host_approved_at, claim.user_approved_at) == (NOW, NOW + dt.timedelta(days=1))
    assert (mail.kind, mail.recipient, mail.context["talk"]) == ("invitation_accepted", host.email, "Tides")
    assert (row(session).state, row(session).email, hosts_of(session, event)) == ("accepted", None, [host.id])


def test_an_open_claim_of_the_same_person_is_completed(session, talk, speaker_token):
    bob = make_user(session, "bob")
    make_claim(session, talk, talk.speakers[0], bob)

    accept_invitation(session, speaker_token, user=bob, now=NOW)

    claims = session.scalars(select(TalkClaim)).all()
    assert [(each.user_id, each.host_approved_at is None) for each in claims] == [(bob.id, False)]


def test_a_claimed_name_is_not_taken(session, talk, speaker_token):
    ada = make_user(session)
    talk.speakers[0].user_id = ada.id
    session.commit()

    with pytest.raises(Conflict):
        accept_invitation(session, speaker_token, user=make_user(session), now=NOW)
    session.rollback()

    assert (session.scalars(select(TalkSpeaker.user_id)).all(), row(session).state) == ([ada.id], "open")


def test_an_invitation_ends_with_its_speaker(session, talk, speaker_token):
    set_speakers(session, talk, ["Cid"])
    session.expire_all()

    assert get_invitation(session, speaker_token) is None


def test_the_same_address_is_a_host_and_the_speaker_of_two_names(session, event, host, talk, speaker_token):
    other = make_talk(session, event, speakers=["Bob B."])

    invite_host(session, event, ADDRESS, actor=host, now=NOW)
    invite_speaker(session, other, other.speakers[0], ADDRESS, actor=host, now=NOW)
    with pytest.raises(Conflict):
        invite_speaker(session, talk, talk.speakers[0], ADDRESS.lower(), actor=host, now=NOW)

    found = list_open_invitations(session, event.id, NOW)
    assert [each.talk and each.talk.id for each in found] == [None, talk.id, other.id]


def test_the_number_of_open_invitations_of_speakers_is_limited(session, event, host, talk):
    values = {"event_id": event.id, "speaker_id": talk.speakers[0].id, "invited_by_id": host.id, "sent_at": NOW}
    session.add_all(
        Invitation(**values, email=f"{number}@example.org", token_hash=f"{number}", expires_at=NOW + FORTNIGHT)
        for number in range(MAX_OPEN_OF_SPEAKERS)
    )
    session.flush()

    with pytest.raises(Conflict):
        invite_speaker(session, talk, talk.speakers[0], ADDRESS, actor=host, now=NOW)
