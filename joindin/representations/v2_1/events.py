"""Events as Joind.in v2.1 shows them (spec 4.1)."""

import datetime as dt

from marshmallow import fields

from joindin.models import Event, EventHost
from joindin.permissions import can_decide_about_event, can_edit_event, hosts_event, is_rejected
from joindin.representations.links import Links
from joindin.representations.schema_fields import (
    Shape,
    address,
    either,
    flag,
    many,
    moment,
    number,
    one,
    page,
    text,
    whole,
    zero_or_one,
)
from joindin.representations.v2_1.collections import CallerSchema, CountSchema, collection_schema
from joindin.utils.datetimes import iso_in_zone, midnight
from joindin.viewer import Viewer

OPENS_BEFORE = dt.timedelta(days=1)
CLOSES_AFTER = dt.timedelta(days=90)


class ImageSchema(Shape):
    type = text("small", "The size: `orig` or `small`.")
    url = page("/inc/img/event_icons/icon-3-small.png")
    width = whole(140)
    height = whole(140)


def images_field():
    return either(
        fields.Dict(keys=fields.String(), values=fields.Nested(ImageSchema)),
        fields.List(fields.Raw(), metadata={"maxItems": 0}),
        about="An object by size, `orig` and `small`; an empty list where there is no image.",
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


class VerboseEventSchema(Shape):
    name = text("SampleConf")
    url_friendly_name = text("sampleconf", "The slug, unique among all events.", null=True)
    start_date = moment("2026-03-02T00:00:00+01:00", "In the zone of the event, as all its dates.")
    end_date = moment("2026-03-03T23:59:59+01:00")
    description = text("Two days of talks about PHP.")
    stub = text("sc26", "A short name.", null=True)
    href = text("https://conf.example", "The event's own web site.", null=True)
    icon = text("icon-3-small.png", "The bare name of a file; `images` has the address.", null=True)
    latitude = number(52.3731, null=True)
    longitude = number(4.8922, null=True)
    tz_continent = text("Europe", "The first part of the zone's name.", null=True)
    tz_place = text("Amsterdam", "The rest of the zone's name.", null=True)
    location = text("Main Hall", null=True)
    contact_name = text("Ada Lovelace", "Who submitted the event.", null=True)
    hashtag = text("#sc26", null=True)
    attendee_count = whole(5)
    attending = flag(False, "Whether the caller attends.")
    event_average_rating = whole(
        4, "Rounded mean of the ratings, 0 without any; null in lists of a person's events.", null=True
    )
    comments_enabled = zero_or_one(1, "1 from the day of the start for 90 days. For show: nothing enforces it.")
    event_comments_count = whole(2)
    tracks_count = whole(1)
    talks_count = whole(5)
    cfp_start_date = moment("2025-11-01T00:00:00+01:00", "When the call for papers opens.", null=True)
    cfp_end_date = moment("2025-12-31T00:00:00+01:00", "When it closes.", null=True)
    cfp_url = text("https://conf.example/cfp", null=True)
    rejection_reason = text(None, "What an admin wrote when rejecting the event.", null=True)
    talk_comments_count = whole(9, "All of them, private and hidden ones too.")
    images = images_field()
    tags = many(text("php"))
    uri = address("/v2.1/events/3", "Where the event is. There is no other id.")
    verbose_uri = address("/v2.1/events/3?verbose=yes")
    comments_uri = address("/v2.1/events/3/comments")
    talks_uri = address("/v2.1/events/3/talks")
    tracks_uri = address("/v2.1/events/3/tracks")
    attending_uri = address("/v2.1/events/3/attending")
    images_uri = address("/v2.1/events/3/images")
    hosts_uri = address("/v2.1/events/3/hosts")
    pending = zero_or_one(0, "1 while it waits for approval; null if it never had to.", null=True)
    approval_uri = address(about="Where to approve or reject.", when="while the event waits, and for admins")
    submission_uri = address(about="Where to submit again.", when="after a rejection, and for hosts")
    website_uri = page("/event/sampleconf")
    humane_website_uri = page("/e/sc26", when="if there is a stub")
    reported_comments_uri = address("/v2.1/events/3/comments/reported", when="for hosts and admins")
    reported_talk_comments_uri = address("/v2.1/events/3/talk_comments/reported", when="for hosts and admins")
    pending_claims_uri = address("/v2.1/events/3/claims", when="for hosts and admins")
    all_talk_comments_uri = address("/v2.1/events/3/talk_comments")
    hosts = many(lambda: HostSchema)
    attendees_uri = address("/v2.1/events/3/attendees")
    can_edit = flag(True, "Whether the caller is a host of the event or an admin.")


class EventSchema(VerboseEventSchema):
    class Meta(Shape.Meta):
        fields = (
            "name", "url_friendly_name", "start_date", "end_date", "description", "stub", "href", "tz_continent",
            "tz_place", "attendee_count", "attending", "event_average_rating", "event_comments_count", "tracks_count",
            "talks_count", "icon", "location", "rejection_reason", "images", "tags", "uri", "verbose_uri",
            "comments_uri", "talks_uri", "tracks_uri", "attending_uri", "images_uri", "hosts_uri", "pending",
            "approval_uri", "submission_uri", "website_uri", "humane_website_uri", "attendees_uri",
        )  # fmt: skip


class AttendingSchema(Shape):
    is_attending = flag(True)
    meta = one(CallerSchema, when="if somebody is signed in")


EventPageSchema = collection_schema("events", EventSchema)
VerboseEventPageSchema = collection_schema("events", VerboseEventSchema)


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


class HostSchema(Shape):
    host_name = text("Ada Lovelace", null=True)
    host_uri = address("/v2.1/users/7")


HostPageSchema = collection_schema("hosts", HostSchema)


def represent_host(host: EventHost, links: Links) -> dict:
    return {"host_name": host.user.full_name, "host_uri": links.user(host.user_id)}


class EventImagesSchema(Shape):
    images = images_field()
    meta = one(CountSchema)


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
