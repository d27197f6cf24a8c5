"""Approval and rejection of events."""

import pytest
from sqlalchemy import select

from joindin.errors import Conflict, InvalidInput
from joindin.models import AuditEntry, Event, Mail
from joindin.operations.event_approval import MAX_REASON_LENGTH, approve_event, reject_event
from tests.factories import make_event, make_pending_event, make_rejected_event, make_user

STATES = {
    "live": make_event,
    "rejected": make_rejected_event,
    "live although pending": lambda session: make_pending_event(session, is_active=True),
}


@pytest.fixture
def editor(session):
    return make_user(session, "editor", is_editor=True)


@pytest.fixture
def pending(session, host):
    return make_pending_event(session, host=host)


def reject(session, event_id, editor, reason="Off topic", **fields):
    return reject_event(session, event_id, reviewer=editor, reason=reason, mail_from="site@example.org", **fields)


DECISIONS = {
    "approve": lambda session, event_id, editor, **fields: approve_event(session, event_id, reviewer=editor, **fields),
    "reject": reject,
}


def state_of(session, event):
    session.refresh(event)
    return event.is_active, event.is_pending, event.reviewer_id, event.version


@pytest.mark.parametrize("decide", DECISIONS.values(), ids=DECISIONS)
@pytest.mark.parametrize("state", STATES)
def test_only_a_pending_event_is_decided(session, editor, state, decide):
    event = STATES[state](session)
    before = state_of(session, event)

    with pytest.raises(InvalidInput):
        decide(session, event.id, editor)

    assert state_of(session, event) == before
    assert session.scalars(select(AuditEntry)).all() == session.scalars(select(Mail)).all() == []


@pytest.mark.parametrize("decide", DECISIONS.values(), ids=DECISIONS)
def test_an_event_that_has_changed_since_the_reviewer_saw_it_is_not_decided(session, editor, pending, decide):
    session.refresh(pending)
    seen = pending.version
    pending.name = "Changed"
    session.flush()
    before = state_of(session, pending)

    with pytest.raises(Conflict):
        decide(session, pending.id, editor, seen_version=seen)
    assert state_of(session, pending) == before

    decide(session, pending.id, editor, seen_version=session.get_one(Event, pending.id).version)
    assert pending.is_pending is False


@pytest.mark.parametrize(("reason", "recipients"), [("Off topic", 2), ("", 0)])
def test_a_rejection_with_a_reason_is_mailed_to_the_hosts_and_the_site(session, editor, pending, reason, recipients):
    reject(session, pending.id, editor, reason)

    assert (pending.is_active, pending.is_pending, pending.rejection_reason) == (False, False, reason)
    assert len(session.scalars(select(Mail.recipient)).all()) == recipients


@pytest.mark.parametrize(("length", "is_accepted"), [(MAX_REASON_LENGTH, True), (MAX_REASON_LENGTH + 1, False)])
def test_a_reason_has_a_maximum_length(session, editor, pending, length, is_accepted):
    if is_accepted:
        reject(session, pending.id, editor, "x" * length)
    else:
        with pytest.raises(InvalidInput):
            reject(session, pending.id, editor, "x" * length)

    assert pending.is_pending is not is_accepted
