"""Collections of events and their filters. All changes take the lock of the table, because positions depend on each other."""

from sqlalchemy import delete, func, select

from joindin.db.locking import lock_row, lock_table
from joindin.errors import Conflict, InvalidInput, NotFound
from joindin.models import Collection, CollectionFilter, User
from joindin.operations.audit import log_action
from joindin.viewer import UserSnapshot

MAX_NAME_LENGTH = 255
MAX_COLLECTIONS = 1000
MAX_FILTERS = 100
MSG_NAME_TAKEN = "A collection of that name exists already"

Actor = User | UserSnapshot | None


def add_collection(session, *, name: str, actor: Actor) -> Collection:
    """Add a pinned collection behind the others.

    :raises Conflict: if the name is taken, or there are too many collections.
    """
    lock_table(session, Collection)
    if session.scalar(select(Collection.id).where(Collection.name == name)) is not None:
        raise Conflict(MSG_NAME_TAKEN)
    count, last = session.execute(select(func.count(), func.max(Collection.position))).one()
    if count >= MAX_COLLECTIONS:
        raise Conflict(f"There are {MAX_COLLECTIONS} collections already")
    collection = Collection(name=name, position=(last or 0) + 1)
    session.add(collection)
    session.flush()
    log_action(session, "collection.add", collection, actor=actor)
    return collection


def delete_collection(session, collection_id: int, *, actor: Actor) -> None:
    """Delete a collection with its filters; :raises NotFound: if there is none."""
    collection = _lock_collection(session, collection_id)
    log_action(session, "collection.delete", collection, actor=actor)
    session.execute(delete(CollectionFilter).where(CollectionFilter.collection_id == collection_id))
    session.delete(collection)
    session.flush()


def toggle_collection(session, collection_id: int, *, actor: Actor) -> Collection:
    """Pin the collection, or unpin it; :raises NotFound: if there is none."""
    collection = _lock_collection(session, collection_id)
    collection.is_pinned = not collection.is_pinned
    changes = {"pinned": [not collection.is_pinned, collection.is_pinned]}
    log_action(session, "collection.edit", collection, actor=actor, changes=changes)
    return collection


def move_collection_up(session, position: int, *, actor: Actor) -> None:
    """Exchange the collection at that position and the one before it; :raises NotFound: if one of them is missing."""
    lock_table(session, Collection)
    ordered = select(Collection).execution_options(populate_existing=True)
    collection = session.scalar(ordered.where(Collection.position == position).order_by(Collection.id).limit(1))
    before = session.scalar(ordered.where(Collection.position < position).order_by(Collection.position.desc()).limit(1))
    if collection is None or before is None:
        raise NotFound("Not Found")
    collection.position, before.position = before.position, collection.position
    changes = {"position": [before.position, collection.position]}
    log_action(session, "collection.edit", collection, actor=actor, changes=changes)


def add_filter(session, collection_id: int, fields: dict, *, actor: Actor) -> CollectionFilter:
    """Add a filter with these columns.

    :raises NotFound: if there is no such collection.
    :raises InvalidInput: if it has too many filters.
    """
    collection = _lock_collection(session, collection_id)
    of_collection = select(func.count()).where(CollectionFilter.collection_id == collection_id)
    if session.scalar(of_collection) >= MAX_FILTERS:
        raise InvalidInput(f"The collection has {MAX_FILTERS} filters already")
    collection_filter = CollectionFilter(collection_id=collection_id, **fields)
    session.add(collection_filter)
    session.flush()
    _log_filter(session, collection, None, _describe(collection_filter), actor)
    return collection_filter


def edit_filter(session, filter_id: int, fields: dict, *, actor: Actor) -> CollectionFilter:
    """Change the given columns; :raises NotFound: if there is no such filter."""
    collection, collection_filter = _lock_filter(session, filter_id)
    before = _describe(collection_filter)
    for name, value in fields.items():
        setattr(collection_filter, name, value)
    session.flush()
    _log_filter(session, collection, before, _describe(collection_filter), actor)
    return collection_filter


def delete_filter(session, filter_id: int, *, actor: Actor) -> None:
    """:raises NotFound: if there is no such filter."""
    collection, collection_filter = _lock_filter(session, filter_id)
    _log_filter(session, collection, _describe(collection_filter), None, actor)
    session.delete(collection_filter)
    session.flush()


def _lock_collection(session, collection_id):
    lock_table(session, Collection)
    collection = lock_row(session, Collection, collection_id)
    if collection is None:
        raise NotFound("Not Found")
    return collection


def _lock_filter(session, filter_id):
    lock_table(session, Collection)
    collection_filter = lock_row(session, CollectionFilter, filter_id)
    if collection_filter is None:
        raise NotFound("Not Found")
    return session.get_one(Collection, collection_filter.collection_id), collection_filter


def _describe(collection_filter):
    names = ("tags", "place_ids", "actors", "is_negated")
    return {name: value for name in names if (value := getattr(collection_filter, name))}


def _log_filter(session, collection, before, after, actor):
    log_action(session, "collection.edit", collection, actor=actor, changes={"filter": [before, after]})
