"""The read models follow every kind of write to the primary tables."""

import datetime as dt

import pytest
from sqlalchemy import delete, insert, select, text, update

from joindin.models import BucketCount, Event, HotEvent, ListedEvent, ListedTag, PendingBucketCount, Tag, Talk, User
from joindin.models import event_tags as EventTag
from joindin.performance.caching.query_cache import CHANGE_COUNTER
from joindin.performance.read_models import find_inconsistencies, rebuild
from joindin.queries.accounts.users import list_users
from joindin.queries.event_lists import EventFilter, list_events
from joindin.queries.paging import Paging
from joindin.utils.datetimes import day_number, midnight, utc_now
from tests.factories import days_from_now, make_event, make_talk, make_user

NOON = midnight(utc_now()) + dt.timedelta(days=10, hours=12)


def set_event(**values):
    return lambda ids: update(Event.__table__).where(Event.__table__.c.id == ids["event"]).values(**values)


def set_hidden_event(**values):
    return lambda ids: update(Event.__table__).where(Event.__table__.c.id == ids["hidden event"]).values(**values)


def set_talk(**values):
    return lambda ids: update(Talk.__table__).where(Talk.__table__.c.id == ids["talk"]).values(**values)


def set_user(name, **values):
    return lambda ids: update(User.__table__).where(User.__table__.c.id == ids[name]).values(**values)


def delete_row(model, name):
    return lambda ids: delete(model.__table__).where(model.__table__.c.id == ids[name])


def copy_row(model, name, **values):
    """Insert a copy of a row, as an import would."""

    def statement(ids):
        table = model.__table__
        columns = [each for each in table.c if each.name not in ("id", *values) and not each.computed]
        literals = [text(f"'{value}'") for value in values.values()]
        source = select(*columns, *literals).where(table.c.id == ids[name])
        return insert(table).from_select([*(each.name for each in columns), *values], source)

    return statement


def tag(name):
    return lambda ids: insert(EventTag).values(event_id=ids[name], tag_id=ids["tag"])


def moved_to(at):
    return {"starts_at": at, "start_day": day_number(at)}


WITH_CFP = {"cfp_url": "https://cfp.example", "cfp_starts_at": NOON, "cfp_ends_at": NOON}

# Each changes what lists are made of.
CHANGES = {
    "a new event": copy_row(Event, "event", slug="another"),
    "an event is hidden by its state": set_event(is_active=False),
    "an event is hidden as private": set_event(is_private=True),
    "an event waits again": set_event(is_pending=True),
    "an event is shown": set_hidden_event(is_active=True),
    "a renamed event": set_event(name="Another", name_key="another"),
    "an event on another day": set_event(**moved_to(NOON + dt.timedelta(days=30))),
    "an event in the past": set_event(**moved_to(NOON - dt.timedelta(days=30))),
    "an event at another time of its day": set_event(**moved_to(NOON + dt.timedelta(hours=3))),
    "a call for papers": set_event(**WITH_CFP),
    "a call for papers that is withdrawn": lambda ids: (
        update(Event.__table__).where(Event.__table__.c.id == ids["event with cfp"]).values(cfp_url=None)
    ),
    "a deleted event": delete_row(Event, "event"),
    "a deleted event without tags": delete_row(Event, "untagged event"),
    "a new tag of an event": tag("untagged event"),
    "a removed tag": lambda ids: delete(EventTag).where(EventTag.c.event_id == ids["event"]),
    "a new talk": copy_row(Talk, "talk", slug="another", stub="other"),
    "a renamed talk": set_talk(title="Another", title_key="another"),
    "a hidden talk": set_talk(is_active=False),
    "a deleted talk": delete_row(Talk, "talk"),
    "a new user": copy_row(
        User,
        "user",
        username="new",
        username_key="new",
        lookalike_key="new",
        email="new@example.org",
        email_key="new@example.org",
    ),
    "a renamed user": set_user("user", username="another", username_key="another"),
    "another full name": set_user("user", full_name="Another", full_name_key="another"),
    "another Twitter name": set_user("user", twitter_username="another"),
    "a deactivated user": set_user("user", is_active=False),
    "an activated user": set_user("inactive user", is_active=True),
    "a deleted user": delete_row(User, "user"),
}

# These do not: numbers that were counted before stay current.
OTHER_WRITES = {
    "more attendees": set_event(attendee_count=7),
    "more comments": set_event(comment_count=7),
    "another description": set_event(description="Another"),
    "a tag of a hidden event": tag("hidden event"),
    "a renamed event that is hidden": set_hidden_event(name_key="another"),
    "another biography": set_user("user", biography="Another"),
    "another name of an inactive user": set_user("inactive user", email="other@example.org"),
}


@pytest.fixture
def ids(session):
    event = make_event(session, "Conference", tags=["php", "perl"], starts_at=NOON, attendee_count=3)
    rows = {
        "event": event,
        "untagged event": make_event(session, starts_at=NOON),
        "hidden event": make_event(session, starts_at=NOON, tags=["php"], is_active=False, attendee_count=5),
        "event with cfp": make_event(session, starts_at=NOON, **WITH_CFP),
        "talk": make_talk(session, make_event(session)),
        "user": make_user(session),
        "inactive user": make_user(session, is_active=False),
    }
    tag = Tag(name="rust", name_key="rust")
    session.add(tag)
    session.commit()
    assert find_inconsistencies(session.connection()) == {}
    return {name: row.id for name, row in rows.items()} | {"tag": tag.id}


