"""Notifications about participations: to the participant, and to those who are responsible for the event."""

import datetime as dt
from collections.abc import Collection, Mapping

from joindin.models.crew import (
    AWAITS_DISPOSITION,
    CONFIRMED,
    REQUESTED,
    RESPONSIBLE_DECLINED,
    RESPONSIBLE_STATE_CHANGED,
    RESPONSIBLE_TIMES_CHANGED,
    STATE_CHANGED,
    TIMES_CHANGED,
    Participation,
)
from joindin.operations.crew.notifications.storing import describe_attendance, store_notifications
from joindin.queries.crew.notification_receivers import list_attendances, list_responsibles


def notify_signed_up(session, participation: Participation) -> None:
    """Notify the responsibles that the participant signed up, or asks for a decision."""
    slug = AWAITS_DISPOSITION if participation.state == REQUESTED else RESPONSIBLE_STATE_CHANGED
    _notify_responsibles(session, slug, _load(session, [participation.id]), actor_id=participation.user_id)


def notify_declined(session, participation: Participation, *, previous_state: int | None) -> None:
    """Notify the responsibles that the participant withdrew. Requests are told apart from confirmed people (spec 20.7)."""
    slug = RESPONSIBLE_DECLINED if previous_state == CONFIRMED else RESPONSIBLE_STATE_CHANGED
    rows = _load(session, [participation.id])
    _notify_responsibles(session, slug, rows, actor_id=participation.user_id, previous_state=previous_state)


def notify_times_customized(session, participation: Participation) -> None:
    """Notify the responsibles that the participant changed the times."""
    rows = _load(session, [participation.id])
    _notify_responsibles(session, RESPONSIBLE_TIMES_CHANGED, rows, actor_id=participation.user_id)


def notify_states_changed(
    session, participation_ids: Collection[int], *, actor_id: int | None, comments: Mapping[int, str] | None = None
) -> None:
    """Notify participants of one event of a new state, and its responsibles.

    ``actor_id`` is the user who decided, None for the waiting list. ``comments`` for participants are by participation.
    """
    rows = _load(session, participation_ids)
    _notify_participants(session, STATE_CHANGED, rows, actor_id, comments or {})
    _notify_responsibles(session, RESPONSIBLE_STATE_CHANGED, rows, actor_id=actor_id)


def notify_times_changed(
    session, participation_ids: Collection[int], *, actor_id: int | None, comments: Mapping[int, str] | None = None
) -> None:
    """Notify confirmed participants of times that a responsible has changed."""
    _notify_participants(session, TIMES_CHANGED, _load(session, participation_ids), actor_id, comments or {})


def get_times(participation: Participation) -> tuple[dt.datetime | None, dt.datetime | None]:
    return participation.individual_starts_at, participation.individual_ends_at


def _load(session, participation_ids):
    return list_attendances(session, Participation.id.in_(participation_ids)) if participation_ids else []


def _notify_participants(session, slug, rows, actor_id, comments):
    items = [
        (row.receiver, describe_attendance(row) | {"comment": comments.get(row.participation_id, "")}) for row in rows
    ]
    store_notifications(session, slug, items, actor_id=actor_id)


def _notify_responsibles(session, slug, rows, *, actor_id, **facts):
    if not rows:
        return
    responsibles = list_responsibles(session, rows[0].event_id)
    items = [
        (responsible, describe_attendance(row) | facts)
        for row in rows
        for responsible in responsibles
        if row.receiver is None or responsible.user_id != row.receiver.user_id
    ]
    store_notifications(session, slug, items, actor_id=actor_id)
