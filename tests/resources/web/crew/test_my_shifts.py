"""The list of own shifts: to come, requested, waited for, and past."""

import re

import pytest

from joindin.models.crew import CONFIRMED, REQUESTED, USER_DECLINED, WaitingListEntry
from tests.crew_factories import make_crew_event, make_participation, make_shift
from tests.factories import NOW, days_from_now, make_user


@pytest.fixture
def ada(session):
    return make_user(session, "ada")


@pytest.fixture
def event(session, ada):
    return make_crew_event(session, "Street fair", seen_by=[ada])


@pytest.fixture
def labels(browser, ada):
    """``labels(path)`` returns the shifts that a page for Ada lists."""
    browser.sign_in_directly(ada)

    def listing(path):
        reply = browser.get(path, headers={"Accept-Language": "en"})
        assert reply.status_code == 200
        return re.findall(r'#shift-\d+" dir="auto">([^<]*)<', reply.text)

    return listing


def test_own_shifts_are_listed_by_time_with_requests_and_waiting_lists(session, ada, event, labels):
    for label, days, state in (
        ("second", 20, CONFIRMED), ("first", 5, REQUESTED), ("declined", 6, USER_DECLINED),
        ("yesterday", -2, CONFIRMED), ("long ago", -9, CONFIRMED), ("never answered", -3, REQUESTED),
    ):  # fmt: skip
        make_participation(
            session, make_shift(session, event, label=label, starts_at=days_from_now(days)), ada, state=state
        )
    make_participation(session, make_shift(session, event, label="of others"), make_user(session))
    waited = make_shift(session, event, label="full")
    session.add(WaitingListEntry(shift_id=waited.id, user_id=ada.id, created_at=NOW))

    assert labels("/me/shifts/") == ["first", "second", "full"]
    assert labels("/me/shifts/?show=past") == ["yesterday", "long ago"]


def test_shifts_of_events_that_became_drafts_are_not_listed(session, ada, labels):
    draft = make_crew_event(session, seen_by=[ada], is_draft=True)
    make_participation(session, make_shift(session, draft), ada)

    assert labels("/me/shifts/") == []


def test_list_costs_the_same_statements_for_1_and_20_shifts(session, ada, event, labels, count_statements):
    make_participation(session, make_shift(session, event), ada)
    labels("/me/shifts/")
    with count_statements() as few:
        labels("/me/shifts/")
    for _ in range(24):
        make_participation(session, make_shift(session, event), ada)
    session.commit()
    with count_statements() as many:
        assert len(labels("/me/shifts/")) == 20

    assert len(many) == len(few)
    assert len(labels("/me/shifts/?page=2")) == 5