def change_counter(session):
    return session.scalar(text(f"SELECT {CHANGE_COUNTER}"))


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_reaches_the_read_models_and_moves_the_change_counter(session, ids, change):
    before = change_counter(session)

    session.execute(CHANGES[change](ids))

    assert find_inconsistencies(session.connection()) == {}
    assert change_counter(session) > before


@pytest.mark.parametrize("write", OTHER_WRITES)
def test_a_write_that_no_list_is_made_of_leaves_the_change_counter(session, ids, write):
    before = change_counter(session)

    session.execute(OTHER_WRITES[write](ids))

    assert find_inconsistencies(session.connection()) == {}
    assert change_counter(session) == before


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_is_rolled_back_leaves_nothing(session, ids, change):
    before = change_counter(session)

    session.execute(CHANGES[change](ids))
    session.rollback()

    assert find_inconsistencies(session.connection()) == {}
    assert change_counter(session) == before


def test_an_event_that_is_shown_again_is_in_the_hot_list(session, ids):
    session.execute(set_event(is_active=False)(ids))
    hidden = list_events(session.connection(), EventFilter("hot"), Paging(), utc_now())
    session.execute(set_event(is_active=True)(ids))
    shown = list_events(session.connection(), EventFilter("hot"), Paging(), utc_now())

    assert ids["event"] not in [key.id for key in hidden.items]
    assert ids["event"] in [key.id for key in shown.items]
    assert shown.total == hidden.total + 1


def test_a_withdrawn_call_for_papers_leaves_the_list_of_calls(session, ids):
    session.execute(set_event(cfp_url="https://cfp.example", cfp_starts_at=days_from_now(-1), cfp_ends_at=NOON)(ids))
    before = list_events(session.connection(), EventFilter("cfp"), Paging(), utc_now())
    session.execute(set_event(cfp_url=None)(ids))
    after = list_events(session.connection(), EventFilter("cfp"), Paging(), utc_now())

    assert ids["event"] in [key.id for key in before.items]
    assert ids["event"] not in [key.id for key in after.items]
    assert after.total == before.total - 1


def test_hidden_events_do_not_count_in_totals_and_deep_pages(session, ids, monkeypatch):
    monkeypatch.setattr("joindin.queries.event_lists.by_start.OFFSET_SCAN_LIMIT", 0)
    before = [each.id for each in list_events(session.connection(), EventFilter(), Paging(0, 0), utc_now()).items]
    session.execute(set_event(is_private=True)(ids))
    left = [event_id for event_id in before if event_id != ids["event"]]

    pages = [list_events(session.connection(), EventFilter(), Paging(start, 1), utc_now()) for start in range(5)]

    assert [[key.id for key in page.items] for page in pages] == [left[start : start + 1] for start in range(5)]
    assert {page.total for page in pages} == {len(left)}


def test_deactivated_users_are_not_found_after_a_rebuild(session):
    active, inactive = make_user(session, "findable"), make_user(session, "findable2", is_active=False)
    session.flush()

    rebuild(session.connection())

    found = list_users(session.connection(), Paging(), "findable")
    assert [key.id for key in found.items] == [active.id]
    assert inactive.id not in [key.id for key in list_users(session.connection(), Paging()).items]
    assert find_inconsistencies(session.connection()) == {}


def test_a_rebuild_of_right_read_models_changes_nothing_but_the_change_counter(session, ids):
    models = (ListedEvent, HotEvent, ListedTag)

    def rows():
        counts = session.execute(
            select(BucketCount.__table__).where(BucketCount.counter.not_in(("changes", "crew")))
        ).all()
        return [sorted(session.execute(select(model.__table__)).all()) for model in models], sorted(counts)

    settle(session)
    before, changes = rows(), change_counter(session)

    for _ in range(2):
        rebuild(session.connection())

    assert rows() == before
    assert change_counter(session) > changes
    assert find_inconsistencies(session.connection()) == {}


def settle(session):
    """Have PostgreSQL add all pending changes to the counts, and drop counts of nothing."""
    session.execute(update(Event.__table__).values(is_active=Event.__table__.c.is_active))
    session.execute(delete(BucketCount.__table__).where(BucketCount.count == 0))
    assert session.execute(select(PendingBucketCount.id)).all() == []


def test_pending_changes_count_before_they_are_summed_up(session, ids, monkeypatch):
    monkeypatch.setattr("joindin.queries.event_lists.by_start.OFFSET_SCAN_LIMIT", 0)
    settle(session)
    before = [list_events(session.connection(), EventFilter(), Paging(start, 2), utc_now()) for start in range(6)]

    session.execute(
        text("""INSERT INTO pending_bucket_counts (counter, bucket, change)
            SELECT counter, bucket, count FROM bucket_counts WHERE counter = 'events' AND level = 0""")
    )
    session.execute(text("DELETE FROM bucket_counts WHERE counter = 'events'"))

    pages = [list_events(session.connection(), EventFilter(), Paging(start, 2), utc_now()) for start in range(6)]
    assert [([key.id for key in page.items], page.total) for page in pages] == [
        ([key.id for key in page.items], page.total) for page in before
    ]
    assert find_inconsistencies(session.connection()) == {}
