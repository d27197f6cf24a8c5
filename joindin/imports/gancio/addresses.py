"""Slugs of imported events, and aliases where the address in the source is another event's here."""

from sqlalchemy import select

from joindin.imports.bulk_rows import insert_new, is_among
from joindin.imports.gancio.records import ImportContext, Record
from joindin.models import Event, EventAlias
from joindin.utils.agenda_slugs import agenda_slug

MAX_BASE_LENGTH = 200


def set_slugs(context: ImportContext, records: list[Record]) -> None:
    """Keep the slugs that are free; others get the id, which is new. An event without a slug gets one."""
    candidates = {record.key: _candidates(record) for record in records}
    slugs = {slug for names in candidates.values() for slug in names}
    statement = select(Event.slug).where(is_among(context.session, Event.slug, slugs))
    taken = set(context.session.scalars(statement))
    for record in records:
        old, new = record.columns["slug"], next(slug for slug in candidates[record.key] if slug not in taken)
        taken.add(new)
        record.columns["slug"] = new
        record.extras["aliases"] = aliases = []
        if old and new != old:
            record.repairs.append(f"the slug {old!r} is another event's: it is {new!r} here")
            aliases.append(old)
        if str(record.row_id) != record.key:
            record.repairs.append(f"its id is {record.row_id} here")
            aliases.append(record.key)


def store_aliases(context: ImportContext, records: list[Record]) -> None:
    """Store the former addresses of new events. The first event of an address keeps it."""
    rows = [
        {"alias": alias, "event_id": record.row_id} for record in records for alias in record.extras.get("aliases", ())
    ]
    insert_new(context.session, EventAlias.__table__, rows)


def _candidates(record):
    slug = record.columns["slug"] or agenda_slug(record.columns["name"])
    numbered = f"{(slug or 'event')[:MAX_BASE_LENGTH]}-{record.row_id}"
    return [*filter(None, [slug]), numbered, f"{numbered}-{record.key}"[:255]]
