"""Pages far inside the hot list are those of the whole list, cut by hand, wherever one begins."""

import datetime as dt
from random import Random

import pytest
from sqlalchemy import text

from joindin.models import Event
from joindin.queries.event_lists.hot import list_deep_page
from joindin.queries.paging import Paging
from joindin.utils.datetimes import day_number
from tests.factories import make_event, parse_instant

NOW = parse_instant("2026-11-21T15:30")
DAY = day_number(NOW)

# Everything waits to be summed up, in tallies that are not there yet, or are of nothing.
LET_ALL_WAIT = """INSERT INTO tally_changes (subject, place, change)
    SELECT subject, stretch, number FROM tallies WHERE subject = 'events' AND level = 0"""
FORGET, EMPTY = "DELETE FROM tallies WHERE subject = 'events'", "UPDATE tallies SET number = 0 WHERE subject = 'events'"


# How many days away, and how many guests; some of the popular come from further away than is looked through day by day.
CROWDS = {
    "loose": (range(-900, 901), [0, 0, 0, 1, 5, 30, 300]),
    "dense": (range(-4, 5), [0, 0, 5, 10, 12]),
    "popular": (range(-900, 901), [0, 1, 40, *range(300, 400, 4), *range(400, 5000, 200)]),
    "past": (range(-300, 1), [0, 0, 1, 5, 320, 321, 700]),
    "today": (range(1), [0, 1, 5]),
}


@pytest.fixture(params=CROWDS)
def crowd(request, session):
    """Two hundred events."""
    random = Random(request.param)
    days, guests = CROWDS[request.param]
    for number in range(200):
        make_event(
            session,
            f"Number {number}",
            starts_at=parse_instant("2026-11-21T12:00") + dt.timedelta(days=random.choice(days)),
            attendee_count=random.choice(guests),
            comment_count=random.choice([0, 0, 0, 1, 5]),
            is_active=random.random() > 0.05,
        )
    return session


def whole(session, day):
    shown = [event for event in session.query(Event) if event.is_active]
    return [event.id for event in sorted(shown, key=lambda each: (score(each, day), each.id))]


def score(event, day):
    """The contract's, in fifths so that it is exact."""
    return 5 * abs(day_number(event.starts_at) - day) - event.comment_count - event.attendee_count - 1


def assert_pages_are_right(session, day=DAY):
    expected = whole(session, day)
    for size, step in ((1, 3), (7, 11), (20, 19), (150, 50), (1000, 90)):
        for start in [*range(0, len(expected), step), len(expected) - 1, len(expected), len(expected) + 50]:
            page = list_deep_page(session.connection(), Paging(start, size), day)

            assert ([row.id for row in page.items], page.total) == (expected[start : start + size], len(expected))


def test_each_page_is_a_part_of_the_whole(crowd):
    assert_pages_are_right(crowd)


@pytest.mark.parametrize("days", [-400, -30, -1, 1, 5, 400])
def test_what_the_calendar_has_passed_is_in_its_place(crowd, days):
    """On another day than the one on which it was stored what had begun."""
    assert_pages_are_right(crowd, DAY + days)


@pytest.mark.parametrize("are", ["false", "true"])
def test_flags_that_say_the_same_of_all_do_not_matter(crowd, are):
    crowd.execute(
        text(f"""UPDATE hot_events SET is_begun = {are},
        heat = heat + 10 * start_day * {-1 if are == "true" else 1} WHERE is_begun <> {are}""")
    )

    assert_pages_are_right(crowd)


@pytest.mark.parametrize("meanwhile", [FORGET, EMPTY])
def test_what_waits_to_be_summed_up_counts(crowd, meanwhile):
    crowd.execute(text(LET_ALL_WAIT))
    crowd.execute(text(meanwhile))

    assert_pages_are_right(crowd)


def test_nothing_is_far_where_there_is_nothing(session):
    page = list_deep_page(session.connection(), Paging(5000, 20), DAY)

    assert (page.items, page.total) == ([], 0)
