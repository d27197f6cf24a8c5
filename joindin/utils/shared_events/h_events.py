"""Events in HTML pages, marked up as h-event (microformats2) or hCalendar."""

import datetime as dt
import re
import warnings

from joindin.utils.html import sanitize_html
from joindin.utils.shared_events.shared_event import (
    MAX_EVENTS,
    MAX_TAGS,
    PARSING,
    SharedEvent,
    UnreadableFile,
    to_text,
    to_time,
)
from joindin.utils.text import is_web_url, strip_control_chars

MAX_TAGS_IN_PAGE = 50_000
META_PATTERN = re.compile(rb"<meta[^>]{1,200}charset=[\"']?([\w.-]{1,40})", re.IGNORECASE)
# Python knows others, some of which take quadratic time.
ENCODINGS_PATTERN = re.compile(
    r"utf-?8|us-ascii|latin1|iso-8859-(?:[1-9]|1[0-6])|windows-125[0-8]|koi8-[ru]|gbk|gb2312|gb18030|big5|shift_jis|euc-(?:jp|kr)",
    re.IGNORECASE,
)


def read_h_events(page: bytes, url: str, timezone: dt.tzinfo, charset: str = "") -> list[SharedEvent]:
    """Return the events of a page; ``timezone`` is that of times without an offset, ``charset`` that of the header.

    :raises UnreadableFile: if the page is nested too deeply or has too many elements.
    """
    # Imported here: few workers import pages.
    import mf2py
    from bs4 import BeautifulSoup

    if page.count(b"<") > MAX_TAGS_IN_PAGE:
        raise UnreadableFile("The page has too many elements")
    with PARSING, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            # The parser of the standard library takes linear time, html5lib quadratic time for unclosed elements.
            items = mf2py.parse(doc=BeautifulSoup(_decode(page, charset), "html.parser"), url=url)["items"]
        except RecursionError:
            raise UnreadableFile("The page is nested too deeply") from None
    return [_to_event(item["properties"], timezone) for item in _find_events(items)][:MAX_EVENTS]


def _decode(page, charset):
    """Return the text of a page in the encoding of the header or of its ``meta`` element."""
    if not charset and (match := META_PATTERN.search(page, 0, 2048)):
        charset = match[1].decode()
    return page.decode(charset if ENCODINGS_PATTERN.fullmatch(charset) else "utf-8", "replace")


def _find_events(items):
    """Return the events among the items and their children, in the order of the page."""
    found, waiting = [], list(reversed(items))
    while waiting:
        item = waiting.pop()
        if "h-event" in item.get("type", ()):
            found.append(item)
        waiting.extend(reversed(item.get("children", ())))
    return found


def _to_event(properties, timezone):
    place_name, place_address = _read_place(properties.get("location", ()))
    tags = [strip_control_chars(to_text(_plain(tag))) for tag in properties.get("category", ())]
    return SharedEvent(
        title=to_text(_plain(_first(properties, "name"))),
        description=_read_description(properties),
        place_name=place_name,
        place_address=place_address,
        starts_at=_read_time(_first(properties, "start"), timezone),
        ends_at=_read_time(_first(properties, "end"), timezone),
        tags=list(dict.fromkeys(filter(None, tags)))[:MAX_TAGS],
        media=_read_media(properties),
    )


def _first(properties, name):
    return next(iter(properties.get(name, ())), None)


def _plain(value):
    """Return the text of a value, which may be an object with a text."""
    if isinstance(value, dict):
        return value.get("value") or to_text(value.get("properties", {}).get("name", ""))
    return value


def _read_description(properties):
    for name in ("content", "description", "summary"):
        value = _first(properties, name)
        if isinstance(value, dict) and value.get("html"):
            return to_text(sanitize_html(value["html"]))
        if text := to_text(_plain(value)):
            return text
    return ""


def _read_place(locations):
    location = next(iter(locations), None)
    if not isinstance(location, dict):
        return to_text(location), ""
    place = location.get("properties", {})
    address = _first(place, "adr")
    address = address.get("properties", {}) if isinstance(address, dict) else place
    parts = [to_text(address.get(name, "")) for name in ("street-address", "postal-code", "locality")]
    name = to_text(place.get("name", ""))
    street = ", ".join(filter(None, (parts[0], " ".join(filter(None, parts[1:])))))
    return name or to_text(_plain(location)), street or to_text(place.get("label", ""))


def _read_media(properties):
    for name in ("featured", "photo"):
        image = _first(properties, name)
        url = to_text(image.get("value") if isinstance(image, dict) else image)
        if is_web_url(url):
            return [(url, to_text(image.get("alt", "")) if isinstance(image, dict) else "")]
    return []


def _read_time(value, timezone):
    text = to_text(_plain(value))
    try:
        return to_time(dt.datetime.fromisoformat(text), timezone)
    except ValueError:
        return None
