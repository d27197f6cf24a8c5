"""Import of places and tags.

A place is the same as one that exists here if name and address are equal. Places of one source are never merged with each other. A
tag is the same as one that differs in case only.
"""

from sqlalchemy import select, update

from joindin.db.upserts import insert_missing
from joindin.imports.bulk_rows import is_among
from joindin.imports.gancio.records import ImportContext, Record, TableImport
from joindin.imports.gancio.source_row import GancioRow
from joindin.imports.legacy_row import InvalidRow
from joindin.imports.report import ADDED, SKIPPED, UNCHANGED
from joindin.models import ONLINE, Event, ImportOrigin, Place, Tag
from joindin.operations.agenda.places import place_text
from joindin.operations.events import tag_row
from joindin.utils.text import fold_case, fold_case_accents, is_name

PLACES, TAGS = "places", "tags"
MAX_TAG_LENGTH = 200


def map_place(row: GancioRow, context: ImportContext) -> dict:
    name = row.title("name", 255)
    if not is_name(name):
        raise InvalidRow("it has no name")
    latitude, longitude = row.degrees("latitude", 90), row.degrees("longitude", 180)
    is_located = latitude is not None and longitude is not None and (latitude, longitude) != (0, 0)
    created_at = row.timestamp("createdAt") or context.now
    return {
        "name": name,
        "name_key": fold_case_accents(name),
        "lookup_key": None,
        "address": row.title("address", 500),
        "latitude": latitude if is_located else None,
        "longitude": longitude if is_located else None,
        "created_at": created_at,
        "updated_at": row.timestamp("updatedAt") or created_at,
    }


def find_places(context: ImportContext, records: list[Record]) -> dict[str, int]:
    """Return the places here with the same name and address that stand for no other place of the source."""
    session = context.session
    used = select(ImportOrigin.row_id).where(
        ImportOrigin.source == context.source.identity,
        ImportOrigin.table_name == PLACES,
        ImportOrigin.row_id == Place.id,
    )
    keys = {fold_case(record.columns["name"]) for record in records}
    places = session.execute(
        select(Place.lookup_key, Place.id, Place.address).where(
            is_among(session, Place.lookup_key, keys), ~used.exists()
        )
    )
    by_identity = {_identity(key, address): id_ for key, id_, address in places}
    found = {}
    for record in records:
        identity = _identity(fold_case(record.columns["name"]), record.columns["address"])
        if identity in by_identity:
            found[record.key] = by_identity.pop(identity)
    return found


def set_lookup_keys(context: ImportContext, records: list[Record]) -> None:
    """Let the first place of a name be found by it; further ones of the same name are found by their id only."""
    keys = {fold_case(record.columns["name"]) for record in records}
    statement = select(Place.lookup_key).where(is_among(context.session, Place.lookup_key, keys))
    taken = set(context.session.scalars(statement))
    for record in records:
        key = fold_case(record.columns["name"])
        record.columns["lookup_key"] = None if key in taken else key
        taken.add(key)
        if str(record.row_id) != record.key:
            record.repairs.append(f"its id is {record.row_id} here")


def update_copies(context: ImportContext, records: list[Record]) -> None:
    """Copy changed places to all their events, also to those that were created here."""
    for record in records:
        if record.origin is not None:
            place = context.session.get(Place, record.row_id, populate_existing=True)
            copies = {"location": place_text(place), "latitude": place.latitude, "longitude": place.longitude}
            context.session.execute(
                update(Event)
                .where(Event.place_id == record.row_id)
                .values(copies)
                .execution_options(synchronize_session=False)
            )


def import_tags(context: ImportContext):
    for batch in context.source.batches(TAGS):
        context.report.read[TAGS] += len(batch)
        rows = {}
        for values in batch:
            name = tag_name(values.get("tag"))
            if name is None:
                context.report.count(TAGS, SKIPPED)
                context.report.add_issue(TAGS, None, "it has no name")
            else:
                rows.setdefault(fold_case(name), tag_row(name))
        known = find_tag_ids(context, rows)
        new = [row for key, row in rows.items() if key not in known]
        insert_missing(context.session, Tag, "spelling_key", new)
        context.report.count(TAGS, ADDED, len(new))
        context.report.count(TAGS, UNCHANGED, len(known))
        yield len(batch)


def tag_name(text) -> str | None:
    """Return the name of a tag as it is stored; None if it is no name."""
    name = tag_row("" if text is None else str(text))["name"].strip()[:MAX_TAG_LENGTH].strip()
    return name if is_name(name) else None


def find_tag_ids(context: ImportContext, keys) -> dict[str, int]:
    """Return the ids of tags by ``spelling_key``."""
    statement = select(Tag.spelling_key, Tag.id).where(is_among(context.session, Tag.spelling_key, list(keys)))
    return dict(context.session.execute(statement).all())


def _identity(key, address):
    """The place for online events is one; its address does not matter."""
    return key, "" if key == ONLINE else fold_case(address)


PLACE_IMPORT = TableImport(
    PLACES,
    Place,
    map_place,
    groups={
        "name": ("name", "name_key"),
        "address": ("address",),
        "position": ("latitude", "longitude"),
    },
    find_existing=find_places,
    prepare_new=set_lookup_keys,
    write_extras=update_copies,
)
