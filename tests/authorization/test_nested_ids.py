"""Addresses with two ids: the right on the first object gives none on the second if it belongs to another one."""

import re

import pytest

from joindin.models import EventHost, GroupMember, TalkLink
from tests.authorization.world import Caller, list_routes, make_world
from tests.factories import make_event, make_group, make_talk, make_track, make_user

BODIES = {"links": {"display_name": "slides_link", "url": "https://evil.example/"}}


@pytest.fixture
def own(session):
    """Objects of a host, and of a manager of groups, who has no right on those of the world."""
    intruder = make_user(session, "intruder")
    event = make_event(session, host=intruder)
    track = make_track(session, event)
    talk = make_talk(
        session, event, speakers=[intruder], tracks=[track], links=[("slides_link", "https://own.example/")]
    )
    ids = {"event_id": event.id, "talk_id": talk.id, "group_id": make_group(session, members=[intruder]).id}
    return intruder, ids


def nested_routes(app):
    """Return method and path of the writing routes with two ids."""
    return [
        (method, path)
        for method, path in list_routes(app)
        if method != "GET" and len(re.findall(r"{\w+_id}", path)) == 2
    ]


def test_an_id_below_another_object_is_not_found_and_nothing_changes(app, session, token_for, count_rows, own):
    """The first id is the intruder's own, the second that of a row of the world.

    The removal of a row that is not there may succeed, as the contract has it. The log of admins grows.
    """
    world, (intruder, own_ids) = make_world(session), own
    caller, admin = Caller(app, intruder, token=token_for(intruder)), world.users["admin"]
    admin_caller = Caller(app, admin, token=token_for(admin))
    session.add(EventHost(event_id=world.ids["event_id"], user_id=world.ids["user_id"]))
    session.add(GroupMember(group_id=world.ids["group_id"], user_id=world.users["owner"].id))
    session.commit()
    routes, before, changed = nested_routes(app), count_rows() | {"audit_entries": 0}, []
    world.ids |= {"group_id": own_ids["group_id"], "event_id": own_ids["event_id"], "talk_id": own_ids["talk_id"]}

    for method, path in routes:
        body = next((body for part, body in BODIES.items() if part in path), None)
        for each in (caller, admin_caller):
            each.request(method, world.path(path), body)
            if count_rows() | {"audit_entries": 0} != before:
                changed.append((method, path))

    assert routes
    assert changed == []
    assert session.get_one(TalkLink, world.ids["link_id"]).url == "https://slides.example/"
