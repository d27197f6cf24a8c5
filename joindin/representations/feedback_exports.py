"""Feedback on talks as CSV, XLSX and JSON. Hidden names are not in it."""

import csv
import io
from collections.abc import Iterable

from joindin.models.talks import speaker_name
from joindin.representations.xlsx import make_xlsx
from joindin.utils.datetimes import get_timezone

# Cells that begin with these are formulas for a spreadsheet.
FORMULA_CHARS = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    "talk",
    "speakers",
    "room",
    "start",
    "rating",
    "rating_2",
    "text",
    "level",
    "name",
    "with_account",
    "on_site",
    "language",
    "minute",
    "written_at",
    "answer",
)


def represent_feedback(row, timezone: str | None) -> dict:
    """Return the row with the columns. ``minute`` counts from the start of the talk; the start has the event's time zone."""
    talk, comment = row.talk, row.comment
    author = comment.user if comment and not comment.is_name_hidden else None
    values = (
        talk.title,
        ", ".join(map(speaker_name, talk.speakers)),
        talk.room.name if talk.room else "",
        talk.starts_at.astimezone(get_timezone(timezone)).isoformat(),
        row.rating or None,
        row.rating_2 or None,
        comment.text if comment else "",
        comment.visibility if comment else "",
        (author.full_name or author.username) if author else "",
        row.has_account,
        row.is_on_site,
        talk.language.code,
        int((row.written_at - talk.starts_at).total_seconds() // 60),
        row.written_at.isoformat(),
        (comment.answer if comment else "") or "",
    )
    return dict(zip(COLUMNS, values))


def to_csv(rows: Iterable[dict]) -> str:
    """Return the table with a byte order mark, by which spreadsheets recognise UTF-8. No cell is a formula."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([_plain(_to_cell(value)) for value in row.values()] for row in rows)
    return out.getvalue()


def to_xlsx(rows: Iterable[dict]) -> bytes:
    return make_xlsx([COLUMNS, *([_to_cell(value) for value in row.values()] for row in rows)])


def _to_cell(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else value


def _plain(value):
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_CHARS) else value
