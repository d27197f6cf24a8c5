"""Collections and their filters of the Gancio API (contract, section 11)."""


def represent_collection(collection) -> dict:
    return {
        "id": collection.id,
        "name": collection.name,
        "isActor": True,
        "isTop": collection.is_pinned,
        "sortIndex": collection.position,
    }


def represent_filter(collection_filter) -> dict:
    """Return a filter; conditions that it does not have are null."""
    return {
        "id": collection_filter.id,
        "negate": collection_filter.is_negated or None,
        "tags": collection_filter.tags or None,
        "places": [{"id": place_id} for place_id in collection_filter.place_ids] or None,
        "actors": collection_filter.actors or None,
        "collectionId": collection_filter.collection_id,
    }
