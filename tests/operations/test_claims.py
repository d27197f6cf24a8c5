"""Claims and assignments of speakers' names."""

import pytest
from sqlalchemy import select

from joindin.errors import Conflict, InvalidInput, NotFound
from joindin.models import AuditEntry, Mail, TalkClaim, TalkSpeaker
from joindin.operations.claims import approve_claim, claim_talk, reject_claim, reject_claim_by_id
from tests.factories import NOW, make_claim, make_talk, make_user, newest


@pytest.fixture
def ann(session):
    return make_user(session, "ann", full_name="Ann Ash")


@pytest.fixture
def talk(session, event):
    return make_talk(session, event, "On Python", speakers=["Ann A."])


def claim(session, talk, username, caller, is_host_or_admin=False):
    claim_talk(
        session,
        talk.id,
        speaker_name="Ann A.",
        username=username,
        caller=caller,
        is_host_or_admin=is_host_or_admin,
        now=NOW,
    )


def speaker_of(session, talk):
    session.expire_all()
    return session.scalar(select(TalkSpeaker).where(TalkSpeaker.talk_id == talk.id))


def test_a_host_assigns_a_speaker_which_is_logged_and_mailed(session, host, ann, talk):
    claim(session, talk, "ann", host, is_host_or_admin=True)

    entry = newest(session, AuditEntry)
    assert (entry.action, entry.actor_id, entry.changes) == ("claim.assign", host.id, {"speaker": ["Ann A.", "ann"]})
    assert session.scalars(select(Mail.kind)).all() == ["talk_assigned"]
    assert speaker_of(session, talk).user_id is None


def test_the_assigned_user_accepts_without_a_log_entry(session, host, ann, talk):
    claim(session, talk, "ann", host, is_host_or_admin=True)

    claim(session, talk, "ann", ann)

    assert speaker_of(session, talk).user_id == ann.id
    assert newest(session, AuditEntry).action == "claim.assign"


def test_a_claim_is_approved_by_a_host(session, host, ann, talk):
    claim(session, talk, "ann", ann)

    claim(session, talk, "ann", host, is_host_or_admin=True)

    assert speaker_of(session, talk).user_id == ann.id
    assert newest(session, AuditEntry).action == "claim.approve"


def test_a_claim_on_a_name_that_was_given_to_another_user_is_not_approved(session, host, ann, event):
    talk = make_talk(session, event, speakers=[make_user(session)])
    open_claim = make_claim(session, talk, talk.speakers[0], ann)

    with pytest.raises(Conflict, match="Talk already claimed"):
        approve_claim(session, open_claim.id, actor=host, now=NOW)


def test_a_claim_that_no_longer_exists_is_neither_approved_nor_rejected(session, host):
    for decide in (
        lambda: approve_claim(session, 987, actor=host, now=NOW),
        lambda: reject_claim_by_id(session, 987, actor=host),
    ):
        with pytest.raises(NotFound):
            decide()


def test_an_assignment_is_not_rejected_as_a_claim(session, host, ann, talk):
    claim(session, talk, "ann", host, is_host_or_admin=True)

    assert not reject_claim(session, talk.id, speaker_name="Ann A.", username="ann", actor=host)
    assert session.scalars(select(TalkClaim.user_id)).all() == [ann.id]


def test_the_claim_on_an_empty_name_is_not_rejected(session, host, ann, event):
    talk = make_talk(session, event, speakers=[""])
    make_claim(session, talk, talk.speakers[0], ann)

    with pytest.raises(InvalidInput):
        reject_claim(session, talk.id, speaker_name="", username="ann", actor=host)

    assert session.scalars(select(TalkClaim.user_id)).all() == [ann.id]
