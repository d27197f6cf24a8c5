"""Collections of the agenda, their filters, and the events that they select (contract, section 11)."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import bindparam, select, true

from joindin.models import Collection, CollectionFilter
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.agenda.agenda_lists import Choice
from joindin.queries.agenda.tags import find_tag_ids_by_key
from joindin.utils.text import fold_case

_collection, _filter = Collection.__table__.c, CollectionFilter.__table__.c
_ordered = select(*_collection).order_by(_collection.position, _collection.id)
_ALL = CompiledStatement(_ordered)
_PINNED = CompiledStatement(_ordered.where(_collection.is_pinned == true()))
_FILTERS = CompiledStatement(
    select(*_filter)
    .where(_filter.collection_id.in_(bindparam("ids", expanding=True)))
    .order_by(_filter.collection_id, _filter.id)
)
# A collection without filters is a row without values.
_FILTERS_BY_NAME = CompiledStatement(
    select(*_filter)
    .select_from(Collection.__table__.outerjoin(CollectionFilter.__table__, _collection.id == _filter.collection_id))
    .where(_collection.name == bindparam("name"))
    .order_by(_filter.id)
)

CollectionChoices = tuple[tuple[Choice, ...] | None, tuple[Choice, ...]]


def list_collections(connection, *, is_pinned: bool = False) -> Sequence:
    """Return all collections, or only the pinned ones, in their order."""
    return connection.execute(_PINNED if is_pinned else _ALL).all()


def load_filters(connection, collection_ids: Sequence[int]) -> dict[int, list]:
    """Return the filters of the collections by the collection's id: one statement."""
    filters = defaultdict(list)
    for row in connection.execute(_FILTERS, {"ids": list(collection_ids)}):
        filters[row.collection_id].append(row)
    return filters


def load_collection_choices(connection, name: str) -> CollectionChoices:
    """Return the choices of the collection; one that does not exist selects nothing."""
    return find_collection_choices(connection, name) or ((), ())


def find_collection_choices(connection, name: str | None) -> CollectionChoices | None:
    """Return the choices of which an event of the collection is in one, and those of which it is in none.

    A collection of which all filters are negated selects everything else; the first value is then None. A collection that
    has no filters selects nothing. Without a name, and for a name that no collection has, None is returned.
    """
    rows = connection.execute(_FILTERS_BY_NAME, {"name": name.replace("\0", "")}).all() if name else None
    if not rows:
        return None
    filters = [row for row in rows if row.id is not None]
    tag_ids = find_tag_ids_by_key(connection, {tag for row in filters for tag in row.tags})
    selecting = [row for row in filters if not row.is_negated]
    any_of = None if filters and not selecting else tuple(_choice(row, tag_ids) for row in selecting)
    return any_of, tuple(_choice(row, tag_ids) for row in filters if row.is_negated)


def _choice(row, tag_ids):
    is_of_others = bool(row.actors) and not any(actor.get("ap_id") is None for actor in row.actors)
    if is_of_others or not (row.tags or row.place_ids or row.actors):
        return Choice(())
    found = tuple(sorted({tag_ids[key] for tag in row.tags if (key := fold_case(tag)) in tag_ids}))
    return Choice(found if row.tags else None, tuple(sorted(set(row.place_ids))) if row.place_ids else None)
