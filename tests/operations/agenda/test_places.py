"""Places of events: found by name, created once, copied into events."""

import pytest

from joindin.errors import InvalidInput
from joindin.models import Place
from joindin.operations.agenda.places import (
    PlaceChoice,
    find_or_create_place,
    get_place_by_location,
    place_text,
    set_event_place,
)
from tests.factories import NOW, make_event, make_place


def test_a_name_in_another_case_is_the_place_that_has_it(session):
    hall = make_place(session, "Main Hall", address="Road 1")

    found = find_or_create_place(session, PlaceChoice(name="MAIN hall", address="Elsewhere 9"), now=NOW)

    assert (found.id, found.name, found.address) == (hall.id, "Main Hall", "Road 1")


def test_an_unknown_name_makes_a_place(session):
    choice = PlaceChoice(name="Élan", address="Road 2", latitude=45.5, longitude=7.5)

    place = find_or_create_place(session, choice, now=NOW)

    assert (place.name, place.address, place.latitude, place.longitude) == ("Élan", "Road 2", 45.5, 7.5)
    assert (place.lookup_key, place.name_key, place.created_at) == ("élan", "elan", NOW)


def test_an_id_that_no_place_has_is_refused(session, count_rows):
    before = count_rows()

    with pytest.raises(InvalidInput, match="Place not found"):
        find_or_create_place(session, PlaceChoice(id=99, name="Hall", address="Road"), now=NOW)

    assert count_rows() == before


def test_an_event_shows_name_address_and_coordinates_of_its_place(session):
    event, place = make_event(session), make_place(session, "Hall", latitude=1.5, longitude=2.5)

    set_event_place(event, place)

    assert (event.place_id, event.location, event.latitude, event.longitude) == (place.id, "Hall, Road 1", 1.5, 2.5)


@pytest.mark.parametrize(
    ("name", "address", "text"),
    [
        ("Hall", "", "Hall"),
        ("Hall", "hall", "Hall"),
        ("Hall", "Road 1, Town", "Hall, Road 1, Town"),
        ("<b>Hall</b>", "Road", "Hall, Road"),
    ],
)
def test_the_text_of_a_place_names_its_address_once(name, address, text):
    assert place_text(Place(name=name, address=address)) == text


@pytest.mark.parametrize(
    ("location", "found"),
    [
        ("Hall", "Hall"),
        ("HALL, road 1", "Hall"),
        ("Hall, Road 2", None),
        ("Hall, east", "Hall, East"),
        ("Hall, East, Road 1", "Hall, East"),
        ("Elsewhere", None),
        (", " * 1000, None),
    ],
)
def test_a_location_that_is_the_text_of_a_place_names_it(session, location, found):
    for name in ("Hall", "Hall, East"):
        make_place(session, name)

    place = get_place_by_location(session, location)

    assert (place.name if place else None) == found
