"""The routes that write talks and tracks, with the refusals of each role."""

from sqlalchemy import select

from joindin.models import Talk
from tests.database_rows import count_rows
from tests.factories import days_from_now

ROLES = ("visitor", "plain", "elsewhere", "speaker", "host", "admin")

CREATE, UPDATE, REMOVE = (f"You must be logged in to {doing} data" for doing in ("create", "update", "remove"))
LINKS = (403, "You do not have permission to add links to this talk")
ADD_TALK = (400, "You do not have permission to add talks to this event")
EDIT_TALK = (403, "You do not have permission to update this talk")
DELETE_TALK = (400, "You do not have permission to do that")
INTO_TRACK = (400, "You do not have permission to add this talk to a track")
OUT_OF_TRACK = (400, "You do not have permission to remove this talk from this track")
EDIT_TRACK = (403, "You do not have permission to edit this track")
DELETE_TRACK = (403, "You do not have permission to delete this track")
ASSIGN = (401, "You must be the speaker or event admin to link a user to a talk")
APPROVE = (401, "You must be an event admin to approve this claim")
ACCEPT = (401, "You must be the talk speaker to approve this assignment")
REJECT = (403, "You do not have permission to reject the speaker claim on this talk")
UNLINK = (403, "You do not have permission to remove this speaker from this talk")

TALK = {"talk_title": "New", "talk_description": "About it"}
TRACK = {"track_name": "New"}
LINK = {"display_name": "code_link", "url": "https://c.example/"}

# Method, path and body, then the refusal of a visitor, of a stranger and of a claimed speaker (None: as a stranger; True:
# not refused), and the status of success.
ROUTES = {
    "add a talk": ("POST", "/events/{event}/talks", TALK, (401, CREATE), ADD_TALK, None, 201),
    "edit a talk": ("PUT", "/talks/{talk}", TALK, (401, UPDATE), EDIT_TALK, True, 204),
    "delete a talk": ("DELETE", "/talks/{talk}", None, (401, REMOVE), DELETE_TALK, None, 204),
    "star": ("POST", "/talks/{talk}/starred", [], (401, CREATE), True, True, 201),
    "unstar": ("DELETE", "/talks/{talk}/starred", None, (401, REMOVE), True, True, 200),
    "add a track": (
        "POST", "/events/{event}/tracks", TRACK,
        (401, "You must be logged in to create a track"), EDIT_TRACK, None, 201,
    ),
    "edit a track": (
        "PUT", "/tracks/{track}", TRACK,
        (401, "You must be logged in to edit this track"), EDIT_TRACK, None, 204,
    ),
    "delete a track": (
        "DELETE", "/tracks/{track}", None,
        (401, "You must be logged in to delete this track"), DELETE_TRACK, None, 204,
    ),
    "put into a track": (
        "POST", "/talks/{talk}/tracks", {"track_uri": "http://localhost/v2.1/tracks/{free_track}"},
        (400, CREATE), INTO_TRACK, True, 201,
    ),
    "take out of a track": ("DELETE", "/talks/{talk}/tracks/{track}", None, (400, REMOVE), OUT_OF_TRACK, True, 204),
    "add a link": ("POST", "/talks/{talk}/links", LINK, LINKS, LINKS, True, 204),
    "edit a link": ("PUT", "/talks/{talk}/links/{link}", LINK, LINKS, LINKS, True, 204),
    "remove a link": ("DELETE", "/talks/{talk}/links/{link}", None, LINKS, LINKS, True, 204),
    "assign": (
        "POST", "/talks/{talk}/speakers", {"display_name": "Free", "username": "claimant"},
        (401, CREATE), ASSIGN, None, 204,
    ),
    "approve": (
        "POST", "/talks/{talk}/speakers", {"display_name": "Claimed", "username": "claimant"},
        (401, CREATE), APPROVE, None, 204,
    ),
    "reject": (
        "DELETE", "/talks/{talk}/speakers?display_name=Claimed&username=claimant", None,
        (401, REMOVE), REJECT, None, 204,
    ),
    "unlink": ("DELETE", "/talks/{talk}/speakers/{speaker}", None, (401, REMOVE), UNLINK, True, 204),
}  # fmt: skip


def send(client, route, ids):
    method, path, body, *_ = ROUTES[route]
    if body == TALK:
        body = TALK | {"start_date": days_from_now(0.5).isoformat()}
    elif isinstance(body, dict):
        body = {name: value.format(**ids) for name, value in body.items()}
    return client.request(method, "/v2.1" + path.format(**ids), json=body)


def stored_state(session):
    """Return the number of rows by table and the versions of talks, which change with each write."""
    return count_rows(session), session.scalars(select(Talk.version).order_by(Talk.id)).all()
