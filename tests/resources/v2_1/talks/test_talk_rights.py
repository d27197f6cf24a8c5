"""Permissions of roles on talks and tracks: every route for every role."""

import pytest
from sqlalchemy import update

from joindin.models import Event, TalkStar
from tests.resources.v2_1.talks.talk_routes import ACCEPT, ROLES, ROUTES, send, stored_state


@pytest.mark.parametrize("route", ROUTES)
def test_each_role_may_do_its_part_and_a_refusal_changes_nothing(session, role_clients, arrange_talk, route):
    *_, visitor, stranger, speaker, done_status = ROUTES[route]
    expected = {
        "visitor": visitor,
        "plain": stranger,
        "elsewhere": stranger,
        "speaker": speaker or stranger,
        "host": True,
        "admin": True,
    }

    for role in ROLES:
        ids = arrange_talk()
        session.commit()
        before = stored_state(session)

        reply = send(role_clients[role], route, ids)

        if expected[role] is True:
            assert (role, reply.status_code) == (role, done_status)
        else:
            status, message = expected[role]
            assert (role, reply.status_code, reply.json) == (role, status, [message])
            assert stored_state(session) == before


def test_an_assignment_is_accepted_by_its_speaker_alone(role_clients, talk_ids):
    assert send(role_clients["host"], "assign", talk_ids).status_code == 204

    replies = {role: send(role_clients[role], "assign", talk_ids) for role in ROLES if role != "visitor"}

    assert {role: (reply.status_code, reply.json) for role, reply in replies.items()} == {
        role: (ACCEPT[0], [ACCEPT[1]]) for role in replies
    }


HIDDEN = {
    "pending": {"is_active": False, "is_pending": True},
    "rejected": {"is_active": False},
    "private": {"is_private": True},
}
GONE = {
    "add a talk": (404, ["Event not found"]),
    # Deleting and unstarring succeed without a visible talk.
    "delete a talk": (204, None),
    "unstar": (200, None),
    **dict.fromkeys(("add a track", "edit a track", "delete a track"), (404, ["Associated event not found"])),
}


@pytest.mark.parametrize("route", ROUTES)
def test_talks_of_hidden_events_are_not_written(session, role_clients, arrange_talk, route):
    for fields in HIDDEN.values():
        ids = arrange_talk()
        session.delete(session.get(TalkStar, (ids["speaker"], ids["talk"])))
        session.execute(update(Event).where(Event.id == ids["event"]).values(fields))
        session.commit()
        before = stored_state(session)

        replies = [send(role_clients[role], route, ids) for role in ("host", "admin")]

        assert [(reply.status_code, reply.json if reply.data else None) for reply in replies] == [
            GONE.get(route, (404, ["Talk not found"]))
        ] * 2
        assert stored_state(session) == before
