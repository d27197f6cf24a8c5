"""Rules of the Gancio API for writes of events."""

from tests.authorization.rules import EDITORS, EVERYONE, admit

HOST_OR_REVIEWER = admit("host", "editor", "admin")
# The only event is the first row of the world.
EVENT_ID = {"id": 1}

GANCIO_EVENT_RULES = {
    "/api/event": {"POST": EVERYONE, "PUT": admit("host", "editor", "admin", body=EVENT_ID)},
    "/api/event/assign_to_author": {"PUT": admit("admin", body=EVENT_ID | {"user_id": 1})},
    # Hosts confirm their events if they are trusted.
    "/api/event/confirm/{event_id}": {"PUT": EDITORS},
    "/api/event/disable_author/{event_id}": {"PUT": EDITORS},
    "/api/event/messages/{event_id}": {"POST": EVERYONE},
    "/api/event/unconfirm/{event_id}": {"PUT": HOST_OR_REVIEWER},
    "/api/event/{event_id}": {"PUT": HOST_OR_REVIEWER, "DELETE": HOST_OR_REVIEWER},
    "/api/events": {"POST": EVERYONE},
    "/api/events/{event_id}": {"PUT": HOST_OR_REVIEWER, "DELETE": HOST_OR_REVIEWER},
}
