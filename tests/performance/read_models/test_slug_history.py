"""Triggers keep changed slugs, whichever program writes, and the slugs of deleted talks."""

import datetime as dt

import pytest
from sqlalchemy import delete, select, update

from joindin.models import Event, EventSlug, Talk, TalkSlug
from joindin.utils.datetimes import utc_now
from tests.factories import make_event, make_talk


@pytest.fixture
def event(session):
    return make_event(session, "Conf", slug="conf")


@pytest.fixture
def talk(session, event):
    return make_talk(session, event, "First", slug="first")


def write(session, statement):
    session.execute(statement.execution_options(synchronize_session=False))
    session.commit()


def former_talk_slugs(session):
    rows = session.execute(select(TalkSlug.slug, TalkSlug.talk_id, TalkSlug.removed_at).order_by(TalkSlug.slug)).all()
    return [(slug, talk_id, removed_at is not None) for slug, talk_id, removed_at in rows]


def test_changed_slugs_are_kept(session, event, talk):
    for slug in ("second", "third", "third"):
        write(session, update(Talk).values(slug=slug))
    write(session, update(Event).values(slug="conf-2"))

    assert former_talk_slugs(session) == [("first", talk.id, False), ("second", talk.id, False)]
    assert session.execute(select(EventSlug.slug, EventSlug.event_id)).all() == [("conf", event.id)]


def test_a_slug_that_two_talks_had_belongs_to_the_last_one(session, event, talk):
    other = make_talk(session, event, "Other", slug="other")
    for talk_id, slug in ((talk.id, "second"), (other.id, "first"), (other.id, "other")):
        write(session, update(Talk).where(Talk.id == talk_id).values(slug=slug))

    assert former_talk_slugs(session) == [("first", other.id, False), ("other", other.id, False)]


def test_slugs_of_a_deleted_talk_are_kept(session, talk):
    write(session, update(Talk).values(slug="second"))
    write(session, delete(Talk))

    assert former_talk_slugs(session) == [("first", None, True), ("second", None, True)]
    assert utc_now() - session.scalars(select(TalkSlug.removed_at)).first() < dt.timedelta(minutes=1)


def test_a_deleted_event_leaves_no_slugs(session, event, talk):
    make_talk(session, event, "Nameless", slug=None)
    write(session, update(Talk).where(Talk.id == talk.id).values(slug="second"))
    write(session, update(Event).values(slug="conf-2"))
    write(session, delete(Event))

    assert former_talk_slugs(session) == []
    assert session.scalars(select(EventSlug)).all() == []
