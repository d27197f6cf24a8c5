"""Sharing of events with federation guests."""

import pytest

from joindin.errors import NotFound
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.federation.shares import share_event_with_guests
from joindin.queries.crew.federation import list_shared_guest_ids
from tests.crew_factories import make_crew_event, make_federation_guest
from tests.factories import make_event, make_user


def test_an_event_is_shared_with_the_chosen_guests_only(session):
    ada, event = make_user(session, "ada"), make_crew_event(session, "Congress")
    first, second, third = (make_federation_guest(session, name) for name in ("Farm", "Mill", "Port"))
    share_event_with_guests(session, event.id, [first.id, second.id], actor=ada)

    share_event_with_guests(session, event.id, [third.id, second.id, third.id], actor=ada)

    assert list_shared_guest_ids(session, event.id) == [second.id, third.id]


def test_unknown_guests_and_events_without_a_crew_are_refused(session):
    ada, event, guest = make_user(session, "ada"), make_crew_event(session), make_federation_guest(session)
    share_event_with_guests(session, event.id, [guest.id], actor=ada)

    with pytest.raises(InvalidCrewField) as refused:
        share_event_with_guests(session, event.id, [guest.id + 1], actor=ada)
    with pytest.raises(NotFound):
        share_event_with_guests(session, make_event(session, host=ada).id, [guest.id], actor=ada)

    assert refused.value.field == "shared_with"
    assert list_shared_guest_ids(session, event.id) == [guest.id]
