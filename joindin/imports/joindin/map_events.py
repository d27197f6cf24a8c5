"""Mapping of Joind.in's events and their dependent rows to columns."""

from joindin.imports.legacy_row import ExcludedRow, InvalidRow, LegacyRow
from joindin.models.agenda.call_times import CallTimes
from joindin.operations.events import tag_row
from joindin.utils.datetimes import day_number
from joindin.utils.text import fold_case_accents, is_name
from joindin.utils.timezones import find_timezone_name

MAX_TIMEZONE_LENGTH = 100
UNCONFIRMED_CODE = "pending"


def map_event(row: LegacyRow) -> dict:
    """Map an event. Active and pending are kept; only the value ``y`` means private (spec 17.2)."""
    name = row.line("event_name", 200) or ""
    starts_at, ends_at = _span(row)
    pending = row.number("pending")
    icon = row.raw_text("event_icon", 100)
    timezone, cfp_ends_at = _timezone_name(row), row.unix_time("event_cfp_end")
    return {
        "name": name,
        "name_key": fold_case_accents(name),
        "slug": row.raw_text("url_friendly_name", 255) or None,
        "stub": row.raw_text("event_stub", 30) or None,
        "description": row.decoded_text("event_desc") or "",
        "location": row.line("event_loc"),
        "latitude": row.coordinate("event_lat", 90),
        "longitude": row.coordinate("event_long", 180),
        "starts_at": starts_at,
        "ends_at": ends_at,
        "start_day": day_number(starts_at),
        "timezone": timezone,
        "href": row.web_address("event_href", 600),
        "hashtag": row.line("event_hashtag", 100),
        "contact_name": row.line("event_contact_name", 200),
        "icon": icon,
        # Generation 0 would reuse the file name of this image.
        "image_generation": 1 if icon else 0,
        "cfp_starts_at": row.unix_time("event_cfp_start"),
        "cfp_ends_at": cfp_ends_at,
        "cfp_closes_at": CallTimes(None, cfp_ends_at, timezone or "UTC").closes_at,
        "cfp_url": row.web_address("event_cfp_url", 600),
        "is_active": row.boolean("active"),
        "is_pending": None if pending is None else bool(pending),
        "is_private": (row.raw_text("private") or "").lower() == "y",
        "reviewer_id": row.foreign_key("reviewer_id"),
        "rejection_reason": row.decoded_text("rejection_reason", 200),
    }


def map_tag(row: LegacyRow) -> dict:
    name = (row.line("tag_value", 200) or "").strip()
    if not is_name(name):
        raise InvalidRow("it has no name")
    return tag_row(name)


def map_event_tag(row: LegacyRow) -> dict:
    return {"event_id": row.foreign_key("event_id"), "tag_id": row.foreign_key("tag_id")}


def map_host(row: LegacyRow) -> dict:
    object_type = row.raw_text("rtype")
    if object_type != "event":
        raise ExcludedRow(f"rights on a {object_type}" if object_type else "rights on nothing")
    if row.raw_text("rcode") == UNCONFIRMED_CODE:
        raise ExcludedRow("unconfirmed hosts")
    return {"event_id": row.foreign_key("rid"), "user_id": row.foreign_key("uid")}


def map_attendance(row: LegacyRow) -> dict:
    return {"event_id": row.foreign_key("eid"), "user_id": row.foreign_key("uid")}


def map_event_image(row: LegacyRow) -> dict:
    size, url = row.raw_text("type", 30), row.web_address("url", 255)
    if not size or not url:
        raise InvalidRow("it has no type or no address")
    return {
        "event_id": row.foreign_key("event_id"),
        "size": size,
        "url": url,
        "width": row.number("width", minimum=0),
        "height": row.number("height", minimum=0),
    }


def map_event_comment(row: LegacyRow) -> dict:
    """Map a comment. Its text was stored raw, the author's name with HTML entities."""
    return {
        "event_id": row.foreign_key("event_id"),
        "user_id": row.foreign_key("user_id"),
        "author_name": row.line("cname", 100),
        "rating": row.rating(None),
        "text": row.raw_text("comment") or "",
        "source": row.raw_text("source", 255),
        "is_hidden": row.number("active", 1) == 0,
        "created_at": row.unix_time("date_made"),
    }


def map_event_comment_report(row: LegacyRow) -> dict:
    return {"comment_id": row.foreign_key("event_comment_id"), **map_report(row)}


def map_report(row: LegacyRow) -> dict:
    """Map the columns that reports of event comments and talk comments share."""
    return {
        "reporter_id": row.foreign_key("reporting_user_id"),
        "reported_at": row.utc_datetime("reporting_date"),
        "decision": row.raw_text("decision", 20) or None,
        "decider_id": row.foreign_key("deciding_user_id"),
        "decided_at": row.utc_datetime("deciding_date"),
    }


def map_track(row: LegacyRow) -> dict:
    name = row.line("track_name", 300) or ""
    return {
        "event_id": row.foreign_key("event_id"),
        "name": name,
        "name_key": fold_case_accents(name),
        "description": row.decoded_text("track_desc"),
    }


def _span(row):
    starts_at, ends_at = row.unix_time("event_start"), row.unix_time("event_end")
    if starts_at is None and ends_at is None:
        raise InvalidRow("it has no dates")
    if starts_at is None or ends_at is None:
        row.repairs.append(f"{'event_start' if starts_at is None else 'event_end'} is missing")
    return starts_at or ends_at, ends_at or starts_at


def _timezone_name(row):
    """Return the name as tzdata spells it; some names have only one part. An unknown name is kept and reported."""
    parts = [part for part in (row.raw_text("event_tz_cont"), row.raw_text("event_tz_place")) if part]
    name = "/".join(parts)
    if len(name) > MAX_TIMEZONE_LENGTH:
        row.repairs.append("the name of its zone is too long")
        return None
    known_name = find_timezone_name(name)
    if name and known_name is None:
        row.repairs.append(f"the zone {name!r} is unknown: its times are shown in UTC")
    return known_name or name or None
