"""Import of collections and their filters."""

from sqlalchemy import select

from joindin.imports.bulk_rows import is_among
from joindin.imports.gancio.mappings import find_present_ids, load_origins
from joindin.imports.gancio.places_and_tags import PLACES, tag_name
from joindin.imports.gancio.records import ImportContext, Record, TableImport
from joindin.imports.gancio.source_row import GancioRow
from joindin.imports.legacy_row import InvalidRow
from joindin.imports.report import ORPHANED
from joindin.models import Collection, CollectionFilter, Place
from joindin.utils.text import is_name

COLLECTIONS, FILTERS = "collections", "filters"
MAX_SORT_INDEX = 1_000_000


def map_collection(row: GancioRow, _context: ImportContext) -> dict:
    name = row.title("name", 255)
    if not is_name(name):
        raise InvalidRow("it has no name")
    position = row.number("sortIndex", 0)
    return {
        "name": name,
        "is_pinned": row.flag("isTop", default=True),
        "position": min(max(position, 0), MAX_SORT_INDEX),
    }


def split_equal_names(records: list[Record]) -> list[list[Record]]:
    """Put a second collection of the same name, of a damaged source, after the first."""
    names, first, later = set(), [], []
    for record in records:
        (later if record.columns["name"] in names else first).append(record)
        names.add(record.columns["name"])
    return [first, later]


def find_collections(context: ImportContext, records: list[Record]) -> dict[str, int]:
    names = {record.columns["name"] for record in records}
    statement = select(Collection.name, Collection.id).where(is_among(context.session, Collection.name, names))
    ids = dict(context.session.execute(statement).all())
    return {record.key: ids[record.columns["name"]] for record in records if record.columns["name"] in ids}


def map_filter(row: GancioRow, _context: ImportContext) -> dict:
    """Map a filter. ``collection_id`` and ``place_ids`` are keys of source rows until they are resolved."""
    places = [place.get("id") if isinstance(place, dict) else place for place in row.texts("places")]
    tags = [tag.get("tag") if isinstance(tag, dict) else tag for tag in row.texts("tags")]
    actors = [actor for actor in row.json("actors", list) if isinstance(actor, dict)]
    return {
        "collection_id": row.reference("collectionId"),
        "tags": [name for tag in tags if (name := tag_name(tag))],
        "place_ids": [str(place) for place in places if place is not None],
        "actors": [{"ap_id": actor.get("ap_id")} for actor in actors],
        "is_negated": row.flag("negate"),
    }


def resolve_filters(context: ImportContext, records: list[Record]) -> list[Record]:
    collections = load_origins(
        context, COLLECTIONS, {key for record in records if (key := record.columns["collection_id"])}
    )
    ids = find_present_ids(context, COLLECTIONS, Collection, collections)
    places = find_present_ids(
        context, PLACES, Place, [key for record in records for key in record.columns["place_ids"]]
    )
    present = {key: collection for key, collection in collections.items() if key in ids}
    return [record for record in records if _resolve(context, record, present, places)]


def _resolve(context, record, collections, places):
    columns = record.columns
    collection = collections.get(columns["collection_id"])
    if collection is None:
        return _leave_out(context, record, "its collection is not there")
    if not collection.fingerprints and record.origin is None:
        context.report.count_excluded(FILTERS, "filters of a collection that existed here")
        return False
    place_ids = [places[key] for key in columns["place_ids"] if key in places]
    if len(place_ids) < len(columns["place_ids"]):
        record.repairs.append("some of its places are not there")
    if columns["place_ids"] and not place_ids and not columns["tags"]:
        # Without places it would match every event.
        return _leave_out(context, record, "none of its places is there")
    columns |= {"collection_id": collection.row_id, "place_ids": place_ids}
    return True


def _leave_out(context, record, reason):
    context.report.count(FILTERS, ORPHANED)
    context.report.add_issue(FILTERS, record.key, reason)
    return False


COLLECTION_IMPORT = TableImport(
    COLLECTIONS,
    Collection,
    map_collection,
    groups={"name": ("name",), "position": ("position",), "pin": ("is_pinned",)},
    split=split_equal_names,
    find_existing=find_collections,
)
FILTER_IMPORT = TableImport(
    FILTERS,
    CollectionFilter,
    map_filter,
    groups={"all": ("tags", "place_ids", "actors", "is_negated")},
    resolve=resolve_filters,
)
