"""Mapping of conference records to listings: times, location and a short description."""

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from joindin.imports.conferences.listing import Listing, fold_for_identity
from joindin.imports.conferences.records import ConferenceRecord
from joindin.utils.datetimes import UTC, get_timezone
from joindin.utils.gazetteer import GeoMatch, find_country_code, geocode

# The data has the end of a call for papers only, and events need both dates. The start is computed from the end, so that
# each import gives the same date.
CFP_DURATION = dt.timedelta(days=180)

MAX_KEY_LENGTH = 255

LANGUAGES = {
    "AR": "Arabic",
    "BG": "Bulgarian",
    "CS": "Czech",
    "DA": "Danish",
    "DE": "German",
    "EL": "Greek",
    "EN": "English",
    "ES": "Spanish",
    "FI": "Finnish",
    "FR": "French",
    "GL": "Galician",
    "HE": "Hebrew",
    "HI": "Hindi",
    "HR": "Croatian",
    "HU": "Hungarian",
    "HY": "Armenian",
    "IT": "Italian",
    "JA": "Japanese",
    "JP": "Japanese",
    "KO": "Korean",
    "NL": "Dutch",
    "NO": "Norwegian",
    "PL": "Polish",
    "PT": "Portuguese",
    "RO": "Romanian",
    "RU": "Russian",
    "SK": "Slovak",
    "SL": "Slovenian",
    "SV": "Swedish",
    "TH": "Thai",
    "TR": "Turkish",
    "UK": "Ukrainian",
    "ZH": "Chinese",
}


def identify_record(record: ConferenceRecord) -> tuple[str, tuple[str | None, ...]]:
    """Return the key of the listing, and the traits that identify it if the key changes.

    The key consists of name, month and city without case and accents, because a conference has the same ones in the files of all
    its topics. The URL is not part of it, because it differs between files. The city is, because conferences of the same name take
    place on one day in several cities. The month is, because some conferences take place twice a year.
    """
    where = f"{fold_for_identity(record.city)}, {_country_key(record)}" if record.city else _country_key(record)
    traits = (fold_for_identity(record.name), f"{record.starts_on:%Y-%m}", where or ("online" if record.online else ""))
    return _key(traits), (*traits, _address(record.url))


def make_listing(record: ConferenceRecord, files: Mapping[str, str]) -> tuple[Listing, GeoMatch]:
    """Return the listing of a record and its geographical match. ``files`` maps each file to its topic."""
    key, traits = identify_record(record)
    place = geocode(record.city, record.country)
    zone = get_timezone(place.timezone)
    cfp_ends_at = record.cfp_ends_on and _last_second(record.cfp_ends_on, zone)
    listing = Listing(
        key=key,
        traits=traits,
        files=files,
        tags=("online",) if record.online else (),
        fields={
            "name": record.name,
            "description": _description(record),
            "location": _location(record),
            "latitude": place.latitude,
            "longitude": place.longitude,
            "starts_at": _midnight(record.starts_on, zone),
            "ends_at": _last_second(record.ends_on, zone),
            "timezone": place.timezone,
            "href": record.url,
            "hashtag": record.twitter and f"#{record.twitter}",
            "cfp_url": record.cfp_url,
            "cfp_starts_at": cfp_ends_at and _midnight(record.cfp_ends_on - CFP_DURATION, zone),
            "cfp_ends_at": cfp_ends_at,
        },
    )
    return listing, place


def _country_key(record):
    return (find_country_code(record.country) or fold_for_identity(record.country)).lower() if record.country else ""


def _key(traits):
    key = "|".join(traits)
    if len(key) <= MAX_KEY_LENGTH:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"{key[: MAX_KEY_LENGTH - len(digest) - 1]}#{digest}"


def _address(url):
    if url is None:
        return None
    parts = urlsplit(url)
    return f"{parts.hostname.removeprefix('www.')}{parts.path.rstrip('/')}"


def _midnight(day, zone):
    return dt.datetime.combine(day, dt.time(), zone).astimezone(UTC)


def _last_second(day, zone):
    return dt.datetime.combine(day, dt.time(23, 59, 59), zone).astimezone(UTC)


def _location(record):
    place = ", ".join(filter(None, [record.city, record.country]))
    return " and ".join(filter(None, [place, "online" if record.online else ""])) or None


def _description(record):
    place = ", ".join(filter(None, [record.city, record.country]))
    where = [f" in {place}" if place else "", " online" if record.online else ""]
    sentences = [f"A conference {_span(record)}{' and'.join(filter(None, where))}".removesuffix(".") + "."]
    if record.languages:
        names = (LANGUAGES.get(code, code) for code in record.languages)
        sentences.append(f"Held in {_enumerate(list(dict.fromkeys(names)))}.")
    if record.has_captions:
        sentences.append("There is sign language or captioning.")
    accounts = [
        f"@{record.twitter} on Twitter" if record.twitter else "",
        f"@{record.mastodon} on Mastodon" if record.mastodon else "",
        f"@{record.bluesky} on Bluesky" if record.bluesky else "",
    ]
    if any(accounts):
        sentences.append(f"News from {_enumerate([account for account in accounts if account])}.")
    text = " ".join(sentences)
    return f"{text}\n\nCode of conduct: {record.code_of_conduct_url}" if record.code_of_conduct_url else text


def _span(record):
    first, last = record.starts_on, record.ends_on
    if first == last:
        return f"on {_day(first)}"
    # Month and year that both days share appear once: "from 4 to 6 March 2024", "from 30 April to 2 May 2024".
    formats = {(True, True): "{0.day}", (True, False): "{0.day} {0:%B}"}
    start_format = formats.get((first.year == last.year, first.month == last.month), "{0.day} {0:%B} {0.year}")
    return f"from {start_format.format(first)} to {_day(last)}"


def _day(day):
    return f"{day.day} {day:%B} {day.year}"


def _enumerate(items):
    return re.sub(r", ([^,]*)\Z", r" and \1", ", ".join(items))
