"""Filters in combination, at their bounds, and on the list of pending events."""

import datetime as dt

import pytest

from joindin.queries.event_lists import EventFilter, list_events
from joindin.queries.paging import Paging
from tests.factories import make_event, make_pending_event, parse_instant

NOW = parse_instant("2026-11-21T15:30")
TODAY = parse_instant("2026-11-21")
DAY = dt.timedelta(days=1)
CFP = {"cfp_url": "https://cfp.example", "cfp_starts_at": TODAY - DAY, "cfp_ends_at": TODAY + DAY}


def listed(session, paging=None, **conditions):
    """The ids on the page, the total, and the start of the page."""
    page = list_events(session.connection(), EventFilter(**conditions), paging or Paging(), NOW)
    return [key.id for key in page.items], page.total, page.paging.start


@pytest.fixture
def past(session):
    return make_event(session, "Past PHP", starts_at=TODAY - 30 * DAY, stub="past", tags=["php"], **CFP).id


@pytest.fixture
def coming(session):
    return make_event(session, "Coming Perl", starts_at=TODAY + 30 * DAY, stub="coming", tags=["perl"], **CFP).id


@pytest.mark.parametrize("name", ["hot", "cfp", "upcoming", "past", "all", None])
def test_a_stub_narrows_every_list(session, past, coming, name):
    expected = {"upcoming": [], "past": [past]}.get(name, [past])

    assert listed(session, Paging(0, 20), name=name, stub="PAST") == (expected, len(expected), 0)


@pytest.mark.parametrize("name", ["hot", "cfp"])
def test_tags_and_titles_narrow_lists_with_an_order_of_their_own(session, past, coming, name):
    assert listed(session, name=name, tags=["perl"]) == ([coming], 1, None)
    assert listed(session, name=name, title="php") == ([past], 1, None)
    assert listed(session, name=name, tags=["php"], title="perl") == ([], 0, None)


@pytest.mark.parametrize("name", ["hot", "cfp"])
def test_dates_narrow_lists_with_an_order_of_their_own(session, past, coming, name):
    assert listed(session, name=name, starts_from=TODAY) == ([coming], 1, None)
    assert listed(session, name=name, starts_before=TODAY) == ([past], 1, None)


def test_upcoming_events_are_not_extended_into_the_past_by_a_start_date(session, past, coming):
    assert listed(session, name="upcoming", starts_from=TODAY - 4000 * DAY) == ([coming], 1, None)
    assert listed(session, name="upcoming", starts_from=TODAY + 31 * DAY) == ([], 0, None)


def test_past_events_are_not_extended_into_the_future_by_an_end_date(session, past, coming):
    assert listed(session, name="past", starts_before=TODAY + 4000 * DAY) == ([past], 1, None)
    assert listed(session, name="past", starts_before=TODAY - 31 * DAY) == ([], 0, None)


@pytest.mark.parametrize("limit", [0, 200])
def test_a_start_on_the_bound_is_listed_from_it_and_not_before_it(session, monkeypatch, limit):
    monkeypatch.setattr("joindin.queries.event_lists.by_start.OFFSET_SCAN_LIMIT", limit)
    bound = parse_instant("2026-11-25T10:00")
    before, at, after = (
        make_event(session, starts_at=bound + dt.timedelta(seconds=seconds)).id for seconds in (-1, 0, 1)
    )

    assert listed(session, Paging(0, 0), starts_from=bound) == ([after, at], 2, 0)
    assert listed(session, Paging(0, 0), starts_before=bound) == ([before], 1, 0)
    assert listed(session, Paging(1, 1), starts_from=bound) == ([at], 2, 1)
    assert listed(session, Paging(1, 1), starts_before=bound) == ([], 1, 1)


def test_the_whole_list_of_all_events_starts_at_the_first_of_today(session, past, coming):
    """The page is everything, its start says where today is."""
    assert listed(session, Paging(None, 0), name="all") == ([past, coming], 2, 1)


def test_the_list_of_all_events_starts_at_a_later_start_date(session, past, coming):
    later = make_event(session, starts_at=TODAY + 60 * DAY).id

    assert listed(session, name="all", starts_from=TODAY + 31 * DAY) == ([later], 1, 0)
    assert listed(session, name="all", starts_from=TODAY - 31 * DAY) == ([coming, later], 3, 1)
    assert listed(session, name="all", starts_before=TODAY) == ([], 1, 1)


@pytest.mark.parametrize("paging", [Paging(None, 20), Paging(0, 20), Paging(5, 20)], ids=str)
def test_unused_tags_list_nothing(session, past, paging):
    assert listed(session, paging, name="all", tags=["unused"]) == ([], 0, paging.start or 0)


@pytest.mark.parametrize("days", [1, -1])
def test_events_with_the_same_score_are_listed_by_id(session, days):
    """Of different days: one more day away weighs five attendees."""
    first = make_event(session, starts_at=NOW + 2 * days * DAY, attendee_count=5).id
    second = make_event(session, starts_at=NOW + days * DAY).id
    third = make_event(session, starts_at=NOW - days * DAY).id

    assert listed(session, name="hot")[0] == [first, second, third]


@pytest.fixture
def pending(session):
    starts = [TODAY + days * DAY for days in (3, 1, 2)]
    names = ["PHP Days", "Perl 100%", "Go"]
    return [
        make_pending_event(session, name, starts_at=start, stub=f"p{number}", tags=[name.split()[0].lower()]).id
        for number, (name, start) in enumerate(zip(names, starts))
    ]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, [1, 2, 0]),
        ({"title": "p"}, [1, 0]),
        ({"title": "PHP"}, [0]),
        ({"title": "100\\%"}, [1]),
        ({"title": "p_rl"}, [1]),
        ({"title": "nothing"}, []),
        ({"stub": "P1"}, [1]),
        ({"stub": "p"}, []),
        ({"tags": ["go"]}, [2]),
        ({"tags": ["GO", "php", "unused"]}, [2, 0]),
        ({"tags": ["unused"]}, []),
        ({"starts_from": TODAY + 2 * DAY}, [2, 0]),
        ({"starts_before": TODAY + 2 * DAY}, [1]),
        ({"starts_from": TODAY + 2 * DAY, "title": "p", "tags": ["php", "perl"]}, [0]),
    ],
    ids=str,
)
def test_pending_events_are_filtered(session, past, pending, conditions, expected):
    expected = [pending[number] for number in expected]

    assert listed(session, name="pending", **conditions) == (expected, len(expected), None)


@pytest.mark.parametrize(
    ("paging", "expected"), [(Paging(1, 1), [2]), (Paging(2, 5), [0]), (Paging(3, 5), [])], ids=str
)
def test_pages_of_pending_events_know_their_total(session, pending, paging, expected):
    """A page past the end, too."""
    assert listed(session, paging, name="pending") == ([pending[number] for number in expected], 3, paging.start)
