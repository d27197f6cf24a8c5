"""Time zones and coordinates of cities by the names that people use."""

import pytest

from joindin.utils.gazetteer import GeoMatch, find_country_code, geocode


@pytest.mark.parametrize(
    ("city", "country", "zone"),
    [
        ("Berlin", "Germany", "Europe/Berlin"),
        ("Cologne", "Germany", "Europe/Berlin"),
        ("Zurich", "Switzerland", "Europe/Zurich"),
        ("Łódź", "Poland", "Europe/Warsaw"),
        ("Kiev", "Ukraine", "Europe/Kyiv"),
        ("São Paulo", "Brazil", "America/Sao_Paulo"),
        ("Recife", "Brazil", "America/Recife"),
        ("Perth", "Australia", "Australia/Perth"),
        ("Tenerife", "Spain", "Atlantic/Canary"),
        ("Novosibirsk", "Russia", "Asia/Novosibirsk"),
        ("Aurora, CO", "U.S.A.", "America/Denver"),
        ("Aurora, IL", "U.S.A.", "America/Chicago"),
        ("Aurora, Illinois", "United States", "America/Chicago"),
        ("St. Louis, MO", "USA", "America/Chicago"),
        ("New York, NY", "U.S.A.", "America/New_York"),
        ("Lahaina, HI", "U.S.A.", "Pacific/Honolulu"),
        ("Waterloo, ON", "U.S.A.", "America/Toronto"),
        ("Desenzano del Garda (BS)", "Italy", "Europe/Rome"),
        ("Taghazout, Agadir", "Morocco", "Africa/Casablanca"),
        ("St. John’s", "Canada", "America/St_Johns"),
        ("Cambridge", "U.K.", "Europe/London"),
        ("Cambridge, MA", "U.S.A.", "America/New_York"),
        ("Edinburgh", "Scotland", "Europe/London"),
        ("Birmingham, AL", None, "America/Chicago"),
        ("Tokyo", None, "Asia/Tokyo"),
    ],
)
def test_city_determines_the_time_zone(city, country, zone):
    match = geocode(city, country)

    assert (match.timezone, match.matched_by) == (zone, "city")


def test_city_has_coordinates():
    match = geocode("Aurora, CO", "U.S.A.")

    assert (round(match.latitude, 1), round(match.longitude, 1)) == (39.7, -104.8)


def test_small_town_is_found():
    match = geocode("Banff", "Canada")

    assert (match.timezone, round(match.latitude), round(match.longitude)) == ("America/Edmonton", 51, -116)


def test_unknown_city_of_a_state_has_the_zone_of_the_state():
    assert geocode("Walker Creek Ranch, CA", "U.S.A.") == GeoMatch("America/Los_Angeles", None, None, "region")


def test_unknown_city_has_the_zone_of_the_capital():
    assert geocode("Nowheresville", "Australia") == GeoMatch("Australia/Sydney", None, None, "country")


def test_country_without_a_city_has_the_zone_of_the_capital():
    assert geocode(None, "Kosovo") == GeoMatch("Europe/Belgrade", None, None, "country")


@pytest.mark.parametrize(
    ("city", "country"), [(None, None), ("", ""), ("Berlin", "Atlantis"), ("Nowheresville", None), ("???", None)]
)
def test_unknown_place_is_in_utc(city, country):
    assert geocode(city, country) == GeoMatch("UTC", None, None, "nothing")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("U.S.A.", "US"),
        ("usa", "US"),
        ("United States of America", "US"),
        ("U.K.", "GB"),
        ("England", "GB"),
        ("The Netherlands", "NL"),
        ("Netherlands", "NL"),
        ("Czech Republic", "CZ"),
        ("Korea", "KR"),
        ("Türkiye", "TR"),
        ("U.A.E.", "AE"),
        ("Côte d'Ivoire", "CI"),
        ("DE", "DE"),
        ("Bosnia and Herzegovina", "BA"),
        ("St. Lucia", "LC"),
        ("Atlantis", None),
        ("", None),
        (None, None),
    ],
)
def test_countries_have_many_names(name, code):
    assert find_country_code(name) == code
