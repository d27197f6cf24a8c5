"""Lists of Gancio's API show exactly the next occurrence of a series."""

import pytest

from joindin.models import SiteSetting
from joindin.operations.agenda.series import create_next_occurrence, create_occurrence_ahead
from joindin.utils.datetimes import utc_now
from tests.agenda_series import WEEK, make_series
from tests.factories import NOW


@pytest.fixture
def series(session):
    """A weekly series since a day ago, with its next occurrence and one ahead of its turn."""
    session.add(SiteSetting(key="allow_recurrent_event", value=True, updated_at=NOW))
    parent = make_series(session, utc_now().replace(second=0) - WEEK / 7, timezone="UTC")
    following = create_next_occurrence(session, parent.id, now=utc_now())
    ahead = create_occurrence_ahead(session, parent.id, parent.starts_at + 3 * WEEK, now=utc_now())
    session.commit()
    return parent.id, following.id, ahead.id


@pytest.mark.parametrize(
    ("query", "is_shown"), [("show_recurrent=true", True), ("", False), ("show_recurrent=false", False)]
)
def test_the_next_occurrence_is_listed(api, series, query, is_shown):
    _parent_id, following_id, _ahead_id = series

    listed = api.get(f"/api/events?{query}").json

    assert [event["id"] for event in listed] == ([following_id] if is_shown else [])


def test_occurrence_ahead_can_be_opened_but_is_no_neighbour(api, series):
    parent_id, following_id, ahead_id = series

    shown = api.get(f"/api/event/detail/{ahead_id}").json
    following = api.get(f"/api/event/detail/{following_id}").json

    assert (shown["id"], shown["parentId"]) == (ahead_id, parent_id)
    assert (following["next"], following["prev"]) == (None, None)
