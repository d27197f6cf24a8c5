"""Events with a crew on the site's pages: one event with the viewer's rights over it, and a filtered list with drafts."""

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Integer, and_, bindparam, exists, false, func, or_, select, true

from joindin.errors import Forbidden, NotFound
from joindin.models import Event
from joindin.models.crew import CONFIRMED, REQUESTED, CrewDetails, EventType, Participation, Shift
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.crew.access import EventAccess
from joindin.queries.crew.filters import ListColumns, ListFilter, build_statements
from joindin.queries.crew.shifts import load_shifts_of_events, load_signup_stats
from joindin.queries.crew.signup_stats import SignupStats
from joindin.queries.crew.viewers import (
    VIEWER_ID,
    CrewViewer,
    is_event_visible,
    may_change_event,
    may_delete_event,
    may_view_event,
)

MSG_NO_EVENT = "No Event matches the given query."
MSG_NOT_FOR_YOU = "This event is for other groups."

# Filters by the response of the viewer, and by open requests.
NO_RESPONSE, IS_CONFIRMED, IS_POSITIVE, TO_DISPOSE = "no_response", "confirmed", "requested_or_confirmed", "disposition"

_event, _details, _type = Event.__table__.c, CrewDetails.__table__.c, EventType.__table__.c
_shift, _participation = Shift.__table__.c, Participation.__table__.c


class EventPageData(NamedTuple):
    """``event`` is a row. ``access`` has the viewer's rights."""

    event: object
    access: EventAccess


class EventListPage(NamedTuple):
    """Rows of events, the total, the shifts by event, the numbers by shift, and the viewer's states by shift."""

    items: Sequence
    total: int
    shifts: dict[int, list]
    stats: dict[int, SignupStats]
    states: dict[int, int]


def find_event_page(connection, viewer: CrewViewer, event_id: int) -> EventPageData:
    """Return an event with a crew: one statement. Drafts are found by their planners.

    :raises NotFound: if there is no such event, or it is a draft that is hidden from the viewer.
    :raises Forbidden: if the viewer may not see it.
    """
    return _check_access(viewer, connection.execute(_one(viewer.rights, False), viewer.params | {"row_id": event_id}))


def find_event_page_of_shift(connection, viewer: CrewViewer, shift_id: int) -> EventPageData:
    """Return the event of a shift; raises as :func:`find_event_page`."""
    return _check_access(viewer, connection.execute(_one(viewer.rights, True), viewer.params | {"row_id": shift_id}))


def list_event_pages(
    connection, viewer: CrewViewer, filters: ListFilter, response: str | None, now: dt.datetime
) -> EventListPage:
    """Return a page of the events that the viewer may open, by start. ``response`` is one of the constants, or None."""
    adds_events = viewer.viewer.has_permission("add_event")
    page, total = _list(viewer.rights, adds_events, response, filters.shape)
    events = connection.execute(page, viewer.params | filters.page_values).all()
    count = connection.scalar(total, viewer.params | filters.values)
    shifts = load_shifts_of_events(connection, [event.id for event in events])
    rows = [shift for each in shifts.values() for shift in each]
    states = connection.execute(_STATES, viewer.params | {"shift_ids": [shift.id for shift in rows]})
    return EventListPage(
        events, count, shifts, load_signup_stats(connection, rows, now), {row.shift_id: row.state for row in states}
    )


def get_event_row(connection, event_id: int):
    """Return the row of an event with a crew for pages without an account, or None. Drafts are returned too."""
    return connection.execute(_ROW, {"row_id": event_id}).first()


def list_event_types(connection) -> list:
    return connection.execute(_TYPES).all()


def _check_access(viewer, rows):
    row = rows.first()
    if row is None:
        raise NotFound(MSG_NO_EVENT)
    plans = row.may_change or row.may_delete
    if row.is_draft and not plans and not viewer.viewer.has_permission("add_event"):
        raise NotFound(MSG_NO_EVENT)
    if not row.is_granted and not plans:
        raise Forbidden(MSG_NOT_FOR_YOU)
    access = EventAccess(row.id, row.is_draft, not row.is_draft and row.is_granted, row.may_change, row.may_delete)
    return EventPageData(row, access)


_EVENTS = select(
    _event.id,
    _event.name,
    _event.slug,
    _event.description,
    _event.description_html,
    _event.location,
    # Visitors have a page of it, with the programme.
    and_(_event.is_active == true(), _event.is_private == false(), func.coalesce(_event.is_pending, false()) == false())
    .label("is_public"),
    _type.id.label("type_id"),
    _type.title.label("type_title"),
    _type.participants_shown_to,
    _details.is_draft,
    _details.shifts_start_at,
    _details.shifts_end_at,
).select_from(
    CrewDetails.__table__.join(Event.__table__, _event.id == _details.event_id).join(
        EventType.__table__, _type.id == _details.event_type_id
    )
)  # fmt: skip
_COLUMNS = ListColumns(
    starts_at=_details.shifts_start_at,
    ends_at=_details.shifts_end_at,
    row_id=_event.id,
    type_ids=_details.event_type_id,
    searched=(_event.name, _event.description, _event.location),
    order={"start_time": _details.shifts_start_at},
    default_order=(_details.shifts_start_at, _details.shifts_end_at),
)


@lru_cache(maxsize=32)
def _one(rights, is_shift):
    statement = _EVENTS.add_columns(
        may_view_event(rights, _details.event_id).label("is_granted"),
        may_change_event(rights, _details.event_id).label("may_change"),
        may_delete_event(rights, _details.event_id).label("may_delete"),
    )
    row_id = bindparam("row_id", type_=Integer)
    if is_shift:
        return CompiledStatement(
            statement.where(
                _details.event_id == select(_shift.event_id).where(_shift.id == row_id).scalar_subquery()
            )
        )  # fmt: skip
    return CompiledStatement(statement.where(_details.event_id == row_id))


@lru_cache(maxsize=256)
def _list(rights, adds_events, response, shape):
    opened = [
        is_event_visible(rights, _details.event_id),
        and_(
            _details.is_draft == true(),
            or_(may_change_event(rights, _details.event_id), may_delete_event(rights, _details.event_id)),
        ),
    ]
    if adds_events:
        opened.append(may_view_event(rights, _details.event_id))
    conditions = [or_(*opened)]
    if response is not None:
        conditions.append(_responses(rights)[response])
    return build_statements(_EVENTS.where(*conditions), _COLUMNS, shape)


def _responses(rights):
    of_event = and_(_participation.shift_id == _shift.id, _shift.event_id == _details.event_id)
    own = and_(of_event, _participation.user_id == VIEWER_ID)
    return {
        NO_RESPONSE: ~exists().where(own),
        IS_CONFIRMED: exists().where(own, _participation.state == CONFIRMED),
        IS_POSITIVE: exists().where(own, _participation.state.between(REQUESTED, CONFIRMED)),
        TO_DISPOSE: and_(
            may_change_event(rights, _details.event_id), exists().where(of_event, _participation.state == REQUESTED)
        ),
    }


_STATES = CompiledStatement(
    select(_participation.shift_id, _participation.state).where(
        _participation.user_id == VIEWER_ID,
        _participation.shift_id.in_(bindparam("shift_ids", type_=Integer, expanding=True)),
    )
)
_ROW = CompiledStatement(_EVENTS.where(_details.event_id == bindparam("row_id", type_=Integer)))
_TYPES = CompiledStatement(select(_type.id, _type.title).order_by(_type.title, _type.id))
