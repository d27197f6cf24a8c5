"""Rules of the Joind.in API, and of Gancio's clients."""

from dataclasses import replace

from tests.authorization.rules import (
    ADMINS,
    APPLICATIONS,
    EDITORS,
    EVERYONE,
    HOSTS,
    MANAGERS,
    READERS,
    SIGNED_IN,
    SPEAKERS,
    admit,
)

ANYONE_READS = {"GET": EVERYONE}
ANY_METHOD = dict.fromkeys(("DELETE", "PATCH", "POST", "PUT"), EVERYONE)
UNKNOWN_PATH = {"GET": EVERYONE} | dict.fromkeys(("DELETE", "POST", "PUT"), SIGNED_IN)
# Only open tasks of one's own events are listed.
MODERATORS = admit("host", "admin", refusals=[(200, '{"claims":[],'), (200, '{"reports":[],')])
TALK_TRACKS = admit(
    "speaker",
    "host",
    "admin",
    refusals=[(400, "You must be logged in to"), (400, "You do not have permission to")],
)
OWN_TOKENS = admit("owner", refusals=[(404, "No tokens found")])
OWN_APPLICATION = admit("owner", refusals=[(404, "No application found"), (200, '{"clients":[],')])

# Paths below a list, which show the list.
LISTS_OF_EVENT = ("attendees", "attending", "comments", "hosts", "images", "talk_comments", "talks", "tracks")
LISTS_OF_USER = ("attended", "hosted", "talk_comments", "talks")

