"""Rules of the reads of Gancio's API (contract, sections 3 and 18)."""

from tests.authorization.rules import ADMINS, EDITORS, EVERYONE, SIGNED_IN, admit

# Strangers get 400.
HOST_AND_REVIEWERS = admit("host", "editor", "admin", refusals=[(400, "Bad Request")])
ANYONE_READS = {"GET": EVERYONE}

GANCIO_READ_RULES = {
    "/api/collections": ANYONE_READS,
    "/api/collections/{name}": ANYONE_READS,
    "/api/event/detail/{slug}": ANYONE_READS,
    "/api/event/messages/{event_id}": {"GET": HOST_AND_REVIEWERS},
    "/api/event/meta": ANYONE_READS,
    "/api/event/unconfirmed": {"GET": EDITORS},
    "/api/event/{slug}": ANYONE_READS,
    "/api/events": ANYONE_READS,
    "/api/events/mine": {"GET": SIGNED_IN},
    "/api/export": ANYONE_READS,
    "/api/export/{form}": ANYONE_READS,
    "/feed/{form}": ANYONE_READS,
    "/feed/{form}/": ANYONE_READS,
    "/feed/{form}/collection/{name}": ANYONE_READS,
    "/feed/{form}/place/{name}": ANYONE_READS,
    "/feed/{form}/tag/{name}": ANYONE_READS,
    "/api/filter/{collection_id}": {"GET": ADMINS},
    "/api/place": ANYONE_READS,
    "/api/place/{name}": ANYONE_READS,
    "/api/places": {"GET": ADMINS},
    "/api/tag": ANYONE_READS,
    "/api/tag/{name}": ANYONE_READS,
    "/api/tags": {"GET": ADMINS},
}
