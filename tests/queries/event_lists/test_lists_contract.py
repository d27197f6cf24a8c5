"""Every list of events against the words of the contract (spec 4.2), over random communities and days."""

import datetime as dt
import re

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import joindin.queries.event_lists.by_start as by_start
from joindin.operations.started_events import mark_started_events
from joindin.performance.read_models import find_inconsistencies
from joindin.queries.event_lists import EventFilter, list_events, search
from joindin.queries.paging import Paging
from joindin.utils.datetimes import midnight
from joindin.utils.text import fold_case_accents
from tests.queries.event_lists.datasets import NOON, TAGS, events, insert_events

MANY = settings(
    deadline=None,
    max_examples=60,
    derandomize=True,
    # Looking for a smaller example would take minutes, with a database behind each.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

moments = st.builds(
    lambda days, seconds: NOON + dt.timedelta(days=days, seconds=seconds),
    st.integers(-14, 14) | st.integers(-4100, 4100),
    st.sampled_from([-43_200, -43_199, 0, 43_199]),
)
pagings = st.builds(Paging, st.none() | st.integers(0, 12), st.sampled_from([0, 1, 2, 5, 20, 100]))
filters = st.builds(
    EventFilter,
    name=st.sampled_from([None, "hot", "upcoming", "past", "cfp", "all", "unheard of"]),
    title=st.none()
    | st.sampled_from(["perl", "CAFE", "a", "day%", "%", "_b", r"\_b", "100\\%", "p_rl", "nothing such"]),
    stub=st.none() | st.none() | st.none() | st.sampled_from(["s1", "S2", "s99"]),
    tags=st.just(()) | st.lists(st.sampled_from([*TAGS, "ZURICH", "unused"]), max_size=3).map(tuple),
    starts_from=st.none() | st.none() | moments,
    starts_before=st.none() | st.none() | moments,
)


@pytest.fixture(params=["near", "far"])
def reach(request, monkeypatch):
    """Run with the usual limits, and with limits so small that the ways for large results are taken."""
    if request.param == "far":
        monkeypatch.setattr(by_start, "OFFSET_SCAN_LIMIT", 0)
        monkeypatch.setattr(search, "RARE_MATCH_LIMIT", 1)
        monkeypatch.setattr(search, "HOT_SCAN_STEPS", (2, 5))
        monkeypatch.setattr(search, "MAX_SCANNED_ROWS", 5)
    forget_statements()
    yield
    forget_statements()


def forget_statements():
    """Drop compiled statements, which contain the limits."""
    for statement in (search._rare, search._bounded_scan):
        statement.cache_clear()


@MANY
@given(events, moments, filters, pagings, st.booleans())
def test_a_page_is_that_part_of_the_whole_list(app, reach, session, community, now, wanted, paging, is_moved):
    try:
        app.extensions["query_cache"].clear()
        shown = insert_events(session, community)
        if is_moved:
            mark_started_events(session, now)
        expected = in_order(shown, wanted, now)
        start = paging.start
        if wanted.name == "all" and start is None:
            start = sum(each.starts_at < midnight(now) for each in expected)

        page = list_events(session.connection(), wanted, paging, now)

        part = expected[start or 0 :][: paging.size] if paging.size else expected
        assert [row.id for row in page.items] == [each.id for each in part]
        assert (page.total, page.paging) == (len(expected), Paging(start, paging.size))
        assert find_inconsistencies(session.connection()) == {}
    finally:
        session.rollback()


def in_order(shown, wanted, now):
    fitting = [each for each in shown if fits(each, wanted, midnight(now))]
    match wanted.name:
        case "hot":
            tie = (lambda each: -each.starts_at.timestamp()) if wanted.title is not None else lambda each: 0
            return sorted(fitting, key=lambda each: (hotness(each, now), tie(each), each.id))
        case "upcoming" | "all":
            return sorted(fitting, key=lambda each: (each.starts_at, each.id))
        case "cfp":
            return sorted(fitting, key=lambda each: (each.cfp_ends_at, each.id))
    return sorted(fitting, key=lambda each: (each.starts_at, each.id), reverse=True)


def hotness(event, now):
    """The contract's score, in fifths so that it is exact."""
    days = abs((event.starts_at.date() - now.date()).days)
    return 5 * days - (event.comment_count + event.attendee_count + 1)


def fits(event, wanted, today):
    return (
        fits_name(event, wanted.name, today)
        and (wanted.title is None or like(fold_case_accents(wanted.title)).search(event.name_key) is not None)
        and (wanted.stub is None or event.stub.lower() == wanted.stub.lower())
        and (
            not wanted.tags
            or {fold_case_accents(tag) for tag in wanted.tags} & {fold_case_accents(tag) for tag in event.tag_names}
        )
        and (wanted.starts_from is None or event.starts_at >= wanted.starts_from)
        and (wanted.starts_before is None or event.starts_at < wanted.starts_before)
    )


def fits_name(event, name, today):
    match name:
        case "upcoming":
            return event.starts_at >= today - dt.timedelta(days=3)
        case "past":
            return event.starts_at < today
        case "cfp":
            return (
                event.cfp_url is not None
                and event.cfp_ends_at >= today
                and event.cfp_starts_at <= today + dt.timedelta(days=7)
            )
    return True


def like(pattern):
    """LIKE's wildcards as a regular expression."""
    words = {"%": ".*", "_": "."}
    pieces = re.findall(r"\\(.)|(.)", pattern, re.DOTALL)
    return re.compile(
        "".join(re.escape(escaped) or words.get(plain) or re.escape(plain) for escaped, plain in pieces), re.DOTALL
    )
