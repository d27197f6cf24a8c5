"""Events as Joind.in v2.1 shows them (spec 4.1)."""

import datetime as dt

from marshmallow import fields

from joindin.models import Event, EventHost
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
    one_of,
    string,
    website_url,
    zero_one,
)
from joindin.representations.v2_1.collections import CallerMetaSchema, CountMetaSchema, collection_schema
from joindin.utils.datetimes import iso_local, midnight
from joindin.viewer import Viewer

OPENS_BEFORE = dt.timedelta(days=1)
CLOSES_AFTER = dt.timedelta(days=90)


class ImageSchema(ObjectSchema):
    type = string("small", "The size: `orig` or `small`.")
    url = website_url("/inc/img/event_icons/icon-3-small.png")
    width = integer(140)
    height = integer(140)


def images_field():
    return one_of(
        fields.Dict(keys=fields.String(), values=fields.Nested(ImageSchema)),
        fields.List(fields.Raw(), metadata={"maxItems": 0}),
        description="An object by size, `orig` and `small`; an empty list where there is no image.",
        example={
            size: {
                "type": size,
                "url": f"https://example.org/inc/img/event_icons/icon-3-{size}.png",
                "width": pixels,
                "height": pixels,
            }
            for size, pixels in (("orig", 650), ("small", 140))
        },
    )


class VerboseEventSchema(ObjectSchema):
    name = string("SampleConf")
    url_friendly_name = string("sampleconf", "The slug, unique among all events.", nullable=True)
    start_date = date_time("2026-03-02T00:00:00+01:00", "In the zone of the event, as all its dates.")
    end_date = date_time("2026-03-03T23:59:59+01:00")
    description = string("Two days of talks about PHP.")
    stub = string("sc26", "A short name.", nullable=True)
    href = string("https://conf.example", "The event's own web site.", nullable=True)
    icon = string("icon-3-small.png", "The bare name of a file; `images` has the address.", nullable=True)
    latitude = number(52.3731, nullable=True)
    longitude = number(4.8922, nullable=True)
    tz_continent = string("Europe", "The first part of the zone's name.", nullable=True)
    tz_place = string("Amsterdam", "The rest of the zone's name.", nullable=True)
    location = string("Main Hall", nullable=True)
    contact_name = string("Ada Lovelace", "Who submitted the event.", nullable=True)
    hashtag = string("#sc26", nullable=True)
    attendee_count = integer(5)
    attending = boolean(False, "Whether the caller attends.")
    event_average_rating = integer(
        4, "Rounded mean of the ratings, 0 without any; null in lists of a person's events.", nullable=True
    )
    comments_enabled = zero_one(1, "1 from the day of the start for 90 days. For show: nothing enforces it.")
    event_comments_count = integer(2)
    tracks_count = integer(1)
    talks_count = integer(5)
    cfp_start_date = date_time("2025-11-01T00:00:00+01:00", "When the call for papers opens.", nullable=True)
    cfp_end_date = date_time("2025-12-31T00:00:00+01:00", "When it closes.", nullable=True)
    cfp_url = string("https://conf.example/cfp", nullable=True)
    rejection_reason = string(None, "What an admin wrote when rejecting the event.", nullable=True)
    talk_comments_count = integer(9, "All of them, private and hidden ones too.")
    images = images_field()
    tags = list_of(string("php"))
    uri = api_url("/v2.1/events/3", "Where the event is. There is no other id.")
    verbose_uri = api_url("/v2.1/events/3?verbose=yes")
    comments_uri = api_url("/v2.1/events/3/comments")
    talks_uri = api_url("/v2.1/events/3/talks")
    tracks_uri = api_url("/v2.1/events/3/tracks")
    attending_uri = api_url("/v2.1/events/3/attending")
    images_uri = api_url("/v2.1/events/3/images")
    hosts_uri = api_url("/v2.1/events/3/hosts")
    pending = zero_one(0, "1 while it waits for approval; null if it never had to.", nullable=True)
    approval_uri = api_url(description="Where to approve or reject.", when="while the event waits, and for admins")
    submission_uri = api_url(description="Where to submit again.", when="after a rejection, and for hosts")
    website_uri = website_url("/event/sampleconf")
    humane_website_uri = website_url("/e/sc26", when="if there is a stub")
    reported_comments_uri = api_url("/v2.1/events/3/comments/reported", when="for hosts and admins")
    reported_talk_comments_uri = api_url("/v2.1/events/3/talk_comments/reported", when="for hosts and admins")
    pending_claims_uri = api_url("/v2.1/events/3/claims", when="for hosts and admins")
    all_talk_comments_uri = api_url("/v2.1/events/3/talk_comments")
    hosts = list_of(lambda: HostSchema)
    attendees_uri = api_url("/v2.1/events/3/attendees")
    can_edit = boolean(True, "Whether the caller is a host of the event or an admin.")


