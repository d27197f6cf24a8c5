"""Hosts of events (spec 4.9)."""

import pytest
from sqlalchemy import select

from joindin.models import EventHost, Mail
from tests.factories import make_event, make_event_comment, make_user


@pytest.fixture
def host(session):
    return make_user(session, "host", full_name="Hedy Host")


@pytest.fixture
def event(session, host):
    return make_event(session, host=host)


def hosts_of(session, event):
    wanted = select(EventHost.user_id).where(EventHost.event_id == event.id).order_by(EventHost.user_id)
    return session.scalars(wanted).all()


def make_host(session, event, user):
    session.add(EventHost(event_id=event.id, user_id=user.id))
    session.flush()
    return user


def test_hosts_are_listed_by_name_in_pages(api, session, host, event):
    for name in ("zoe zimmer", "Ännchen Adler"):
        make_host(session, event, make_user(session, full_name=name))

    reply = api.get(f"/v2.1/events/{event.id}/hosts?resultsperpage=2")

    here = f"http://localhost/v2.1/events/{event.id}/hosts"
    assert reply.status_code == 200
    assert list(reply.json) == ["hosts", "meta"]
    assert [each["host_name"] for each in reply.json["hosts"]] == ["Ännchen Adler", "Hedy Host"]
    assert list(reply.json["hosts"][1].items()) == [
        ("host_name", "Hedy Host"),
        ("host_uri", f"http://localhost/v2.1/users/{host.id}"),
    ]
    assert reply.json["meta"] == {
        "count": 2,
        "total": 3,
        "this_page": f"{here}?resultsperpage=2",
        "next_page": f"{here}?resultsperpage=2&start=2",
    }


def test_an_event_without_hosts_and_an_unknown_one_have_an_empty_list(api, session):
    for event_id in (make_event(session).id, 999):
        reply = api.get(f"/v2.1/events/{event_id}/hosts/")

        assert (reply.status_code, reply.json["hosts"], reply.json["meta"]["total"]) == (200, [], 0)


@pytest.mark.parametrize("username", ["newcomer", "NewComer", " newcomer "])
@pytest.mark.parametrize("role", ["host", "admin"])
def test_a_host_is_added_by_username(api, session, host, event, role, username):
    newcomer = make_user(session, "newcomer")
    caller = api.signed_in(host if role == "host" else make_user(session, is_admin=True))

    reply = caller.post(f"/v2.1/events/{event.id}/hosts", json={"host_name": username})

    assert (reply.status_code, reply.data) == (204, b"")
    assert reply.headers["Location"] == f"http://localhost/v2.1/events/{event.id}"
    assert hosts_of(session, event) == [host.id, newcomer.id]
    assert session.scalars(select(Mail)).all() == []
    assert api.signed_in(newcomer).get(f"/v2.1/events/{event.id}?verbose=yes").json["events"][0]["can_edit"] is True


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"host_name": "nobody"}, 404, "No User found"),
        ({"host_name": "gone"}, 404, "No User found"),
        ({"host_name": "Hedy Host"}, 404, "No User found"),
        ({"host_name": ""}, 404, "No User found"),
        ({}, 404, "No User found"),
        ([], 404, "No User found"),
        ({"host_name": "HOST"}, 400, "User is already a host"),
        ({"host_name": ["host"]}, 400, "Expected parameter host_name is not a readable string"),
    ],
)
def test_hosts_and_unknown_usernames_cannot_be_added(api, session, host, event, body, status, message):
    make_user(session, "gone", is_active=False)

    reply = api.signed_in(host).post(f"/v2.1/events/{event.id}/hosts", json=body)

    assert (reply.status_code, reply.json) == (status, [message])
    assert hosts_of(session, event) == [host.id]


def test_a_host_takes_another_off_as_often_as_they_like(api, session, host, event):
    other = make_host(session, event, make_user(session))
    caller = api.signed_in(host)

    replies = [caller.delete(f"/v2.1/events/{event.id}/hosts/{other.id}{slash}") for slash in ("", "/")]

    assert [(reply.status_code, reply.data) for reply in replies] == [(204, b"")] * 2
    assert [reply.headers["Location"] for reply in replies] == [f"http://localhost/v2.1/events/{event.id}/hosts"] * 2
    assert hosts_of(session, event) == [host.id]


def test_a_removed_host_may_not_edit_the_event(api, session, host, event):
    other = make_host(session, event, make_user(session))
    caller = api.signed_in(other)
    before = caller.get(f"/v2.1/events/{event.id}?verbose=yes").json["events"][0]["can_edit"]

    api.signed_in(host).delete(f"/v2.1/events/{event.id}/hosts/{other.id}")

    assert before is True
    assert caller.get(f"/v2.1/events/{event.id}?verbose=yes").json["events"][0]["can_edit"] is False
    assert caller.put(f"/v2.1/events/{event.id}", json={}).json == ["You are not an host for this event"]


@pytest.mark.parametrize("role", ["host", "admin"])
def test_hosts_cannot_remove_themselves(api, session, host, event, role):
    user = host if role == "host" else make_host(session, event, make_user(session, is_admin=True))
    before = hosts_of(session, event)

    reply = api.signed_in(user).delete(f"/v2.1/events/{event.id}/hosts/{user.id}")

    assert (reply.status_code, reply.json) == (*(403, ["You are not allowed to remove yourself from the host-list"]),)
    assert hosts_of(session, event) == before


@pytest.mark.parametrize("number", ["999", "0", "abc", "9" * 50])
def test_an_unknown_user_cannot_be_removed(api, host, event, number):
    reply = api.signed_in(host).delete(f"/v2.1/events/{event.id}/hosts/{number}")

    assert (reply.status_code, reply.json) == (404, ["No User found"])


def test_what_a_host_rated_does_not_count_while_they_are_one(api, session, host, event):
    guest = make_user(session, "guest")
    make_event_comment(session, event, guest, rating=5)
    make_event_comment(session, event, make_user(session), rating=2)
    caller = api.signed_in(host)

    def rating():
        return api.get(f"/v2.1/events/{event.id}").json["events"][0]["event_average_rating"]

    ratings = [rating()]
    caller.post(f"/v2.1/events/{event.id}/hosts", json={"host_name": "guest"})
    ratings.append(rating())
    caller.delete(f"/v2.1/events/{event.id}/hosts/{guest.id}")
    ratings.append(rating())

    assert ratings == [4, 2, 4]