V2_1_RULES = {
    **{f"/v2.1/events/{{event_id}}/{name}/{{below}}": ANYONE_READS for name in LISTS_OF_EVENT},
    **{f"/v2.1/users/{{user_id}}/{name}/{{below}}": ANYONE_READS for name in LISTS_OF_USER},
    "/v2.1/events/{event_id}/comments/reported/{below}": {"GET": HOSTS},
    "/v2.1/events/{event_id}/talk_comments/reported/{below}": {"GET": HOSTS},
    "/": ANYONE_READS | ANY_METHOD,
    "/v2.1": ANYONE_READS | ANY_METHOD,
    "/v2.1/accounts": {"GET": ADMINS},
    "/v2.1/applications": {"GET": SIGNED_IN, "POST": SIGNED_IN},
    "/v2.1/applications/{client_id}": dict.fromkeys(("DELETE", "GET", "PUT"), OWN_APPLICATION),
    "/v2.1/audit": {"GET": READERS},
    "/v2.1/claims": {"GET": MODERATORS},
    "/v2.1/contact": {"POST": APPLICATIONS},
    "/v2.1/emails/reminders/password": {"POST": EVERYONE},
    "/v2.1/emails/reminders/username": {"POST": EVERYONE},
    "/v2.1/emails/verifications": {"POST": EVERYONE},
    "/v2.1/event_comments": ANYONE_READS,
    "/v2.1/event_comments/reported": {"GET": MODERATORS},
    "/v2.1/event_comments/{comment_id}": ANYONE_READS,
    "/v2.1/event_comments/{comment_id}/reported": {"POST": SIGNED_IN, "PUT": HOSTS},
    "/v2.1/events": {"GET": EVERYONE, "POST": SIGNED_IN},
    "/v2.1/events/{event_id}": {"GET": EVERYONE, "PUT": HOSTS},
    "/v2.1/events/{event_id}/approval": {"DELETE": EDITORS, "POST": EDITORS},
    "/v2.1/events/{event_id}/attendees": ANYONE_READS,
    "/v2.1/events/{event_id}/attending": {"DELETE": SIGNED_IN, "GET": EVERYONE, "POST": SIGNED_IN},
    "/v2.1/events/{event_id}/claims": {"GET": HOSTS},
    "/v2.1/events/{event_id}/comments": {
        "GET": EVERYONE,
        "POST": replace(SIGNED_IN, refusals=((400, "You must log in to comment"),)),
    },
    "/v2.1/events/{event_id}/comments/reported": {"GET": HOSTS},
    "/v2.1/events/{event_id}/hosts": {"GET": EVERYONE, "POST": HOSTS},
    "/v2.1/events/{event_id}/hosts/{user_id}": {"DELETE": HOSTS},
    "/v2.1/events/{event_id}/images": {"DELETE": HOSTS, "GET": EVERYONE, "POST": HOSTS},
    "/v2.1/events/{event_id}/submission": {"POST": HOSTS},
    "/v2.1/events/{event_id}/talk_comments": ANYONE_READS,
    "/v2.1/events/{event_id}/talk_comments/reported": {"GET": HOSTS},
    "/v2.1/events/{event_id}/talks": {
        "GET": EVERYONE,
        "POST": replace(HOSTS, refusals=((400, "You do not have permission to add talks"),)),
    },
    "/v2.1/events/{event_id}/tracks": {"GET": EVERYONE, "POST": HOSTS},
    "/v2.1/events/{rest}": UNKNOWN_PATH,
    "/v2.1/facebook/token": {"POST": admit(refusals=[(501, "Cannot login via Facebook")])},
    "/v2.1/groups": {"GET": MANAGERS, "POST": MANAGERS},
    "/v2.1/groups/{group_id}": {"DELETE": MANAGERS, "GET": MANAGERS, "PUT": MANAGERS},
    "/v2.1/groups/{group_id}/members": {"GET": MANAGERS, "POST": MANAGERS},
    "/v2.1/groups/{group_id}/members/{user_id}": {"DELETE": MANAGERS},
    "/v2.1/groups/{group_id}/permissions": {"GET": ADMINS, "POST": ADMINS},
    "/v2.1/groups/{group_id}/presets": {"POST": ADMINS},
    "/v2.1/languages": ANYONE_READS,
    "/v2.1/languages/{language_id}": ANYONE_READS,
    "/v2.1/permissions/{permission_id}": {"DELETE": ADMINS},
    "/v2.1/personal_tokens": {"GET": SIGNED_IN, "POST": SIGNED_IN},
    "/v2.1/personal_tokens/{token_id}": {"DELETE": OWN_TOKENS, "GET": OWN_TOKENS},
    "/v2.1/rejection_reasons": {"GET": EDITORS, "POST": EDITORS},
    "/v2.1/rejection_reasons/{reason_id}": {"DELETE": EDITORS, "GET": EDITORS, "PUT": EDITORS},
    "/v2.1/talk_comments": ANYONE_READS,
    "/v2.1/talk_comments/reported": {"GET": MODERATORS},
    "/v2.1/talk_comments/{comment_id}": {
        "GET": EVERYONE,
        "PUT": admit("owner", body={"comment": "Better", "rating": 3}),
    },
    "/v2.1/talk_comments/{comment_id}/reported": {"POST": SIGNED_IN, "PUT": HOSTS},
    "/v2.1/talk_types": ANYONE_READS,
    "/v2.1/talk_types/{type_id}": ANYONE_READS,
    "/v2.1/talks": {"GET": EVERYONE, "POST": SIGNED_IN},
    "/v2.1/talks/{rest}": UNKNOWN_PATH,
    "/v2.1/talks/{talk_id}": {
        "DELETE": replace(HOSTS, refusals=((400, "You do not have permission to do that"),)),
        "GET": EVERYONE,
        "POST": SIGNED_IN,
        "PUT": SPEAKERS,
    },
    "/v2.1/talks/{talk_id}/comments": {"GET": EVERYONE, "POST": SIGNED_IN},
    "/v2.1/talks/{talk_id}/links": {"GET": EVERYONE, "POST": SPEAKERS},
    "/v2.1/talks/{talk_id}/links/{link_id}": {"DELETE": SPEAKERS, "GET": EVERYONE, "PUT": SPEAKERS},
    "/v2.1/talks/{talk_id}/speakers": {"DELETE": HOSTS, "GET": EVERYONE, "POST": SIGNED_IN},
    "/v2.1/talks/{talk_id}/speakers/{user_id}": {"DELETE": SPEAKERS},
    "/v2.1/talks/{talk_id}/starred": {"DELETE": SIGNED_IN, "GET": EVERYONE, "POST": SIGNED_IN},
    "/v2.1/talks/{talk_id}/tracks": {"POST": TALK_TRACKS},
    "/v2.1/talks/{talk_id}/tracks/{track_id}": {"DELETE": TALK_TRACKS},
    "/v2.1/talks/{talk_id}/{below}": UNKNOWN_PATH | {"DELETE": EVERYONE, "PUT": EVERYONE},
    "/v2.1/token": {"GET": SIGNED_IN, "POST": EVERYONE},
    "/v2.1/token/{token_id}": {"DELETE": OWN_TOKENS, "GET": SIGNED_IN},
    "/v2.1/tracks": ANYONE_READS,
    "/v2.1/tracks/{track_id}": {"DELETE": HOSTS, "GET": EVERYONE, "PUT": HOSTS},
    "/v2.1/twitter/request_token": {"POST": APPLICATIONS},
    "/v2.1/twitter/token": {"POST": APPLICATIONS},
    "/v2.1/users": {"GET": EVERYONE, "POST": EVERYONE},
    "/v2.1/users/passwords": {"POST": EVERYONE},
    "/v2.1/users/verifications": {"POST": EVERYONE},
    "/v2.1/users/{rest}": {"GET": EVERYONE, "POST": SIGNED_IN},
    "/v2.1/users/{user_id}": {
        "DELETE": ADMINS,
        "GET": EVERYONE,
        "PUT": admit("admin", refusals=[(400, "Could not update user")]),
    },
    "/v2.1/users/{user_id}/access": {"DELETE": ADMINS},
    "/v2.1/users/{user_id}/attended": ANYONE_READS,
    "/v2.1/users/{user_id}/hosted": ANYONE_READS,
    "/v2.1/users/{user_id}/permissions": {"GET": ADMINS, "POST": ADMINS},
    "/v2.1/users/{user_id}/roles": {"GET": ADMINS, "PUT": ADMINS},
    "/v2.1/users/{user_id}/talk_comments": {"DELETE": ADMINS, "GET": EVERYONE},
    "/v2.1/users/{user_id}/talks": ANYONE_READS,
    "/v2.1/users/{user_id}/trusted": {"POST": ADMINS},
}

OTHER_API_RULES = {
    "/Favicon.ico": ANYONE_READS,
    "/favicon.ico": ANYONE_READS,
    "/robots.txt": ANYONE_READS,
    "/api/client": {"POST": EVERYONE},
    "/api/client/{client_id}": {"GET": SIGNED_IN},
    "/api/clients": {"GET": SIGNED_IN},
    "/docs": ANYONE_READS,
    "/docs/openapi.json": ANYONE_READS,
    "/inc/img/event_icons/{file}": ANYONE_READS,
    **dict.fromkeys(("/robots.txt", "/favicon.ico", "/Favicon.ico"), ANYONE_READS),
    "/static/{filename}": ANYONE_READS,
}
