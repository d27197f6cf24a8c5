"""Import of moderation messages, announcements and pages."""

from sqlalchemy import select

from joindin.imports.bulk_rows import is_among
from joindin.imports.gancio.mappings import find_present_ids
from joindin.imports.gancio.records import ImportContext, Record, TableImport
from joindin.imports.gancio.source_row import GancioRow
from joindin.imports.gancio.sources import EVENTS
from joindin.imports.legacy_row import InvalidRow
from joindin.imports.report import ORPHANED
from joindin.models import Announcement, Event, ModerationMessage, SitePage
from joindin.models.agenda.moderation_messages import ADMIN, ANONYMOUS, AUTHOR
from joindin.utils.agenda_slugs import agenda_slug

MESSAGES, ANNOUNCEMENTS, PAGES = "messages", "announcements", "pages"


def map_message(row: GancioRow, context: ImportContext) -> dict:
    message, author = row.long_text("message"), (row.raw_text("author") or "").upper()
    if not message:
        raise InvalidRow("it is empty")
    if author not in (ADMIN, AUTHOR, ANONYMOUS):
        row.repairs.append("its author is unknown")
        author = ANONYMOUS
    return {
        "event_id": row.reference("eventId"),
        "message": message,
        "author": author,
        "is_author_visible": row.flag("is_author_visible"),
        **_dates(row, context),
    }


def resolve_messages(context: ImportContext, records: list[Record]) -> list[Record]:
    events = find_present_ids(context, EVENTS, Event, [record.columns["event_id"] for record in records])
    kept = []
    for record in records:
        key = record.columns["event_id"]
        if key in events:
            record.columns["event_id"] = events[key]
            kept.append(record)
        else:
            context.report.count(MESSAGES, ORPHANED)
            context.report.add_issue(MESSAGES, record.key, f"its event {key} is not there")
    return kept


def map_announcement(row: GancioRow, context: ImportContext) -> dict:
    return {
        "title": _title(row),
        "text": row.long_text("announcement"),
        "is_visible": row.flag("visible"),
        **_dates(row, context),
    }


def map_page(row: GancioRow, context: ImportContext) -> dict:
    return {
        "title": _title(row),
        "slug": row.title("slug", 255),
        "content": row.long_text("content"),
        "is_visible": row.flag("visible"),
        **_dates(row, context),
    }


def set_page_slugs(context: ImportContext, records: list[Record]) -> None:
    candidates = {}
    for record in records:
        slug = record.columns["slug"] or agenda_slug(record.columns["title"]) or "page"
        candidates[record.key] = [slug, f"{slug[:200]}-{record.row_id}", f"{slug[:200]}-{record.row_id}-{record.key}"]
    slugs = {slug for names in candidates.values() for slug in names}
    taken = set(context.session.scalars(select(SitePage.slug).where(is_among(context.session, SitePage.slug, slugs))))
    for record in records:
        old = record.columns["slug"]
        record.columns["slug"] = next(slug for slug in candidates[record.key] if slug not in taken)
        taken.add(record.columns["slug"])
        if old and record.columns["slug"] != old:
            record.repairs.append(f"the slug {old!r} is another page's: it is {record.columns['slug']!r} here")


def _title(row):
    title = row.title("title", 255)
    if not title:
        raise InvalidRow("it has no title")
    return title


def _dates(row, context):
    created_at = row.timestamp("createdAt") or context.now
    return {"created_at": created_at, "updated_at": row.timestamp("updatedAt") or created_at}


MESSAGE_IMPORT = TableImport(
    MESSAGES,
    ModerationMessage,
    map_message,
    groups={"all": ("message", "author", "is_author_visible")},
    resolve=resolve_messages,
)
ANNOUNCEMENT_IMPORT = TableImport(
    ANNOUNCEMENTS,
    Announcement,
    map_announcement,
    groups={"title": ("title",), "text": ("text",), "state": ("is_visible",)},
)
PAGE_IMPORT = TableImport(
    PAGES,
    SitePage,
    map_page,
    groups={"title": ("title",), "text": ("content",), "state": ("is_visible",)},
    prepare_new=set_page_slugs,
)
