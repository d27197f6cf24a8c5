"""Events that are shared with a federation guest, for the pages of its users (spec 13.5)."""

from collections.abc import Sequence

from sqlalchemy import Integer, bindparam, exists, false, select

from joindin.models import Event
from joindin.models.crew import CrewDetails, EventType, FederationGuest, Shift, federation_shares
from joindin.performance.sql.compiled import CompiledStatement

_event, _details, _type = Event.__table__.c, CrewDetails.__table__.c, EventType.__table__.c
_shift, _shares, _guest = Shift.__table__.c, federation_shares.c, FederationGuest.__table__.c


def get_shared_event(connection, event_id: int, guest_id: int):
    """Return the row of an event, or None if it is not shared with the guest, or a draft."""
    return connection.execute(_BY_ID, {"row_id": event_id, "guest_id": guest_id}).first()


def get_shared_event_of_shift(connection, shift_id: int, guest_id: int):
    """Return the row of the event of a shift; None as for :func:`get_shared_event`."""
    return connection.execute(_BY_SHIFT, {"row_id": shift_id, "guest_id": guest_id}).first()


def list_guests_of_event(connection, event_id: int) -> Sequence:
    """Return id and URL of the guests that an event is shared with. A draft has none."""
    return connection.execute(_GUESTS, {"row_id": event_id}).all()


_ROW_ID = bindparam("row_id", type_=Integer)
_SHARED_EVENTS = (
    select(
        _event.id,
        _event.name,
        _event.description,
        _event.description_html,
        _event.location,
        _type.title.label("type_title"),
        _type.participants_shown_to,
        _details.shifts_start_at,
        _details.shifts_end_at,
    )
    .select_from(
        CrewDetails.__table__.join(Event.__table__, _event.id == _details.event_id).join(
            EventType.__table__, _type.id == _details.event_type_id
        )
    )
    .where(
        _details.is_draft == false(),
        exists().where(_shares.event_id == _details.event_id, _shares.guest_id == bindparam("guest_id", type_=Integer)),
    )
)
_BY_ID = CompiledStatement(_SHARED_EVENTS.where(_details.event_id == _ROW_ID))
_BY_SHIFT = CompiledStatement(
    _SHARED_EVENTS.where(_details.event_id == select(_shift.event_id).where(_shift.id == _ROW_ID).scalar_subquery())
)
_GUESTS = CompiledStatement(
    select(_guest.id, _guest.url)
    .join(federation_shares, _shares.guest_id == _guest.id)
    .join(CrewDetails.__table__, _details.event_id == _shares.event_id)
    .where(_shares.event_id == _ROW_ID, _details.is_draft == false())
    .order_by(_guest.id)
)
