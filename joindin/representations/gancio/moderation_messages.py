"""Messages about events of the Gancio API (contract, section 6.6)."""

from joindin.utils.datetimes import iso_utc


def represent_message(message) -> dict:
    return {
        "id": message.id,
        "message": message.message,
        "author": message.author,
        "is_author_visible": message.is_author_visible,
        "createdAt": iso_utc(message.created_at),
        "updatedAt": iso_utc(message.updated_at),
        "eventId": message.event_id,
    }
