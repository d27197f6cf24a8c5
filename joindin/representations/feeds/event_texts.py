"""Parts of an event that several feed formats write."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from urllib.parse import urljoin

from joindin.models import CANCELLED
from joindin.models.agenda.places import ONLINE
from joindin.representations.gancio.events import created_at, html_of
from joindin.representations.links import Links
from joindin.utils.datetimes import get_timezone
from joindin.utils.text import fold_case, is_web_url

# Characters that XML 1.0 does not allow; JSON and HTML readers do not want them either.
INVALID_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
ADDRESS_ATTRIBUTE = re.compile(r'\b(href|src)="([^"]*)"')
CANCELLED_PREFIX = "Cancelled: "


@dataclass(frozen=True)
class FeedHead:
    """Properties of a feed as a whole; ``pages`` are the addresses of its other pages by relation (RFC 5005)."""

    title: str
    description: str
    address: str
    page: str
    updated_at: dt.datetime | None
    pages: Mapping[str, str] = field(default_factory=dict)


def xml_text(text: str) -> str:
    """Return the text as the content of an element or a quoted attribute."""
    return escape(INVALID_IN_XML.sub("", text))


def cdata(text: str) -> str:
    return f"<![CDATA[{INVALID_IN_XML.sub('', text).replace(']]>', ']]]]><![CDATA[>')}]]>"


def online_address(event) -> str | None:
    """Return the address of an event that is held on the internet alone, "" if it has none; None for other events."""
    if event.place is None or fold_case(event.place.name) != ONLINE:
        return None
    return next((each for each in event.online_locations if is_web_url(each)), "")


def place_text(event) -> str:
    """Return name and address of the place, or the location of an event without place."""
    if event.place is None:
        return event.location or ""
    return " - ".join(filter(None, (event.place.name, event.place.address)))


def titled(event) -> str:
    """Return the title, which says so if the event is cancelled."""
    return CANCELLED_PREFIX + event.name if event.state == CANCELLED else event.name


def entry_id(event, links: Links) -> str:
    """Return an identifier that survives a change of the title (RFC 4151)."""
    return f"tag:{links.namespace_host},{created_at(event).year}:event/{event.id}"


def when_text(event, timezone: str | None) -> str:
    """Return, for example, ``Sunday, 22 November 06:21``."""
    start = event.starts_at.astimezone(get_timezone(timezone))
    return f"{start:%A}, {start.day} {start:%B} {start:%H:%M}"


def period_text(event) -> str:
    """Return start, end and time zone in words, for example ``Sunday, 22 November 2026 06:21 – 08:00 (Europe/Rome)``."""
    return times_text(event.starts_at, event.ends_at if event.is_end_known else event.starts_at, event.timezone)


def times_text(starts_at: dt.datetime, ends_at: dt.datetime, timezone: str | None) -> str:
    """Return start, end and time zone in words. An end that is not after the start is left out."""
    zone = get_timezone(timezone)
    start, end = starts_at.astimezone(zone), ends_at.astimezone(zone)
    text = _moment(start)
    if ends_at > starts_at:
        text += f" – {_moment(end) if end.date() != start.date() else f'{end:%H:%M}'}"
    return f"{text} ({timezone or 'UTC'})"


def body_html(event, links: Links) -> str:
    """Return when and where, and the description, as HTML without relative addresses."""
    location = online_address(event) or place_text(event)
    where = f"<br>{escape(location)}" if location else ""
    heading = f"<p>{escape(period_text(event))}{where}</p>"
    return heading + _with_absolute_addresses(html_of(event), links.canonical_event_page(event))


def description_html(event, links: Links) -> str:
    return _with_absolute_addresses(html_of(event), links.canonical_event_page(event))


def _moment(at):
    return f"{at:%A}, {at.day} {at:%B} {at.year:04} {at:%H:%M}"


def _with_absolute_addresses(html, page):
    return ADDRESS_ATTRIBUTE.sub(lambda match: f'{match[1]}="{escape(_absolute(page, unescape(match[2])))}"', html)


def _absolute(page, address):
    try:
        return urljoin(page, address)
    except ValueError:
        return page
