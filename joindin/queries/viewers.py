"""The viewer's facts about a page, in bulk."""

from sqlalchemy import select

from joindin.models import Attendance, EventHost, User
from joindin.viewer import Viewer


def view_events(session, user: User | None, event_ids) -> Viewer:
    """What these events are to ``user``: two statements, none for a visitor."""
    event_ids = list(event_ids)
    if user is None or not event_ids:
        return Viewer(user)
    return Viewer(
        user,
        attending=_events_of(session, Attendance, user, event_ids),
        hosting=_events_of(session, EventHost, user, event_ids),
    )


def _events_of(session, model, user, event_ids):
    wanted = select(model.event_id).where(model.user_id == user.id, model.event_id.in_(event_ids))
    return frozenset(session.scalars(wanted))
