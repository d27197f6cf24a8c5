"""The city in which an event is held, from its coordinates and the text of its location (see ``docs/finding-events.md``)."""

import math
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from joindin.utils.gazetteer import (
    LARGE_CITY_POPULATION,
    City,
    cities_by_country,
    find_country_code,
    find_main_city,
    geocode,
    normalise_name,
)

MAX_DISTANCE_KM = 30
# A city that a text names without coordinates is that city, not one near it.
MAX_NAMED_DISTANCE_KM = 1
# A city attracts by its population and the square of its distance, so that a district is part of its city.
DISTANCE_OFFSET_KM = 5
EARTH_RADIUS_KM = 6_371
KM_PER_DEGREE = 111.2
CELLS_PER_DEGREE = 2
ALSO_ONLINE = re.compile(r"\s+and online\Z", re.IGNORECASE)


class CityMatch(NamedTuple):
    """``slug`` is unique in the country: of several cities of a name the most populous has it alone."""

    geoname_id: int
    name: str
    slug: str
    country_code: str


@lru_cache(maxsize=4096)
def find_city(latitude: float | None, longitude: float | None, location: str | None) -> CityMatch | None:
    """Return the city of at least 15,000 inhabitants in which an event is; None if that is not certain.

    With coordinates it is a city within 30 km: one that the location names, else the one that attracts most. Without
    coordinates the location has to end with a city and its country.
    """
    if latitude is not None and longitude is not None:
        return _find_near(latitude, longitude, MAX_DISTANCE_KM, location or "")
    return _find_by_text(ALSO_ONLINE.sub("", location or ""))


def _find_by_text(location):
    head, _, country = location.rpartition(",")
    if find_country_code(country) is None:
        return None
    parts = [part.strip() for part in head.split(",")]
    # The last part, or a city with its state.
    for city in (parts[-1], ", ".join(parts[-2:])):
        match = geocode(city, country.strip()) if city else None
        if match and match.matched_by == "city":
            return _find_near(match.latitude, match.longitude, MAX_NAMED_DISTANCE_KM, city)
    return None


def _find_near(latitude, longitude, max_km, location):
    text = f" {normalise_name(location)} "
    found = [
        ((_is_named(city, text), city.population / (km + DISTANCE_OFFSET_KM) ** 2, city.geoname_id), code, city)
        for code, city in _cities_around(latitude, longitude, max_km)
        if (km := _distance_km(latitude, longitude, city)) <= max_km
    ]
    if not found:
        return None
    _, code, city = max(found)
    slug = normalise_name(city.name).replace(" ", "-")
    is_main = find_main_city(city.name, code).geoname_id == city.geoname_id
    return CityMatch(int(city.geoname_id), city.name, slug if is_main else f"{slug}-{city.geoname_id}", code)


def _is_named(city: City, text: str) -> bool:
    """Return whether a normalised text between two spaces contains the name of the city."""
    return f" {normalise_name(city.name)} " in text


def _cities_around(latitude, longitude, max_km) -> Iterator[tuple[str, City]]:
    reach = max_km / KM_PER_DEGREE
    # Meridians come closer towards the poles; beyond 85 degrees there is no city.
    wide_reach = reach / max(math.cos(math.radians(latitude)), 0.08)
    for row in range(_cell(latitude - reach), _cell(latitude + reach) + 1):
        for column in range(_cell(longitude - wide_reach), _cell(longitude + wide_reach) + 1):
            yield from _cells().get((row, column % (360 * CELLS_PER_DEGREE)), ())


def _cell(degrees):
    return math.floor(degrees * CELLS_PER_DEGREE)


@cache
def _cells():
    cells = defaultdict(list)
    for code, cities in cities_by_country(LARGE_CITY_POPULATION).items():
        for city in cities:
            cells[_cell(city.latitude), _cell(city.longitude) % (360 * CELLS_PER_DEGREE)].append((code, city))
    return cells


def _distance_km(latitude, longitude, city):
    """Return the length of the great circle (haversine formula)."""
    first, second = math.radians(latitude), math.radians(city.latitude)
    a = (
        math.sin((second - first) / 2) ** 2
        + math.cos(first) * math.cos(second) * math.sin(math.radians(city.longitude - longitude) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(a, 1)))
