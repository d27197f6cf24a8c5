"""Structured data of schema.org for search engines, as JSON in pages of events and talks."""

import json
from collections.abc import Mapping

from markupsafe import Markup

from joindin.models import CANCELLED, CANCELLED_TALK, POSTPONED
from joindin.representations.links import Links
from joindin.representations.programme.days import ends_at
from joindin.utils.datetimes import get_timezone

CONTEXT = "https://schema.org"
EVENT_STATUSES = {CANCELLED: "EventCancelled", POSTPONED: "EventPostponed"}
# Characters that could end the element of a page which holds the JSON.
_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def to_script_text(document: Mapping | None) -> Markup | None:
    """Return the document for a ``<script type="application/ld+json">``."""
    if document is None:
        return None
    return Markup(json.dumps(document, ensure_ascii=False).translate(_ESCAPES))  # noqa: S704 - escaped


def represent_event(event, links: Links) -> dict | None:
    """Return the event; None without a location, which search engines require."""
    address = links.event_page(event.slug)
    document = {
        "@context": CONTEXT,
        "@type": "Event",
        "@id": address,
        "url": address,
        "name": event.name,
        "description": event.description,
        "startDate": _local(event.starts_at, event),
        "endDate": _local(event.ends_at, event) if event.is_end_known else None,
        "eventStatus": f"{CONTEXT}/{EVENT_STATUSES.get(event.state, 'EventScheduled')}",
        "eventAttendanceMode": f"{CONTEXT}/{_attendance_mode(event)}",
        "location": _location(event, address),
        "organizer": [_person(host.user, links) for host in event.hosts if host.user.is_active],
        "keywords": [tag.name for tag in event.tags],
    }
    return _without_empty(document) if document["location"] else None


def represent_talk(event, talk, links: Links) -> dict:
    """Return a talk, loaded with its speakers and links, and the breadcrumb of its page; without a location the latter alone."""
    address = links.canonical_talk_page(event, talk)
    is_cancelled = talk.state == CANCELLED_TALK or event.state == CANCELLED
    moved_from = None if is_cancelled or talk.moved_from == talk.starts_at else talk.moved_from
    video = next((link.url for link in talk.links if link.type == "video_link"), None)
    document = {
        "@type": "Event",
        "@id": address,
        "url": address,
        "name": talk.title,
        "description": talk.description,
        "startDate": _local(talk.starts_at, event),
        "endDate": _local(ends_at(talk), event) if talk.duration else None,
        "eventStatus": f"{CONTEXT}/{_talk_status(is_cancelled, moved_from)}",
        "previousStartDate": moved_from and _local(moved_from, event),
        "location": _location(event, address),
        "performer": [_speaker(speaker, links) for speaker in talk.speakers],
        "superEvent": event.slug and {"@type": "Event", "@id": links.event_page(event.slug), "name": event.name},
        "recordedIn": video and {"@type": "VideoObject", "name": talk.title, "url": video},
    }
    parts = [_without_empty(document)] if document["location"] else []
    return {"@context": CONTEXT, "@graph": [*parts, _breadcrumb(event, talk, links)]}


def _talk_status(is_cancelled, moved_from):
    if is_cancelled:
        return "EventCancelled"
    return "EventRescheduled" if moved_from else "EventScheduled"


def _breadcrumb(event, talk, links):
    steps = [(event.name, links.event_page(event.slug))] if event.slug else []
    steps.append((talk.title, links.canonical_talk_page(event, talk)))
    items = [
        {"@type": "ListItem", "position": number, "name": name, "item": address}
        for number, (name, address) in enumerate(steps, 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def _local(at, event):
    return at.astimezone(get_timezone(event.timezone)).isoformat()


def _attendance_mode(event):
    if not event.online_locations:
        return "OfflineEventAttendanceMode"
    return "MixedEventAttendanceMode" if event.location else "OnlineEventAttendanceMode"


def _location(event, address):
    places = [{"@type": "VirtualLocation", "url": address}] if event.online_locations else []
    if event.location:
        geo = event.latitude is not None and event.longitude is not None
        coordinates = {"@type": "GeoCoordinates", "latitude": event.latitude, "longitude": event.longitude}
        place = {"@type": "Place", "name": event.location, "geo": coordinates if geo else None}
        places.insert(0, _without_empty(place))
    return places[0] if len(places) == 1 else places


def _person(user, links):
    return {"@type": "Person", "name": user.full_name or user.username, "url": links.user_page(user.username)}


def _speaker(speaker, links):
    if speaker.user is not None and speaker.user.is_active:
        return _person(speaker.user, links)
    return {"@type": "Person", "name": speaker.name}


def _without_empty(document):
    return {name: value for name, value in document.items() if value not in (None, "", [])}
