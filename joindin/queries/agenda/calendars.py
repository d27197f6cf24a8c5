"""Parts of calendars beside the listed events: rules of series, dates that are left out, removed events."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, false, func, select, true

from joindin.models import Departed, Event, EventSeries
from joindin.performance.sql.compiled import CompiledStatement
from joindin.performance.sql.reader import batched
from joindin.queries.agenda.feeds import REVISED_AT, FeedSelection
from joindin.utils.datetimes import UTC

_events = Event.__table__.c
_SERIES = CompiledStatement(
    select(
        _events.id,
        _events.revision,
        REVISED_AT.label("revised_at"),
        _events.starts_at,
        _events.timezone,
        EventSeries.rrule,
        EventSeries.excluded_starts,
    )
    .join(EventSeries.__table__, EventSeries.event_id == _events.id)
    .where(
        _events.id.in_(bindparam("ids", expanding=True)),
        _events.is_series == true(),
        _events.is_active == true(),
        func.coalesce(_events.is_pending, false()) == false(),
        _events.is_private == false(),
        EventSeries.rrule.is_not(None),
    )
)
_HIDDEN_DATES = CompiledStatement(
    select(_events.parent_id, _events.occurrence_at).where(
        _events.parent_id.in_(bindparam("ids", expanding=True)),
        _events.occurrence_at.is_not(None),
        _events.is_visible == false(),
    )
)
_OCCURRENCES = CompiledStatement(
    select(_events.id)
    .where(
        _events.parent_id.in_(bindparam("ids", expanding=True)),
        _events.is_visible == true(),
        _events.starts_at >= bindparam("since"),
    )
    .order_by(_events.starts_at, _events.id)
)
_DEPARTED = CompiledStatement(
    select(*Departed.__table__.c)
    .where(Departed.kind == "event", Departed.gone_at >= bindparam("since"))
    .order_by(Departed.row_id)
)


def load_public_series(connection, parent_ids: Collection[int]) -> dict[int, tuple]:
    """Return the public parents with a rule by id, each with the starts that its calendar leaves out: two statements a batch.

    A row of a parent has its key, ``rrule`` and ``excluded_starts``.
    """
    parents, excluded = {}, defaultdict(set)
    for ids in batched(sorted(parent_ids)):
        for row in connection.execute(_SERIES, {"ids": ids}):
            parents[row.id] = row
            excluded[row.id] |= {dt.datetime.fromtimestamp(start, UTC) for start in row.excluded_starts}
        for row in connection.execute(_HIDDEN_DATES, {"ids": ids}):
            excluded[row.parent_id].add(row.occurrence_at)
    return {id_: (parent, sorted(excluded[id_])) for id_, parent in parents.items()}


def list_occurrence_ids(connection, parent_ids: Collection[int], since: dt.datetime) -> list[int]:
    """Return the ids of the visible occurrences of the series that start then or later, by start.

    Those that were created before they are the next ones are included.
    """
    return [
        event_id
        for ids in batched(sorted(parent_ids))
        for event_id in connection.scalars(_OCCURRENCES, {"ids": ids, "since": since})
    ]


def list_departed(connection, selection: FeedSelection, since: dt.datetime) -> Sequence:
    """Return the events that were removed since then and that the selection contained.

    Titles and cities are not kept: a search, a collection, a city and a country have none.
    """
    if (selection.text, selection.collection, selection.city_id, selection.country_code) != (None,) * 4:
        return []
    rows = connection.execute(_DEPARTED, {"since": since}).all()
    return [row for row in rows if _is_selected(row, selection)]


def _is_selected(row, selection):
    return (
        (selection.tag_ids is None or not set(selection.tag_ids).isdisjoint(row.tag_ids))
        and (selection.place_ids is None or row.place_id in selection.place_ids)
        and (selection.host_id is None or selection.host_id in row.host_ids)
    )