class EventSchema(VerboseEventSchema):
    class Meta(ObjectSchema.Meta):
        fields = (
            "name", "url_friendly_name", "start_date", "end_date", "description", "stub", "href", "tz_continent",
            "tz_place", "attendee_count", "attending", "event_average_rating", "event_comments_count", "tracks_count",
            "talks_count", "icon", "location", "rejection_reason", "images", "tags", "uri", "verbose_uri",
            "comments_uri", "talks_uri", "tracks_uri", "attending_uri", "images_uri", "hosts_uri", "pending",
            "approval_uri", "submission_uri", "website_uri", "humane_website_uri", "attendees_uri",
        )  # fmt: skip


class AttendingSchema(ObjectSchema):
    is_attending = boolean(True)
    meta = object_of(CallerMetaSchema, when="if somebody is signed in")


EventPageSchema = collection_schema("events", EventSchema)
VerboseEventPageSchema = collection_schema("events", VerboseEventSchema)


def represent_event(event: Event, links: Links, viewer: Viewer, now: dt.datetime, verbose: bool = False) -> dict:
    """The event with its tags, images and (if ``verbose``) hosts loaded; ``now`` matters to ``verbose`` only."""
    here = links.event(event.id)
    continent, place = split_timezone(event.timezone)
    if verbose:
        return _verbose(event, links, viewer, now, here, continent, place)
    return (
        {
            "name": event.name,
            "url_friendly_name": event.slug,
            "start_date": iso_local(event.starts_at, event.timezone),
            "end_date": iso_local(event.ends_at, event.timezone),
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
        "start_date": iso_local(event.starts_at, event.timezone),
        "end_date": iso_local(event.ends_at, event.timezone),
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
        "cfp_start_date": iso_local(event.cfp_starts_at, event.timezone),
        "cfp_end_date": iso_local(event.cfp_ends_at, event.timezone),
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
    if event.is_pending and can_review_event(viewer, event):
        shown["approval_uri"] = f"{here}/approval"
    if is_rejected(event) and is_host(viewer, event):
        # Ours: the original shows a rejected event to admins only, and knows no second try.
        shown["submission_uri"] = f"{here}/submission"
    shown["website_uri"] = links.event_page(event.slug or "")
    if event.stub:
        shown["humane_website_uri"] = links.short_event_page(event.stub)
    return shown


class HostSchema(ObjectSchema):
    host_name = string("Ada Lovelace", nullable=True)
    host_uri = api_url("/v2.1/users/7")


HostPageSchema = collection_schema("hosts", HostSchema)


def represent_host(host: EventHost, links: Links) -> dict:
    return {"host_name": host.user.full_name, "host_uri": links.user(host.user_id)}


class EventImagesSchema(ObjectSchema):
    images = images_field()
    meta = object_of(CountMetaSchema)


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


def split_timezone(name: str | None) -> tuple[str | None, str | None]:
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
