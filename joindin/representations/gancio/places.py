"""Places of the Gancio API (contract, section 9)."""

from joindin.utils.datetimes import iso_utc


def represent_found_place(place) -> dict:
    """Return the result of a search."""
    return {
        "name": place.name,
        "address": place.address,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "id": place.id,
    }


def represent_place(place) -> dict:
    """Return the place in full."""
    return {
        "id": place.id,
        "name": place.name,
        "ap_id": None,
        "address": place.address,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "createdAt": iso_utc(place.created_at),
        "updatedAt": iso_utc(place.updated_at),
    }


def represent_labelled_place(place) -> dict:
    """Return the result of a search for places and tags together; needs the ``number`` of events."""
    return {
        "label": place.name,
        "address": place.address,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "id": place.id,
        "w": place.number,
        "type": "place",
    }
