"""Mapping of event types, events, shifts, building blocks, questions and resources."""

from collections import defaultdict

from sqlalchemy import select

from joindin.imports.bulk_rows import is_among
from joindin.imports.ephios.context import BATCH_SIZE, ImportContext
from joindin.imports.ephios.dump_row import DumpRow
from joindin.imports.legacy_row import InvalidRow
from joindin.models import Event
from joindin.models.crew import ATOMIC, COMPOSITE, SHOWN_TO_EVERYONE, SHOWN_TO_USERS
from joindin.utils.datetimes import day_number
from joindin.utils.text import fold_case_accents, slugify

# ephios has one time zone.
TIMEZONE = "Europe/Berlin"
MAX_TITLE_LENGTH = 254
MAX_TEXT_LENGTH = 1_000_000
MAX_SLUG_BASE_LENGTH = 200


def map_event_type(_context: ImportContext, row: DumpRow) -> dict:
    shown_to = row.integer("show_participant_data", default=SHOWN_TO_USERS)
    if not SHOWN_TO_USERS <= shown_to <= SHOWN_TO_EVERYONE:
        raise InvalidRow(f"there is no show_participant_data {shown_to}")
    return {
        "title": row.line("title", MAX_TITLE_LENGTH),
        "color": row.line("color", 7, default="#343a40"),
        "participants_shown_to": shown_to,
        "default_description": row.text("default_description", MAX_TEXT_LENGTH, default=None),
    }


def map_event(context: ImportContext, row: DumpRow) -> dict:
    """Map an event as one for the crew alone. Its times are those of its shifts; without any, the time of the import."""
    context.require("core.eventtype", row.raw("type"))
    starts_at, ends_at = shift_spans(context).get(row.pk, (context.now, context.now))
    name = row.line("title", MAX_TITLE_LENGTH)
    return {
        "name": name,
        "name_key": fold_case_accents(name),
        "description": row.text("description", MAX_TEXT_LENGTH, default=""),
        "location": row.line("location", MAX_TITLE_LENGTH, default=""),
        "starts_at": starts_at,
        "ends_at": ends_at,
        "start_day": day_number(starts_at),
        "timezone": TIMEZONE,
        "is_active": True,
        "is_pending": None,
        "is_private": True,
    }


def add_slugs(context: ImportContext, columns: dict[int, dict]) -> None:
    """Give each new event a free slug."""
    bases = {pk: slugify(each["name"])[:MAX_SLUG_BASE_LENGTH] or "event" for pk, each in columns.items()}
    taken, values = set(), sorted(set(bases.values()))
    for start in range(0, len(values), BATCH_SIZE):
        batch = values[start : start + BATCH_SIZE]
        taken.update(context.session.scalars(select(Event.slug).where(is_among(context.session, Event.slug, batch))))
    for pk, base in bases.items():
        slug = base if base not in taken else f"{base}-crew-{context.ids['core.event'][pk]}"
        taken.add(slug)
        columns[pk]["slug"] = slug


def map_crew_details(context: ImportContext, row: DumpRow, event_id: int) -> dict:
    return {
        "event_id": event_id,
        "event_type_id": context.require("core.eventtype", row.raw("type")),
        "is_draft": not row.boolean("active", default=True),
    }


def shift_spans(context: ImportContext) -> dict:
    """Return the earliest start and the latest end of the shifts by the number of their event."""
    if "shift_spans" not in context.cache:
        spans = defaultdict(list)
        for row in context.dump.rows("core.shift"):
            try:
                span = row.instant("start_time"), row.instant("end_time")
            except InvalidRow:
                continue
            spans[context.dump.resolve("core.event", row.raw("event"))].append(span)
        context.cache["shift_spans"] = {
            pk: (min(start for start, _ in each), max(end for _, end in each)) for pk, each in spans.items()
        }
    return context.cache["shift_spans"]


