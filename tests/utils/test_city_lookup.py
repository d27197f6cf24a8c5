"""The city of an event by its coordinates and the text of its location."""

import pytest

from joindin.utils.city_lookup import find_city

pytestmark = pytest.mark.runs_once("the gazetteer is a file")


@pytest.mark.parametrize(
    ("latitude", "longitude", "location", "expected"),
    [
        (52.52, 13.405, "Alexanderplatz", ("DE", "berlin")),
        # A district of a city, and a town beside it.
        (52.498, 13.391, "Oranienstraße 1", ("DE", "berlin")),
        (52.498, 13.391, "Hall, Kreuzberg, Berlin", ("DE", "berlin")),
        (52.398, 13.066, "Town hall", ("DE", "potsdam")),
        # A town whose name the location contains, although the city attracts more.
        (42.375, -71.106, "Hall 3, Cambridge, MA", ("US", "cambridge")),
        (51.924, 4.478, None, ("NL", "rotterdam")),
        # At the other side of the date line, and far from any city.
        (-16.8, 179.99, "", None),
        (0.0, -30.0, "Berlin, Germany", None),
        (90.0, 0.0, "", None),
        (-90.0, 180.0, "", None),
        (None, None, "Quay 1, Rotterdam, Netherlands", ("NL", "rotterdam")),
        (None, None, "Berlin, Germany and online", ("DE", "berlin")),
        (None, None, "Portland, OR, USA", ("US", "portland")),
        (None, None, "Rotterdam", None),
        (None, None, "Atlanta, Georgia", None),
        (None, None, "Somewhere, Netherlands", None),
        (None, None, "Netherlands", None),
        (None, None, ", Netherlands", None),
        (None, None, "online", None),
        (None, None, "", None),
        (None, None, None, None),
        (52.52, None, None, None),
    ],
)
def test_the_city_is_found_if_it_is_certain(latitude, longitude, location, expected):
    match = find_city(latitude, longitude, location)

    assert (match and (match.country_code, match.slug)) == expected


def test_cities_of_one_name_have_different_addresses():
    portlands = [find_city(45.5234, -122.6762, "Portland"), find_city(43.6615, -70.2553, "Portland")]

    assert portlands[0].slug == "portland"
    assert portlands[1].slug == f"portland-{portlands[1].geoname_id}"
