"""Who may write what about talks and tracks: every role at every route."""

import pytest
from sqlalchemy import func, select

from joindin.models import Event, Mail, Talk, TalkClaim, TalkLink, TalkSpeaker, TalkStar, Track, talk_tracks
from tests.factories import days_from_now, make_claim, make_event, make_star, make_talk, make_track, make_user

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

# Method, path, body, then what a visitor hears, what a stranger, what a claimed speaker (None: as a
# stranger; True: it is done) and the status of what is done.
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
        "POST", "/talks/{talk}/speakers", {"display_name": "Free", "username": "somebody"},
        (401, CREATE), ASSIGN, None, 204,
    ),
    "approve": (
        "POST", "/talks/{talk}/speakers", {"display_name": "Claimed", "username": "somebody"},
        (401, CREATE), APPROVE, None, 204,
    ),
    "reject": (
        "DELETE", "/talks/{talk}/speakers?display_name=Claimed&username=somebody", None,
        (401, REMOVE), REJECT, None, 204,
    ),
    "unlink": ("DELETE", "/talks/{talk}/speakers/{speaker}", None, (401, REMOVE), UNLINK, True, 204),
}  # fmt: skip


@pytest.fixture
def world(api, session):
    """A talk with all that can be written about it, and a client of each role."""
    host, speaker, elsewhere = (make_user(session, name) for name in ("host", "speaker", "elsewhere"))
    somebody = make_user(session, "somebody")
    event = make_event(session, host=host, starts_at=days_from_now(0))
    make_talk(session, make_event(session, host=elsewhere))
    track, free_track = make_track(session, event), make_track(session, event)
    talk = make_talk(
        session,
        event,
        speakers=[speaker, "Free", "Claimed"],
        tracks=[track],
        links=[("slides_link", "https://s.example/")],
    )
    make_claim(session, talk, talk.speakers[2], somebody)
    make_star(session, talk, speaker)
    clients = {
        "visitor": api,
        "plain": api.signed_in(make_user(session, "plain")),
        "elsewhere": api.signed_in(elsewhere),
        "speaker": api.signed_in(speaker),
        "host": api.signed_in(host),
        "admin": api.signed_in(make_user(session, "admin", is_admin=True)),
    }
    ids = {
        "event": event.id,
        "talk": talk.id,
        "track": track.id,
        "free_track": free_track.id,
        "link": talk.links[0].id,
        "speaker": speaker.id,
    }
    return clients, ids


def ask(world, role, route):
    clients, ids = world
    method, path, body, *_ = ROUTES[route]
    if body == TALK:
        body = TALK | {"start_date": days_from_now(0.5).isoformat()}
    elif isinstance(body, dict):
        body = {name: value.format(**ids) for name, value in body.items()}
    return clients[role].request(method, "/v2.1" + path.format(**ids), json=body)


def stored(session):
    """How much there is of everything, and the versions, which move with each change."""
    tables = (Talk, TalkClaim, TalkLink, TalkSpeaker, TalkStar, Track, talk_tracks, Mail)
    counts = [session.scalar(select(func.count()).select_from(table)) for table in tables]
    return counts, session.scalars(select(Talk.version).order_by(Talk.id)).all()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", ROUTES)
def test_each_role_may_do_its_part_and_hears_why_not_else(session, world, route, role):
    *_, visitor, stranger, speaker, done = ROUTES[route]
    told = {
        "visitor": visitor,
        "plain": stranger,
        "elsewhere": stranger,
        "speaker": speaker or stranger,
        "host": True,
        "admin": True,
    }[role]
    before = stored(session)

    reply = ask(world, role, route)

    if told is True:
        assert (reply.status_code, reply.json if reply.status_code >= 400 else []) == (done, [])
    else:
        status, sentence = told
        assert (reply.status_code, reply.json) == (status, [sentence])
        assert stored(session) == before


def test_an_assignment_is_accepted_by_its_speaker_alone(session, world):
    assert ask(world, "host", "assign").status_code == 204

    replies = {role: ask(world, role, "assign") for role in ROLES if role != "visitor"}

    assert {role: (reply.status_code, reply.json) for role, reply in replies.items()} == {
        role: (ACCEPT[0], [ACCEPT[1]]) for role in replies
    }


HIDDEN = {
    "waiting": {"is_active": False, "is_pending": True},
    "rejected": {"is_active": False},
    "private": {"is_private": True},
}
GONE = {
    "add a talk": (404, ["Event not found"]),
    # What cannot be seen is deleted, and unstarred, already.
    "delete a talk": (204, None),
    "unstar": (200, None),
    **dict.fromkeys(("add a track", "edit a track", "delete a track"), (404, ["Associated event not found"])),
}


@pytest.mark.parametrize("state", HIDDEN)
@pytest.mark.parametrize("route", ROUTES)
def test_nobody_writes_to_the_talks_of_an_event_that_is_not_public(session, world, route, state):
    ids = world[1]
    talk = session.get(Talk, ids["talk"])
    session.delete(session.get(TalkStar, (ids["speaker"], talk.id)))
    event = session.get(Event, talk.event_id)
    for name, value in HIDDEN[state].items():
        setattr(event, name, value)
    session.commit()
    before = stored(session)

    replies = [ask(world, role, route) for role in ("host", "admin")]

    assert [(reply.status_code, reply.json if reply.data else None) for reply in replies] == [
        GONE.get(route, (404, ["Talk not found"]))
    ] * 2
    assert stored(session) == before