def map_shift(context: ImportContext, row: DumpRow) -> dict:
    return {
        "event_id": context.require("core.event", row.raw("event")),
        "label": row.line("label", 255, default=""),
        "meets_at": row.instant("meeting_time"),
        "starts_at": row.instant("start_time"),
        "ends_at": row.instant("end_time"),
        "signup_flow_slug": row.line("signup_flow_slug", 100),
        "signup_flow_configuration": row.object("signup_flow_configuration"),
        "structure_slug": row.line("structure_slug", 100),
        "structure_configuration": row.object("structure_configuration"),
    }


def translate_configurations(context: ImportContext, columns: dict[int, dict]) -> None:
    """Replace the ids in configurations by those of this database."""
    for each in columns.values():
        each["signup_flow_configuration"] = _translate(
            context, each["signup_flow_configuration"], {"leader_shift_id": "core.shift"}
        )
        each["structure_configuration"] = _translate(
            context,
            each["structure_configuration"],
            {
                "required_qualification_ids": "core.qualification",
                "qualification": "core.qualification",
                "building_block": "complexsignup.buildingblock",
            },
        )


def _translate(context, value, models, model=None):
    if isinstance(value, dict):
        return {name: _translate(context, each, models, models.get(name)) for name, each in value.items()}
    if isinstance(value, list):
        return [_translate(context, each, models, model) for each in value]
    if model is None or isinstance(value, bool) or not isinstance(value, int):
        return value
    ids = context.ids[model]
    # A row that is gone keeps its number, unless that is another row here.
    return ids.get(value, value if value not in ids.values() else None)


def map_building_block(_context: ImportContext, row: DumpRow) -> dict:
    block_type = row.line("block_type", 20)
    if block_type not in (ATOMIC, COMPOSITE):
        raise InvalidRow(f"there is no block type {block_type}")
    return {
        "uuid": row.line("uuid", 36),
        "name": row.line("name", 255),
        "block_type": block_type,
        "allows_more": row.boolean("allow_more"),
    }


def map_block_position(context: ImportContext, row: DumpRow) -> dict:
    return {
        "block_id": context.require("complexsignup.buildingblock", row.raw("block")),
        "label": row.line("label", 255, default=""),
        "is_optional": row.boolean("optional"),
    }


def map_block_composition(context: ImportContext, row: DumpRow) -> dict:
    return {
        "block_id": context.require("complexsignup.buildingblock", row.raw("composite_block")),
        "part_id": context.require("complexsignup.buildingblock", row.raw("sub_block")),
        "label": row.line("label", 255, default=""),
        "is_optional": row.boolean("optional"),
    }


def map_block_requirement(context: ImportContext, row: DumpRow) -> dict:
    return {
        "block_id": context.require("complexsignup.buildingblock", row.raw("block")),
        "for_everyone": row.boolean("everyone"),
        "at_least": row.integer("at_least", default=0),
    }


def map_question(_context: ImportContext, row: DumpRow) -> dict:
    return {
        "name": row.line("name", 50),
        "text": row.line("question_text", 250),
        "description": row.text("description", MAX_TEXT_LENGTH, default=None),
        "is_required": row.boolean("required"),
        "type": row.line("type", 20),
        "choices": row.list("choices"),
        "is_archived": row.boolean("archived"),
        "uses_saved_answers": row.boolean("use_saved_answers"),
    }


def map_resource_category(_context: ImportContext, row: DumpRow) -> dict:
    return {"name": row.line("name", 50)}


def map_resource(context: ImportContext, row: DumpRow) -> dict:
    return {
        "title": row.line("title", 50),
        "category_id": context.require("simpleresource.resourcecategory", row.raw("category")),
    }


def map_page(context: ImportContext, row: DumpRow) -> dict:
    return {
        "title": row.line("title", 250),
        "slug": row.line("slug", 250),
        "content": row.text("content", MAX_TEXT_LENGTH),
        "is_visible": row.boolean("publicly_visible"),
        "created_at": context.now,
        "updated_at": context.now,
    }
