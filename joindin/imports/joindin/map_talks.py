"""The original's talks, and what belongs to them, as columns of ours."""

from joindin.imports.joindin.legacy_row import Broken, LeftOut, LegacyRow
from joindin.imports.joindin.map_events import make_report
from joindin.utils.text import fold


def make_language(row: LegacyRow) -> dict:
    return {"name": _name(row, "lang_name"), "code": row.words("lang_abbr", 20)}


def make_talk_type(row: LegacyRow) -> dict:
    return {"title": _name(row, "cat_title"), "description": row.text("cat_desc")}


def make_talk(row: LegacyRow) -> dict:
    """Its type stands in a table of its own."""
    title = row.text("talk_title") or ""
    return {
        "event_id": row.reference("event_id"),
        "title": title,
        "title_key": fold(title),
        "slug": row.words("url_friendly_talk_title", 255) or None,
        "stub": row.words("stub", 5) or None,
        "description": row.text("talk_desc") or "",
        "starts_at": row.instant("date_given"),
        "duration": row.number("duration", 0, least=0),
        "language_id": row.reference("lang"),
        "slides_url": row.text("slides_link"),
        "is_active": row.number("active", 1) != 0,
    }


def make_talk_category(row: LegacyRow) -> tuple[int, int]:
    """The ids of a talk and of its category."""
    talk_id, category_id = row.reference("talk_id"), row.reference("cat_id")
    if talk_id is None or category_id is None:
        raise Broken("it has no talk or no category")
    return talk_id, category_id


def make_speaker(row: LegacyRow) -> dict:
    """Entries with a status are remains of older ways to claim a talk, which the original never shows."""
    if row.words("status") is not None:
        raise LeftOut("speakers that are not shown")
    return {
        "talk_id": row.reference("talk_id"),
        "name": row.text("speaker_name", 200) or "",
        "user_id": row.reference("speaker_id"),
    }


def make_claim(row: LegacyRow) -> dict:
    """The original's ``speaker_id`` is the person, its ``claim_id`` the speaker."""
    return {
        "talk_id": row.reference("talk_id"),
        "speaker_id": row.reference("claim_id"),
        "user_id": row.reference("speaker_id"),
        "claimed_at": row.instant("date_added"),
        "user_approved_at": row.moment("user_approved_at"),
        "host_approved_at": row.moment("host_approved_at"),
    }


def make_talk_track(row: LegacyRow) -> dict:
    return {"talk_id": row.reference("talk_id"), "track_id": row.reference("track_id")}


def make_star(row: LegacyRow) -> dict:
    return {"talk_id": row.reference("tid"), "user_id": row.reference("uid")}


def make_link(row: LegacyRow, types: dict[int, str]) -> dict:
    """``types`` are the names of the original's kinds of links by their ids."""
    kind, url = row.number("talk_type"), row.text("url")
    if kind not in types:
        raise Broken(f"talk_type is unknown: {kind}")
    if not url:
        raise Broken("it has no address")
    return {"talk_id": row.reference("talk_id"), "type": types[kind], "url": url}


def make_talk_comment(row: LegacyRow) -> dict:
    """``created_at`` was once ``date_made``, in Unix seconds."""
    return {
        "talk_id": row.reference("talk_id"),
        "user_id": row.reference("user_id"),
        "rating": row.rating(0),
        "text": row.words("comment") or "",
        "source": row.words("source", 255),
        "is_private": row.flag("private"),
        "is_hidden": row.number("active", 1) == 0,
        "created_at": row.moment("created_at") if row.has("created_at") else row.instant("date_made"),
    }


def make_talk_comment_report(row: LegacyRow) -> dict:
    return {"comment_id": row.reference("talk_comment_id"), **make_report(row)}


def _name(row, column):
    name = (row.text(column, 200) or "").strip()
    if not name:
        raise Broken("it has no name")
    return name
