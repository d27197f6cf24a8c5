"""Slugs of the agenda in the database: numbered from 1, with the id where a title gives none."""

import pytest

from joindin.models import Event
from joindin.operations.unique_slugs import insert_with_agenda_slug
from tests.factories import days_from_now, make_event


def insert(session, title):
    start = days_from_now(1)
    event = Event(name=title, description="", starts_at=start, ends_at=start)
    insert_with_agenda_slug(session, event)
    return event


def test_the_same_title_is_numbered(session):
    assert [insert(session, "Hello World").slug for _ in range(3)] == ["hello-world", "hello-world-1", "hello-world-2"]


def test_the_first_free_number_is_taken(session):
    for number in range(1, 30):
        make_event(session, slug=f"meetup-{number}")
    make_event(session, slug="meetup")
    make_event(session, slug="meetup-31")

    assert [insert(session, "Meetup").slug for _ in range(2)] == ["meetup-30", "meetup-32"]


@pytest.mark.parametrize("title", ["日本語", "!!!"])
def test_a_title_without_a_letter_for_slugs_is_known_by_its_id(session, title):
    event = insert(session, title)

    assert event.slug == f"event-{event.id}"


def test_many_events_of_one_title_cost_few_statements(session, count_statements):
    for number in range(300):
        make_event(session, slug="meetup" if number == 0 else f"meetup-{number}")

    with count_statements() as statements:
        assert insert(session, "Meetup").slug == "meetup-300"

    assert len(statements) < 12
