"""Events and talks."""

from collections.abc import Sequence

from joindin.models import CANCELLED, CANCELLED_TALK, POSTPONED
from joindin.representations.attendance import is_online, is_onsite
from joindin.representations.json_ld.documents import CONTEXT, named_parts, person, without_empty
from joindin.representations.links import Links
from joindin.representations.programme.days import ends_at, whole_days
from joindin.representations.programme.export import language_tag
from joindin.utils.datetimes import get_timezone

EVENT_STATUSES = {CANCELLED: "EventCancelled", POSTPONED: "EventPostponed"}
MAX_PARTS = 50
# Search engines get an average from five ratings on; the page shows one earlier.
MIN_RATINGS = 5


def represent_event(event, links: Links, *, image: str | None = None, talks: Sequence = (), series=None) -> dict | None:
    """Return the event; None without a location, which search engines require.

    ``talks`` are the first ones of its programme, ``series`` is the parent of a date of a series.
    """
    address = links.canonical_event_page(event)
    days = whole_days(event)
    end = (days[1].isoformat() if days else local_time(event.ends_at, event)) if event.is_end_known else None
    document = {
        "@type": "Event",
        "@id": address,
        "url": address,
        "name": event.name,
        "description": event.description,
        "image": [image] if image else None,
        "startDate": days[0].isoformat() if days else local_time(event.starts_at, event),
        "endDate": end,
        "eventStatus": f"{CONTEXT}/{EVENT_STATUSES.get(event.state, 'EventScheduled')}",
        "eventAttendanceMode": f"{CONTEXT}/{_attendance_mode(event)}",
        "location": represent_location(event, address),
        "maximumAttendeeCapacity": event.capacity,
        "organizer": represent_organizers(event, links),
        "keywords": [tag.name for tag in event.tags],
        "inLanguage": event.spoken_language or event.page_language,
        "superEvent": series
        and {"@type": "EventSeries", "@id": links.canonical_event_page(series), "name": series.name},
        "subEvent": named_parts((links.canonical_talk_page(event, talk), talk.title) for talk in talks),
    }
    return without_empty(document) if document["location"] else None


def represent_talk(event, talk, room, links: Links, *, image: str | None = None) -> dict | None:
    """Return a talk, loaded with its speakers and links; None without a location. ``room`` may be None."""
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
        "image": [image] if image else None,
        "startDate": local_time(talk.starts_at, event),
        "endDate": local_time(ends_at(talk), event) if talk.duration else None,
        "eventStatus": f"{CONTEXT}/{_talk_status(is_cancelled, moved_from)}",
        "previousStartDate": moved_from and local_time(moved_from, event),
        "location": represent_location(event, address),
        "maximumAttendeeCapacity": (room and room.capacity) or None,
        "performer": [_speaker(speaker, links) for speaker in talk.speakers],
        "inLanguage": language_tag(talk.language.code),
        "superEvent": event.slug and {"@type": "Event", "@id": links.canonical_event_page(event), "name": event.name},
        "recordedIn": video and {"@type": "VideoObject", "name": talk.title, "url": video},
        "aggregateRating": _average(talk),
    }
    return without_empty(document) if document["location"] else None


def local_time(at, event) -> str:
    return at.astimezone(get_timezone(event.timezone)).isoformat()


def represent_location(event, address: str):
    """Return the place, the page of an event that is online, or both; empty if neither is known."""
    places = [{"@type": "VirtualLocation", "url": address}] if is_online(event) else []
    if is_onsite(event):
        geo = event.latitude is not None and event.longitude is not None
        coordinates = {"@type": "GeoCoordinates", "latitude": event.latitude, "longitude": event.longitude}
        place = {"@type": "Place", "name": event.location, "geo": coordinates if geo else None}
        places.insert(0, without_empty(place))
    return places[0] if len(places) == 1 else places


def represent_organizers(event, links: Links) -> list[dict]:
    return [person(host.user, links) for host in event.hosts if host.user.is_active]


def _talk_status(is_cancelled, moved_from):
    if is_cancelled:
        return "EventCancelled"
    return "EventRescheduled" if moved_from else "EventScheduled"


def _attendance_mode(event):
    if not is_online(event):
        return "OfflineEventAttendanceMode"
    return "MixedEventAttendanceMode" if is_onsite(event) else "OnlineEventAttendanceMode"


def _speaker(speaker, links):
    if speaker.user is not None and speaker.user.is_active:
        return person(speaker.user, links)
    return {"@type": "Person", "name": speaker.name}


def _average(talk):
    """Return the mean of the ratings with an account, which is the first one on the page."""
    if talk.rating_count < MIN_RATINGS:
        return None
    mean = round(talk.rating_sum / talk.rating_count, 1)
    return {
        "@type": "AggregateRating",
        "ratingValue": mean,
        "ratingCount": talk.rating_count,
        "bestRating": 5,
        "worstRating": 1,
    }
