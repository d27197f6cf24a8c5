"""Processing of participations whose shift is over: qualifications that an event grants to those who attended (spec 18)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import false, select, tuple_, update

from joindin.db.locking import begin_write
from joindin.models import User
from joindin.models.crew import (
    CONFIRMED,
    EVERY_SHIFT,
    GRANT_QUALIFICATION,
    LAST_SHIFT,
    Consequence,
    EventQualification,
    Participation,
    QualificationGrant,
    Shift,
)
from joindin.operations.crew.consequences import confirm_consequence

BATCH_SIZE = 200


def finish_participations(session, *, now: dt.datetime) -> int:
    """Process a batch of confirmed participations after the end of their shift, each once. Return its size.

    Several workers may run this at the same time. Locks the users, as sign-up does, so that each qualification is granted once.
    """
    begin_write(session)
    due = session.execute(
        select(Participation.id, Participation.user_id, Shift.event_id)
        .join(Shift, Shift.id == Participation.shift_id)
        .where(Participation.state == CONFIRMED, Participation.is_finished == false(), Shift.ends_at <= now)
        .order_by(Participation.id)
        .limit(BATCH_SIZE)
    ).all()
    if not due:
        return 0
    user_ids = {row.user_id for row in due if row.user_id is not None}
    session.execute(
        select(User.id).where(User.id.in_(user_ids)).order_by(User.id).with_for_update(key_share=True)
    ).all()
    finished = set(
        session.scalars(
            update(Participation)
            .where(
                Participation.id.in_([row.id for row in due]),
                Participation.state == CONFIRMED,
                Participation.is_finished == false(),
            )
            .values(is_finished=True)
            .returning(Participation.id)
            .execution_options(synchronize_session=False)
        )
    )
    attended = {(row.user_id, row.event_id) for row in due if row.id in finished and row.user_id is not None}
    _grant_qualifications(session, attended, now)
    return len(due)


def _grant_qualifications(session, attended: Collection[tuple[int, int]], now):
    event_ids = {event_id for _user_id, event_id in attended}
    rules = session.scalars(select(EventQualification).where(EventQualification.event_id.in_(event_ids))).all()
    if not rules:
        return
    rule_of = {rule.event_id: rule for rule in rules}
    attended = sorted(pair for pair in attended if pair[1] in rule_of)
    user_ids = {user_id for user_id, _event_id in attended}
    shifts = _load_shifts(session, rule_of)
    confirmed = _load_confirmed_shift_ids(session, attended)
    granted = _load_granted(session, user_ids)
    existing = _load_existing(session, user_ids)
    for user_id, event_id in attended:
        rule = rule_of[event_id]
        key = (user_id, event_id, rule.qualification_id)
        has_earned = _has_earned(rule, shifts[event_id], confirmed[user_id, event_id], now)
        may_extend = not rule.extends_only or (user_id, rule.qualification_id) in granted
        if has_earned and may_extend and key not in existing:
            _add_consequence(session, user_id, rule)


def _has_earned(rule, shifts, confirmed_ids, now):
    """``shifts`` are pairs of the end and the id. Someone who attended any shift is asked about."""
    if rule.mode == LAST_SHIFT:
        return max(shifts)[1] in confirmed_ids and max(shifts)[0] <= now
    if rule.mode == EVERY_SHIFT:
        return all(ends_at <= now and shift_id in confirmed_ids for ends_at, shift_id in shifts)
    return True


def _add_consequence(session, user_id, rule):
    expires = rule.expires_at.isoformat() if rule.expires_at else None
    data = {"qualification_id": rule.qualification_id, "event_id": rule.event_id, "expires": expires}
    consequence = Consequence(slug=GRANT_QUALIFICATION, user_id=user_id, data=data)
    session.add(consequence)
    session.flush()
    if not rule.needs_confirmation:
        confirm_consequence(session, consequence.id)


def _load_shifts(session, event_ids):
    shifts = defaultdict(list)
    for event_id, ends_at, shift_id in session.execute(
        select(Shift.event_id, Shift.ends_at, Shift.id).where(Shift.event_id.in_(event_ids))
    ):
        shifts[event_id].append((ends_at, shift_id))
    return shifts


def _load_confirmed_shift_ids(session, attended):
    confirmed = defaultdict(set)
    rows = session.execute(
        select(Participation.user_id, Shift.event_id, Shift.id)
        .join(Shift, Shift.id == Participation.shift_id)
        .where(Participation.state == CONFIRMED, tuple_(Participation.user_id, Shift.event_id).in_(attended))
    )
    for user_id, event_id, shift_id in rows:
        confirmed[user_id, event_id].add(shift_id)
    return confirmed


def _load_granted(session, user_ids):
    grants = select(QualificationGrant.user_id, QualificationGrant.qualification_id)
    return {tuple(row) for row in session.execute(grants.where(QualificationGrant.user_id.in_(user_ids)))}


def _load_existing(session, user_ids):
    """Return user, event and qualification of the consequences that exist, in any state."""
    rows = session.execute(
        select(Consequence.user_id, Consequence.data).where(
            Consequence.slug == GRANT_QUALIFICATION, Consequence.user_id.in_(user_ids)
        )
    )
    return {
        (user_id, data.get("event_id"), data.get("qualification_id"))
        for user_id, data in rows
        if isinstance(data, dict)
    }
