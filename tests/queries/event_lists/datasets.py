"""Random communities, for comparing lists with what the contract says about them."""

import datetime as dt

from hypothesis import strategies as st
from sqlalchemy import insert, select

from joindin.models import Event, Tag, event_tags
from joindin.operations.events import tag_row
from joindin.utils.datetimes import UTC, day_number
from joindin.utils.text import fold_case_accents

NOON = dt.datetime(2026, 11, 21, 12, tzinfo=UTC)
WORDS = ("PHP", "Perl", "Café Days", "100% Rust", "a_b", "Go")
TAGS = ("php", "perl", "zürich")

events = st.lists(
    st.fixed_dictionaries(
        {
            # Few days, so that many events are on the same one and many score alike.
            "days": st.integers(-12, 12) | st.integers(-4000, 4000),
            "seconds": st.sampled_from([0, 1, 43_200, 86_399]),
            "name": st.sampled_from(WORDS),
            "attendee_count": st.integers(0, 12) | st.integers(0, 30_000),
            "comment_count": st.integers(0, 6),
            "is_visible": st.booleans() | st.just(True),
            "has_call": st.booleans(),
            "call": st.tuples(st.integers(-9, 9), st.integers(-9, 9)),
            "tags": st.sets(st.sampled_from(TAGS)),
        }
    ),
    max_size=30,
)


def insert_events(session, given) -> list:
    """Insert them in bulk, as imports do; the visible ones as they are now, with their tags' names."""
    for name in TAGS:
        session.execute(insert(Tag.__table__).values(**tag_row(name)))
    tag_ids = dict(session.execute(select(Tag.name, Tag.id)).all())
    if not given:
        return []
    rows = [_row(number, each) for number, each in enumerate(given)]
    session.execute(insert(Event.__table__), rows)
    ids = dict(session.execute(select(Event.slug, Event.id)).all())
    links = [{"event_id": ids[f"e{n}"], "tag_id": tag_ids[tag]} for n, each in enumerate(given) for tag in each["tags"]]
    if links:
        session.execute(insert(event_tags), links)
    shown = session.scalars(select(Event).where(Event.is_visible)).all()
    for event in shown:
        event.tag_names = given[int(event.slug[1:])]["tags"]
    return shown


def _row(number, given):
    starts_at = NOON.replace(hour=0) + dt.timedelta(days=given["days"], seconds=given["seconds"])
    opens, closes = (NOON.replace(hour=0) + dt.timedelta(days=days) for days in given["call"])
    return {
        "name": given["name"],
        "name_key": fold_case_accents(given["name"]),
        "slug": f"e{number}",
        "stub": f"s{number}",
        "description": "",
        "starts_at": starts_at,
        "ends_at": starts_at,
        "start_day": day_number(starts_at),
        "cfp_starts_at": opens,
        "cfp_ends_at": closes,
        "cfp_url": "https://cfp.example" if given["has_call"] else None,
        "is_active": given["is_visible"],
        "attendee_count": given["attendee_count"],
        "comment_count": given["comment_count"],
    }
