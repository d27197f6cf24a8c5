"""Events, their hosts and images (spec 4.1, 4.9, 4.10)."""

import datetime as dt
from collections.abc import Sequence

from joindin.models import Event
from joindin.models.event_settings import OFF
from joindin.permissions import can_edit_event, can_review_event, is_host, is_rejected
from joindin.representations.links import Links
from joindin.representations.schema_fields import (
    ObjectSchema,
    api_url,
    boolean,
    date_time,
    integer,
    list_of,
    number,
    object_of,
    string,
    website_url,
    zero_one,
)
from joindin.representations.v2_1.collections import CallerMetaSchema, collection_schema
from joindin.representations.v2_1.event_hosts import HostSchema, represent_host
from joindin.representations.v2_1.event_images import images_field, represent_images
from joindin.utils.datetimes import iso_local, midnight
from joindin.utils.markup import remove_markup
from joindin.viewer import Viewer

COMMENTS_OPEN_BEFORE_START = dt.timedelta(days=1)
COMMENTS_CLOSE_AFTER_START = dt.timedelta(days=90)


class VerboseEventSchema(ObjectSchema):
    name = string("SampleConf")
    url_friendly_name = string("sampleconf", "The slug, unique among all events.", nullable=True)
    start_date = date_time("2026-03-02T00:00:00+01:00", "In the time zone of the event, like all its dates.")
    end_date = date_time("2026-03-03T23:59:59+01:00")
    description = string("Two days of talks about PHP.")
    stub = string("sc26", "A short name.", nullable=True)
    href = string("https://conf.example", "The event's own web site.", nullable=True)
    icon = string("icon-3-small.png", "A file name; `images` has the URL.", nullable=True)
    latitude = number(52.3731, nullable=True)
    longitude = number(4.8922, nullable=True)
    tz_continent = string("Europe", "The first part of the name of the time zone.", nullable=True)
    tz_place = string("Amsterdam", "The rest of the name of the time zone.", nullable=True)
    location = string("Main Hall", nullable=True)
    contact_name = string("Ada Lovelace", "The user who submitted the event.", nullable=True)
    hashtag = string("#sc26", nullable=True)
    attendee_count = integer(5)
    attending = boolean(False, "Whether the caller attends.")
    event_average_rating = integer(
        4, "Rounded mean of the ratings, 0 without ratings; null in lists of a user's events.", nullable=True
    )
    comments_enabled = zero_one(
        1,
        "1 from the day of the start for 90 days. For display only: the server enforces no time. Always 0 if the event"
        " takes no feedback.",
    )
    event_comments_count = integer(2)
    tracks_count = integer(1)
    talks_count = integer(5)
    cfp_start_date = date_time("2025-11-01T00:00:00+01:00", "When the call for papers opens.", nullable=True)
    cfp_end_date = date_time("2025-12-31T00:00:00+01:00", "When it closes.", nullable=True)
    cfp_url = string("https://conf.example/cfp", nullable=True)
    rejection_reason = string(None, "The reason that an admin gave for rejecting the event.", nullable=True)
    talk_comments_count = integer(9, "Includes private and hidden comments.")
    images = images_field()
    tags = list_of(string("php"))
    uri = api_url("/v2.1/events/3", "The URL of the event; it is its only identifier.")
    verbose_uri = api_url("/v2.1/events/3?verbose=yes")
    comments_uri = api_url("/v2.1/events/3/comments")
    talks_uri = api_url("/v2.1/events/3/talks")
    tracks_uri = api_url("/v2.1/events/3/tracks")
    attending_uri = api_url("/v2.1/events/3/attending")
    images_uri = api_url("/v2.1/events/3/images")
    hosts_uri = api_url("/v2.1/events/3/hosts")
    pending = zero_one(0, "1 while the event waits for approval; null if it needed no approval.", nullable=True)
    approval_uri = api_url(
        description="`POST` approves the event, `DELETE` rejects it.", when="while the event is pending, and for admins"
    )
    likely_duplicates = list_of(
        api_url("/v2.1/events/2"),
        "Other events of the same name or address at about the same time.",
        when="while the event is pending, for admins, if there are any",
    )
    submission_uri = api_url(description="`POST` submits the event again.", when="after a rejection, and for hosts")
    website_uri = website_url("/event/sampleconf")
    humane_website_uri = website_url("/e/sc26", when="if there is a stub")
    reported_comments_uri = api_url("/v2.1/events/3/comments/reported", when="for hosts and admins")
    reported_talk_comments_uri = api_url("/v2.1/events/3/talk_comments/reported", when="for hosts and admins")
    pending_claims_uri = api_url("/v2.1/events/3/claims", when="for hosts and admins")
    all_talk_comments_uri = api_url("/v2.1/events/3/talk_comments")
    hosts = list_of(HostSchema)
    attendees_uri = api_url("/v2.1/events/3/attendees")
    can_edit = boolean(True, "Whether the caller is a host of the event or an admin.")


class EventSchema(VerboseEventSchema):
    class Meta(ObjectSchema.Meta):
        fields = (
            "name", "url_friendly_name", "start_date", "end_date", "description", "stub", "href", "tz_continent",
            "tz_place", "attendee_count", "attending", "event_average_rating", "event_comments_count", "tracks_count",
            "talks_count", "icon", "location", "rejection_reason", "images", "tags", "uri", "verbose_uri",
            "comments_uri", "talks_uri", "tracks_uri", "attending_uri", "images_uri", "hosts_uri", "pending",
            "approval_uri", "likely_duplicates", "submission_uri", "website_uri", "humane_website_uri", "attendees_uri",
        )  # fmt: skip


