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
def test_the_zone_is_that_of_the_city(city, country, zone):
    place = geocode(city, country)

    assert (place.timezone, place.matched_by) == (zone, "city")


def test_a_city_has_coordinates():
    place = geocode("Aurora, CO", "U.S.A.")

    assert (round(place.latitude, 1), round(place.longitude, 1)) == (39.7, -104.8)


def test_a_small_town_is_found_too():
    place = geocode("Banff", "Canada")

    assert (place.timezone, round(place.latitude), round(place.longitude)) == ("America/Edmonton", 51, -116)


def test_an_unknown_city_of_a_state_has_the_states_zone_and_no_coordinates():
    assert geocode("Walker Creek Ranch, CA", "U.S.A.") == GeoMatch("America/Los_Angeles", None, None, "region")


def test_an_unknown_city_has_the_capitals_zone_and_no_coordinates():
    assert geocode("Nowheresville", "Australia") == GeoMatch("Australia/Sydney", None, None, "country")


def test_a_country_without_a_city_has_the_capitals_zone():
    assert geocode(None, "Kosovo") == GeoMatch("Europe/Belgrade", None, None, "country")


@pytest.mark.parametrize(
    ("city", "country"), [(None, None), ("", ""), ("Berlin", "Atlantis"), ("Nowheresville", None), ("???", None)]
)
def test_what_nobody_knows_is_in_utc(city, country):
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
def test_countries_go_by_many_names(name, code):
    assert find_country_code(name) == code
