"""Which events a list holds and in which order (spec 4.2), against an order worked out by hand."""

import datetime as dt
from random import Random

import pytest

from joindin.models import Event
from joindin.queries.event_lists import EventFilter, list_events
from joindin.queries.paging import Paging
from tests.factories import make_event, parse_instant

NOW = parse_instant("2026-11-21T15:30")
TODAY = parse_instant("2026-11-21")


def ids(page):
    return [row.id for row in page.items]


@pytest.fixture
def crowd(session):
    """Three hundred events around today: many on the same day, a few that everybody goes to, some hidden."""
    random = Random(20261121)
    for number in range(300):
        days = random.choice([random.uniform(-3, 3), random.uniform(-60, 60), random.uniform(-900, 900)])
        make_event(
            session,
            f"{random.choice(['PHP', 'Perl', 'Café'])} {number}",
            starts_at=(NOW + dt.timedelta(days=days)).replace(microsecond=0),
            attendee_count=random.choice([0, 0, 1, 4, 5, 30, random.randrange(400)]),
            comment_count=random.choice([0, 0, 2, random.randrange(60)]),
            is_active=random.random() > 0.1,
            is_private=random.random() < 0.05,
        )
    return session


def hotness(event):
    """The contract's score, in fifths so that it is exact."""
    days = abs((event.starts_at.date() - TODAY.date()).days)
    return 5 * days - event.comment_count - event.attendee_count - 1


def by_heat(session, word=""):
    shown = [each for each in session.query(Event) if each.is_active and not each.is_private and word in each.name]
    if word:
        return sorted(shown, key=lambda each: (hotness(each), -each.starts_at.timestamp(), each.id))
    return sorted(shown, key=lambda each: (hotness(each), each.id))


def test_hot_pages_come_in_the_order_of_the_whole_list(crowd):
    expected = [each.id for each in by_heat(crowd)]

    for size in (1, 2, 7, 20, 100, 1000):
        pages = [
            list_events(crowd.connection(), EventFilter("hot"), Paging(start, size), NOW)
            for start in range(0, min(len(expected) + size, 8 * size), size)
        ]

        assert [id_ for page in pages for id_ in ids(page)] == expected[: 8 * size]
        assert {page.total for page in pages} == {len(expected)}


def test_the_last_hot_page_is_found_too(crowd):
    expected = [each.id for each in by_heat(crowd)]

    for start in (len(expected) - 3, len(expected) - 1, len(expected), len(expected) + 50):
        page = list_events(crowd.connection(), EventFilter("hot"), Paging(start, 5), NOW)

        assert (ids(page), page.total) == (expected[start : start + 5], len(expected))


def test_hot_without_paging_is_everything(crowd):
    assert ids(list_events(crowd.connection(), EventFilter("hot"), Paging(None, 0), NOW)) == [
        each.id for each in by_heat(crowd)
    ]


def test_hot_with_a_title_breaks_ties_by_the_later_start(crowd):
    expected = [each.id for each in by_heat(crowd, "Perl")]

    page = list_events(crowd.connection(), EventFilter("hot", title="perl"), Paging(0, 30), NOW)

    assert (ids(page), page.total) == (expected[:30], len(expected))


@pytest.mark.parametrize("days", [[400], [-400], [-400, -401, 500]])
def test_hot_events_that_are_all_far_away_are_found(session, days):
    expected = [make_event(session, starts_at=NOW + dt.timedelta(days=each)).id for each in days]

    assert ids(list_events(session.connection(), EventFilter("hot"), Paging(0, 20), NOW)) == expected


def test_a_far_event_that_everybody_goes_to_is_hotter_than_todays(session):
    todays = [make_event(session, starts_at=TODAY + dt.timedelta(hours=hour)).id for hour in (1, 2, 3)]
    crowded = make_event(session, starts_at=NOW + dt.timedelta(days=100), attendee_count=501).id

    assert ids(list_events(session.connection(), EventFilter("hot"), Paging(0, 2), NOW)) == [crowded, todays[0]]


def test_nothing_is_hot_where_there_is_nothing(session):
    page = list_events(session.connection(), EventFilter("hot"), Paging(), NOW)

    assert (page.items, page.total) == ([], 0)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("upcoming", lambda each: TODAY - dt.timedelta(days=3) <= each.starts_at),
        ("past", lambda each: each.starts_at < TODAY),
        ("all", lambda each: True),
        (None, lambda each: True),
        ("unheard of", lambda each: True),
    ],
)
def test_the_other_lists_go_by_their_start(crowd, name, expected):
    soonest_first = name in ("upcoming", "all")
    shown = [each for each in crowd.query(Event) if each.is_active and not each.is_private and expected(each)]
    shown.sort(key=lambda each: (each.starts_at, each.id), reverse=not soonest_first)

    page = list_events(crowd.connection(), EventFilter(name), Paging(0, 0), NOW)

    assert (ids(page), page.total) == ([each.id for each in shown], len(shown))


def test_the_list_of_all_begins_with_todays_events(session):
    starts = ["2026-11-19T10:00", "2026-11-20T23:59:59", "2026-11-21T00:00", "2026-11-22T10:00"]
    made = [make_event(session, starts_at=parse_instant(start)).id for start in starts]

    page = list_events(session.connection(), EventFilter("all"), Paging(None, 1), NOW)

    assert (ids(page), page.paging, page.total) == (made[2:3], Paging(2, 1), 4)


def test_the_computed_start_counts_only_what_fits_the_rest_of_the_filter(session):
    make_event(session, "Perl", starts_at=parse_instant("2026-11-01"))
    make_event(session, "PHP", starts_at=parse_instant("2026-11-02"))
    wanted = make_event(session, "PHP", starts_at=parse_instant("2026-12-01")).id

    page = list_events(session.connection(), EventFilter("all", title="php"), Paging(None, 20), NOW)

    assert (ids(page), page.paging, page.total) == ([wanted], Paging(1, 20), 2)


@pytest.mark.parametrize("name", ["hot", "upcoming", "past", "cfp", "all", "pending", None])
def test_ties_are_broken_by_id_so_that_pages_never_overlap(session, name):
    days = -5 if name == "past" else 5
    same = {
        "starts_at": TODAY + dt.timedelta(days=days),
        "cfp_url": "https://cfp.example",
        "cfp_starts_at": TODAY,
        "cfp_ends_at": TODAY + dt.timedelta(days=3),
        "is_pending": name == "pending",
    }
    made = {make_event(session, **same).id for _ in range(7)}

    pages = [
        ids(list_events(session.connection(), EventFilter(name), Paging(start, 2), NOW)) for start in range(0, 8, 2)
    ]

    assert [len(page) for page in pages] == [2, 2, 2, 1]
    assert {id_ for page in pages for id_ in page} == made