class AttendingSchema(ObjectSchema):
    is_attending = boolean(True)
    meta = object_of(CallerMetaSchema, when="if the caller is signed in")


EventPageSchema = collection_schema("events", EventSchema)
VerboseEventPageSchema = collection_schema("events", VerboseEventSchema)


def represent_event(
    event: Event,
    links: Links,
    viewer: Viewer,
    now: dt.datetime,
    verbose: bool = False,
    duplicate_ids: Sequence[int] = (),
) -> dict:
    """Return the event; needs its tags, images and, if ``verbose``, its hosts loaded.

    Only the verbose form depends on ``now``. ``duplicate_ids`` are shown to those who decide about the event.
    """
    url = links.event(event.id)
    continent, city = split_timezone(event.timezone)
    if verbose:
        return _represent_verbose(event, links, viewer, now, url, continent, city, duplicate_ids)
    return (
        {
            "name": remove_markup(event.name),
            "url_friendly_name": event.slug,
            "start_date": iso_local(event.starts_at, event.timezone),
            "end_date": iso_local(event.ends_at, event.timezone),
            "description": event.description,
            "stub": event.stub,
            "href": event.href,
            "tz_continent": continent,
            "tz_place": city,
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
        | _urls(event, links, viewer, url, duplicate_ids)
        | {"attendees_uri": f"{url}/attendees"}
    )


def _represent_verbose(event, links, viewer, now, url, continent, city, duplicate_ids):
    representation = {
        "name": remove_markup(event.name),
        "url_friendly_name": event.slug,
        "start_date": iso_local(event.starts_at, event.timezone),
        "end_date": iso_local(event.ends_at, event.timezone),
        "description": event.description,
        "stub": event.stub,
        "href": event.href,
        "icon": event.icon,
        "latitude": event.latitude,
        "longitude": event.longitude,
        "tz_continent": continent,
        "tz_place": city,
        "location": event.location,
        "contact_name": event.contact_name,
        "hashtag": event.hashtag,
        "attendee_count": event.attendee_count,
        "attending": event.id in viewer.attending,
        "event_average_rating": average_rating(event),
        "comments_enabled": comments_enabled(event, now),
        "event_comments_count": event.comment_count,
        "tracks_count": event.track_count,
        "talks_count": event.talk_count,
        "cfp_start_date": iso_local(event.cfp_starts_at, event.timezone),
        "cfp_end_date": iso_local(event.cfp_ends_at, event.timezone),
        "cfp_url": event.cfp_url,
        "rejection_reason": event.rejection_reason,
        "talk_comments_count": event.talk_comment_count,
        "images": represent_images(event.images, links),
        "tags": [tag.name for tag in event.tags],
    }
    representation |= _urls(event, links, viewer, url, duplicate_ids)
    can_edit = can_edit_event(viewer, event)
    if can_edit:
        representation |= {
            "reported_comments_uri": f"{url}/comments/reported",
            "reported_talk_comments_uri": f"{url}/talk_comments/reported",
            "pending_claims_uri": f"{url}/claims",
        }
    return representation | {
        "all_talk_comments_uri": f"{url}/talk_comments",
        "hosts": [represent_host(host, links) for host in event.hosts],
        "attendees_uri": f"{url}/attendees",
        "can_edit": can_edit,
    }


def _urls(event, links, viewer, url, duplicate_ids):
    representation = {
        "uri": url,
        "verbose_uri": f"{url}?verbose=yes",
        "comments_uri": f"{url}/comments",
        "talks_uri": f"{url}/talks",
        "tracks_uri": f"{url}/tracks",
        "attending_uri": f"{url}/attending",
        "images_uri": f"{url}/images",
        "hosts_uri": f"{url}/hosts",
        "pending": None if event.is_pending is None else int(event.is_pending),
    }
    if event.is_pending and can_review_event(viewer, event):
        representation["approval_uri"] = f"{url}/approval"
        if duplicate_ids:
            representation["likely_duplicates"] = [links.event(duplicate_id) for duplicate_id in duplicate_ids]
    if is_rejected(event) and is_host(viewer, event):
        # An extension: the original shows rejected events to admins only and cannot submit them again.
        representation["submission_uri"] = f"{url}/submission"
    representation["website_uri"] = links.event_page(event.slug or "")
    if event.stub:
        representation["humane_website_uri"] = links.short_event_page(event.stub)
    return representation


def split_timezone(name: str | None) -> tuple[str | None, str | None]:
    """Split a zone name into ``tz_continent`` and ``tz_place``; the second part can contain slashes."""
    if name is None:
        return None, None
    continent, _, city = name.partition("/")
    return continent, city


def average_rating(event: Event) -> int:
    """Return the mean, rounded half up; 0 without ratings."""
    return (2 * event.rating_sum + event.rating_count) // (2 * event.rating_count) if event.rating_count else 0


def comments_enabled(subject, now: dt.datetime) -> int:
    """Return 1 from the day of the start of an event or talk for 90 days, else 0. The server does not enforce the time.

    0 if the event takes no feedback, which the server enforces.
    """
    starts_at, today = subject.starts_at, midnight(now)
    is_in_time = starts_at - COMMENTS_OPEN_BEFORE_START < today < starts_at + COMMENTS_CLOSE_AFTER_START
    return int(subject.feedback_access != OFF and is_in_time)
