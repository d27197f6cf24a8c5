"""The original's events, and what belongs to them, as columns of ours."""

from joindin.imports.joindin.legacy_row import Broken, LeftOut, LegacyRow
from joindin.utils.datetimes import day_number
from joindin.utils.text import fold

LONGEST_ZONE = 100
NOT_EFFECTIVE = "pending"


def make_event(row: LegacyRow) -> dict:
    """Active and pending stay what they are; private is only ``y`` (spec 17.2)."""
    name = row.text("event_name", 200) or ""
    starts_at, ends_at = _span(row)
    pending = row.number("pending")
    icon = row.words("event_icon", 100)
    return {
        "name": name,
        "name_key": fold(name),
        "slug": row.words("url_friendly_name", 255) or None,
        "stub": row.words("event_stub", 30) or None,
        "description": row.text("event_desc") or "",
        "location": row.text("event_loc"),
        "latitude": row.degrees("event_lat", 90),
        "longitude": row.degrees("event_long", 180),
        "starts_at": starts_at,
        "ends_at": ends_at,
        "start_day": day_number(starts_at),
        "timezone": _zone_name(row),
        "href": row.text("event_href", 600),
        "hashtag": row.text("event_hashtag", 100),
        "contact_name": row.text("event_contact_name", 200),
        "icon": icon,
        # The name of its first image is taken.
        "image_generation": 1 if icon else 0,
        "cfp_starts_at": row.instant("event_cfp_start"),
        "cfp_ends_at": row.instant("event_cfp_end"),
        "cfp_url": row.text("event_cfp_url", 600),
        "is_active": row.flag("active"),
        "is_pending": None if pending is None else bool(pending),
        "is_private": (row.words("private") or "").lower() == "y",
        "reviewer_id": row.reference("reviewer_id"),
        "rejection_reason": row.text("rejection_reason", 200),
    }


def make_tag(row: LegacyRow) -> dict:
    name = (row.text("tag_value", 200) or "").strip()
    if not name:
        raise Broken("it has no name")
    return {"name": name, "name_key": fold(name)}


def make_event_tag(row: LegacyRow) -> dict:
    return {"event_id": row.reference("event_id"), "tag_id": row.reference("tag_id")}


def make_host(row: LegacyRow) -> dict:
    kind = row.words("rtype")
    if kind != "event":
        raise LeftOut(f"rights on a {kind}" if kind else "rights on nothing")
    if row.words("rcode") == NOT_EFFECTIVE:
        raise LeftOut("hosts that never were confirmed")
    return {"event_id": row.reference("rid"), "user_id": row.reference("uid")}


def make_attendance(row: LegacyRow) -> dict:
    return {"event_id": row.reference("eid"), "user_id": row.reference("uid")}


def make_event_image(row: LegacyRow) -> dict:
    size, url = row.words("type", 30), row.words("url", 255)
    if not size or not url:
        raise Broken("it has no type or no address")
    return {
        "event_id": row.reference("event_id"),
        "size": size,
        "url": url,
        "width": row.number("width", least=0),
        "height": row.number("height", least=0),
    }


def make_event_comment(row: LegacyRow) -> dict:
    """The comment itself is raw text, the name of its author is not."""
    return {
        "event_id": row.reference("event_id"),
        "user_id": row.reference("user_id"),
        "author_name": row.text("cname", 100),
        "rating": row.rating(None),
        "text": row.words("comment") or "",
        "source": row.words("source", 255),
        "is_hidden": row.number("active", 1) == 0,
        "created_at": row.instant("date_made"),
    }


def make_event_comment_report(row: LegacyRow) -> dict:
    return {"comment_id": row.reference("event_comment_id"), **make_report(row)}


def make_report(row: LegacyRow) -> dict:
    """What reports of comments of both kinds have in common."""
    return {
        "reporter_id": row.reference("reporting_user_id"),
        "reported_at": row.moment("reporting_date"),
        "decision": row.words("decision", 20) or None,
        "decider_id": row.reference("deciding_user_id"),
        "decided_at": row.moment("deciding_date"),
    }


def make_track(row: LegacyRow) -> dict:
    name = row.text("track_name", 300) or ""
    return {
        "event_id": row.reference("event_id"),
        "name": name,
        "name_key": fold(name),
        "description": row.text("track_desc"),
    }


def _span(row):
    starts_at, ends_at = row.instant("event_start"), row.instant("event_end")
    if starts_at is None and ends_at is None:
        raise Broken("it has no dates")
    if starts_at is None or ends_at is None:
        row.mended.append(f"{'event_start' if starts_at is None else 'event_end'} is missing")
    return starts_at or ends_at, ends_at or starts_at


def _zone_name(row):
    """The name of the zone, whether it still exists or not; some have but one part."""
    parts = [part for part in (row.words("event_tz_cont"), row.words("event_tz_place")) if part]
    name = "/".join(parts)
    if len(name) > LONGEST_ZONE:
        row.mended.append("the name of its zone is too long")
        return None
    return name or None
