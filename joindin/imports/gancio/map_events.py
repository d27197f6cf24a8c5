"""Mapping of events to columns."""

from joindin.errors import InvalidInput
from joindin.imports.gancio.places_and_tags import tag_name
from joindin.imports.gancio.records import ImportContext
from joindin.imports.gancio.source_row import GancioRow
from joindin.imports.gancio.sources import EVENTS
from joindin.imports.legacy_row import ExcludedRow, InvalidRow
from joindin.models.events import MAX_EVENT_NAME_LENGTH
from joindin.utils.datetimes import day_number
from joindin.utils.html import html_to_text, sanitize_html
from joindin.utils.text import fold_case, fold_case_accents, is_name, is_web_url, strip_control_chars, to_plain_text

MAX_URL_LENGTH = 2000
MAX_ONLINE_LOCATIONS, MAX_TAGS = 100, 100
RECURRENCE_MEMBERS = ("frequency", "type", "days")
MAX_DAYS, MAX_VALUE_LENGTH = 7, 20


def map_event(row: GancioRow, context: ImportContext) -> dict:
    """Map an event. References are keys of source rows, which ``resolve_references`` (``events.py``) replaces by ids."""
    if row.reference("apUserApId"):
        raise ExcludedRow("events of other servers")
    name = row.title("title", MAX_EVENT_NAME_LENGTH)
    if not is_name(name):
        raise InvalidRow("it has no title")
    starts_at, ends_at = _span(row)
    recurrence = _recurrence(row)
    if recurrence is not None:
        # Occurrences start on the minute, and the first one is the start of the parent.
        starts_at, ends_at = (at and at.replace(second=0) for at in (starts_at, ends_at))
    html, text = _descriptions(row)
    tags = _tags(row)
    is_visible = row.flag("is_visible", default=True)
    submitted_at = row.timestamp("createdAt") or context.now
    _count_reactions(row, context)
    return {
        "name": name,
        "name_key": fold_case_accents(name),
        "slug": row.title("slug", 255) or None,
        "description": text,
        "description_html": html,
        "starts_at": starts_at,
        "ends_at": ends_at or starts_at,
        "start_day": day_number(starts_at),
        "is_end_known": ends_at is not None,
        "is_multidate": row.flag("multidate"),
        "timezone": context.zone,
        "online_locations": _online_locations(row),
        "is_active": is_visible,
        "is_pending": None if is_visible else True,
        "is_series": recurrence is not None,
        "submitted_at": submitted_at,
        "revised_at": row.timestamp("updatedAt") or submitted_at,
        "place_id": row.reference("placeId"),
        "parent_id": row.reference("parentId") if recurrence is None else None,
        "extras": {
            "tags": sorted(fold_case(tag) for tag in tags),
            "tag_names": tags,
            "recurrence": recurrence,
            "owner_id": row.reference("userId"),
        },
    }


def _span(row):
    starts_at = row.instant("start_datetime")
    if starts_at is None:
        raise InvalidRow("it has no start")
    try:
        ends_at = row.instant("end_datetime")
    except InvalidRow as error:
        row.repairs.append(f"{error}: its end is unknown")
        ends_at = None
    if ends_at is not None and ends_at < starts_at:
        row.repairs.append("it ends before it starts: its end is unknown")
        ends_at = None
    return starts_at, ends_at


def _recurrence(row):
    """Return the recurrence of a parent. An unreadable one makes no dates, but the parent stays out of lists."""
    if not row.has_value("recurrent"):
        return None
    members = row.json("recurrent", dict)
    kept = {
        name: members[name] for name in RECURRENCE_MEMBERS if name in members and _is_recurrence_value(members[name])
    }
    if len(kept) < len(members):
        row.repairs.append("its recurrence has members that mean nothing: they are left out")
    return kept


def _is_recurrence_value(value):
    if isinstance(value, list):
        return len(value) <= MAX_DAYS and not any(
            isinstance(each, list) or not _is_recurrence_value(each) for each in value
        )
    return value is None or (len(str(value)) <= MAX_VALUE_LENGTH and isinstance(value, str | int))


def _descriptions(row):
    text = row.long_text("description")
    try:
        html = sanitize_html(text)
    except InvalidInput as error:
        row.repairs.append(f"{error}: the HTML of its description is removed")
        return None, to_plain_text(text)
    return html, html_to_text(html)


def _online_locations(row):
    values = row.texts("online_locations")
    urls = [strip_control_chars(value).strip() if isinstance(value, str) else "" for value in values]
    kept = [url for url in urls if is_web_url(url) and len(url) <= MAX_URL_LENGTH][:MAX_ONLINE_LOCATIONS]
    if len(kept) < len(urls):
        row.repairs.append(f"{len(urls) - len(kept)} of its online locations are no web addresses: they are left out")
    return kept


def _tags(row):
    names = {}
    for tag in row.texts("tags"):
        if (name := tag_name(tag)) is not None:
            names.setdefault(fold_case(name), name)
    if len(names) > MAX_TAGS:
        row.repairs.append(f"it has more than {MAX_TAGS} tags: the rest is left out")
    return list(names.values())[:MAX_TAGS]


def _count_reactions(row, context):
    for name, reason in (("likes", "likes from other servers"), ("boost", "boosts from other servers")):
        if number := len(row.json(name, list)):
            context.report.excluded[f"{EVENTS}: {reason}"] += number
