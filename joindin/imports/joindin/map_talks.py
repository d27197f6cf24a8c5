"""Mapping of Joind.in's talks and their dependent rows to columns."""

from joindin.imports.joindin.map_events import map_report
from joindin.imports.legacy_row import ExcludedRow, InvalidRow, LegacyRow
from joindin.operations.talks import MAX_DURATION_MINUTES
from joindin.utils.text import fold_case_accents


def map_language(row: LegacyRow) -> dict:
    return {"name": _name(row, "lang_name"), "code": row.raw_text("lang_abbr", 20)}


def map_talk_type(row: LegacyRow) -> dict:
    return {"title": _name(row, "cat_title"), "description": row.decoded_text("cat_desc")}


def map_talk(row: LegacyRow) -> dict:
    """Map a talk. Its type is imported from a separate table."""
    title = row.line("talk_title") or ""
    return {
        "event_id": row.foreign_key("event_id"),
        "title": title,
        "title_key": fold_case_accents(title),
        "slug": row.raw_text("url_friendly_talk_title", 255) or None,
        "stub": row.raw_text("stub", 5) or None,
        "description": row.decoded_text("talk_desc") or "",
        "starts_at": row.unix_time("date_given"),
        "duration": row.number("duration", 0, minimum=0, maximum=MAX_DURATION_MINUTES),
        "language_id": row.foreign_key("lang"),
        "slides_url": row.web_address("slides_link"),
        "is_active": row.number("active", 1) != 0,
    }


def map_talk_category(row: LegacyRow) -> tuple[int, int]:
    """Return the ids of a talk and its category."""
    talk_id, category_id = row.foreign_key("talk_id"), row.foreign_key("cat_id")
    if talk_id is None or category_id is None:
        raise InvalidRow("it has no talk or no category")
    return talk_id, category_id


def map_speaker(row: LegacyRow) -> dict:
    """Map a speaker. A status belongs to an old way of claiming talks: ``pending`` claims were not approved."""
    status = (row.raw_text("status") or "").strip().lower()
    if status not in ("", "pending"):
        raise ExcludedRow("speakers with an unknown status")
    return {
        "talk_id": row.foreign_key("talk_id"),
        "name": row.line("speaker_name", 200) or "",
        "user_id": row.foreign_key("speaker_id"),
        "is_pending": status == "pending",
    }


def map_claim(row: LegacyRow) -> dict:
    """Map a claim. The source's ``speaker_id`` is the user, and its ``claim_id`` the speaker."""
    return {
        "talk_id": row.foreign_key("talk_id"),
        "speaker_id": row.foreign_key("claim_id"),
        "user_id": row.foreign_key("speaker_id"),
        "claimed_at": row.unix_time("date_added"),
        "user_approved_at": row.utc_datetime("user_approved_at"),
        "host_approved_at": row.utc_datetime("host_approved_at"),
    }


def map_talk_track(row: LegacyRow) -> dict:
    return {"talk_id": row.foreign_key("talk_id"), "track_id": row.foreign_key("track_id")}


def map_star(row: LegacyRow) -> dict:
    return {"talk_id": row.foreign_key("tid"), "user_id": row.foreign_key("uid")}


def map_link(row: LegacyRow, types: dict[int, str]) -> dict:
    """Map a link. ``types`` are the link types by their ids in the source."""
    type_id, url = row.number("talk_type"), row.web_address("url")
    if type_id not in types:
        raise InvalidRow(f"talk_type is unknown: {type_id}")
    if not url:
        raise InvalidRow("it has no address")
    return {"talk_id": row.foreign_key("talk_id"), "type": types[type_id], "url": url}


def map_talk_comment(row: LegacyRow) -> dict:
    """Map a comment. Older databases have ``date_made`` in Unix seconds instead of ``created_at``."""
    return {
        "talk_id": row.foreign_key("talk_id"),
        "user_id": row.foreign_key("user_id"),
        "rating": row.rating(0),
        "text": row.raw_text("comment") or "",
        "source": row.raw_text("source", 255),
        "is_private": row.boolean("private"),
        "is_hidden": row.number("active", 1) == 0,
        "created_at": row.utc_datetime("created_at") if row.has("created_at") else row.unix_time("date_made"),
    }


def map_talk_comment_report(row: LegacyRow) -> dict:
    return {"comment_id": row.foreign_key("talk_comment_id"), **map_report(row)}


def _name(row, column):
    name = (row.line(column, 200) or "").strip()
    if not name:
        raise InvalidRow("it has no name")
    return name
