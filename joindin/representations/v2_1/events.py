"""Events as Joind.in v2.1 shows them (spec 4.1)."""

import datetime as dt

from joindin.clock import iso_in_zone, midnight
from joindin.models import Event, EventHost
from joindin.permissions import can_decide_about_event, can_edit_event, hosts_event, is_rejected
from joindin.representations.links import Links
from joindin.viewer import Viewer

OPENS_BEFORE = dt.timedelta(days=1)
CLOSES_AFTER = dt.timedelta(days=90)


def represent_event(event: Event, links: Links, viewer: Viewer, now: dt.datetime, verbose: bool = False) -> dict:
    """The event with its tags, images and (if ``verbose``) hosts loaded; ``now`` matters to ``verbose`` only."""
    here = links.event(event.id)
    continent, place = split_zone(event.timezone)
    if verbose:
        return _verbose(event, links, viewer, now, here, continent, place)
    return (
        {
            "name": event.name,
            "url_friendly_name": event.slug,
            "start_date": iso_in_zone(event.starts_at, event.timezone),
            "end_date": iso_in_zone(event.ends_at, event.timezone),
            "description": event.description,
            "stub": event.stub,
            "href": event.href,
            "tz_continent": continent,
            "tz_place": place,
            "attendee_count": event.attendee_count,
            "attending": event.id in viewer.attending,
            "event_average_rating": average_rating(event),
            "event_comments_count": event.comment_count,
            "tracks_count": event.track_count,
            "talks_count": event.talk_count,
            "icon": event.icon,
            "location": event.location,
            "rejection_reason": event.rejection_reason,
            "images": represent_images(event.images, links),
            "tags": [tag.name for tag in event.tags],
        }
        | _addresses(event, links, viewer, here)
        | {"attendees_uri": f"{here}/attendees"}
    )


def _verbose(event, links, viewer, now, here, continent, place):
    shown = {
        "name": event.name,
        "url_friendly_name": event.slug,
        "start_date": iso_in_zone(event.starts_at, event.timezone),
        "end_date": iso_in_zone(event.ends_at, event.timezone),
        "description": event.description,
        "stub": event.stub,
        "href": event.href,
        "icon": event.icon,
        "latitude": event.latitude,
        "longitude": event.longitude,
        "tz_continent": continent,
        "tz_place": place,
        "location": event.location,
        "contact_name": event.contact_name,
        "hashtag": event.hashtag,
        "attendee_count": event.attendee_count,
        "attending": event.id in viewer.attending,
        "event_average_rating": average_rating(event),
        "comments_enabled": comments_enabled(event.starts_at, now),
        "event_comments_count": event.comment_count,
        "tracks_count": event.track_count,
        "talks_count": event.talk_count,
        "cfp_start_date": iso_in_zone(event.cfp_starts_at, event.timezone),
        "cfp_end_date": iso_in_zone(event.cfp_ends_at, event.timezone),
        "cfp_url": event.cfp_url,
        "rejection_reason": event.rejection_reason,
        "talk_comments_count": event.talk_comment_count,
        "images": represent_images(event.images, links),
        "tags": [tag.name for tag in event.tags],
    }
    shown |= _addresses(event, links, viewer, here)
    can_edit = can_edit_event(viewer, event)
    if can_edit:
        shown |= {
            "reported_comments_uri": f"{here}/comments/reported",
            "reported_talk_comments_uri": f"{here}/talk_comments/reported",
            "pending_claims_uri": f"{here}/claims",
        }
    return shown | {
        "all_talk_comments_uri": f"{here}/talk_comments",
        "hosts": [represent_host(host, links) for host in event.hosts],
        "attendees_uri": f"{here}/attendees",
        "can_edit": can_edit,
    }


def _addresses(event, links, viewer, here):
    shown = {
        "uri": here,
        "verbose_uri": f"{here}?verbose=yes",
        "comments_uri": f"{here}/comments",
        "talks_uri": f"{here}/talks",
        "tracks_uri": f"{here}/tracks",
        "attending_uri": f"{here}/attending",
        "images_uri": f"{here}/images",
        "hosts_uri": f"{here}/hosts",
        "pending": None if event.is_pending is None else int(event.is_pending),
    }
    if event.is_pending and can_decide_about_event(viewer, event):
        shown["approval_uri"] = f"{here}/approval"
    if is_rejected(event) and hosts_event(viewer, event):
        # Ours: the original shows a rejected event to admins only, and knows no second try.
        shown["submission_uri"] = f"{here}/submission"
    shown["website_uri"] = links.event_page(event.slug or "")
    if event.stub:
        shown["humane_website_uri"] = links.short_event_page(event.stub)
    return shown


def represent_host(host: EventHost, links: Links) -> dict:
    return {"host_name": host.user.full_name, "host_uri": links.user(host.user_id)}


def represent_images(images, links: Links) -> dict | list:
    """An object by size; an empty *list* where there are none, which every client relies on (spec 1, #7)."""
    return {
        image.size: {
            "type": image.size,
            "url": image.url or links.event_image(image.file),
            "width": image.width,
            "height": image.height,
        }
        for image in images
    } or []


def split_zone(name: str | None) -> tuple[str | None, str | None]:
    """``tz_continent`` and ``tz_place``; the place may hold further slashes."""
    if name is None:
        return None, None
    continent, _, place = name.partition("/")
    return continent, place


def average_rating(event: Event) -> int:
    """The mean, rounded half up; 0 without ratings."""
    return (2 * event.rating_sum + event.rating_count) // (2 * event.rating_count) if event.rating_count else 0


def comments_enabled(starts_at: dt.datetime, now: dt.datetime) -> int:
    """1 from the day of the start for 90 days. For show only: nothing enforces it."""
    today = midnight(now)
    return int(starts_at - OPENS_BEFORE < today < starts_at + CLOSES_AFTER)
