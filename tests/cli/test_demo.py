"""``joindin demo``: people and events that examples rely on."""

import pytest
import time_machine
from sqlalchemy import select

from joindin.db.base import Base
from joindin.extensions import db
from joindin.models import Event, Mail, User
from joindin.seeds.demo import CLIENT_KEY, CLIENT_SECRET, PASSWORD, USERS
from tests.factories import make_user


def everything():
    return {
        table.name: sorted(map(repr, db.session.execute(select(table)).all())) for table in Base.metadata.sorted_tables
    }


def sign_in(api, username):
    return api.post(
        "/v2.1/token",
        json={
            "grant_type": "password",
            "username": username,
            "password": PASSWORD,
            "client_id": CLIENT_KEY,
            "client_secret": CLIENT_SECRET,
        },
    )


LISTS = {
    "hot": [
        "Harbour Code Days",
        "Accessible Web Evening",
        "Polyglot Meadow",
        "Winter Garden Conference",
        "Small Servers Summit",
        "Open Maps Assembly",
        "Query Makers Day",
    ],
    "upcoming": [
        "Harbour Code Days",
        "Accessible Web Evening",
        "Polyglot Meadow",
        "Small Servers Summit",
        "Open Maps Assembly",
    ],
    "past": ["Harbour Code Days", "Winter Garden Conference", "Query Makers Day"],
    "cfp": ["Small Servers Summit", "Open Maps Assembly"],
}


def test_the_demo_has_events_for_every_list(run, api):
    reply = run("demo")

    names = {name: [event["name"] for event in api.get(f"/v2.1/events?filter={name}").json["events"]] for name in LISTS}
    assert (reply.exit_code, reply.stderr) == (0, "")
    assert names == LISTS


@pytest.mark.parametrize("time", ["00:00", "23:59"])
def test_one_event_is_on_at_any_time_of_day(run, api, time):
    with time_machine.travel(f"2026-07-01T{time}:00+00:00", tick=False):
        run("demo")

        listed = api.get("/v2.1/events?filter=past&resultsperpage=1")

    shown = [(event["name"], event["start_date"], event["end_date"]) for event in listed.json["events"]]
    assert shown == [("Harbour Code Days", "2026-06-30T09:00:00+02:00", "2026-07-02T18:00:00+02:00")]


def test_one_event_waits_and_one_was_rejected_with_a_reason(run, session):
    run("demo")

    hidden = session.execute(
        select(Event.name, Event.is_pending, Event.rejection_reason).where(~Event.is_visible).order_by(Event.id)
    ).all()
    assert hidden == [
        ("Typography for Terminals", True, None),
        (
            "Get Rich With Coins",
            False,
            "This looks like an advertisement. We list events of communities only.",
        ),
    ]


def test_past_events_have_comments_and_ratings(run, api):
    run("demo")

    shown = {event["name"]: event for event in api.get("/v2.1/events?filter=past").json["events"]}

    facts = ("attendee_count", "event_comments_count", "event_average_rating")
    assert [shown["Winter Garden Conference"][fact] for fact in facts] == [5, 5, 3]
    assert [shown["Query Makers Day"][fact] for fact in facts] == [3, 2, 5]


def test_verified_users_sign_in_through_the_demo_application(run, api):
    run("demo")

    replies = {name: sign_in(api, name) for name, *_ in USERS if name != "otto"}

    assert {reply.status_code for reply in replies.values()} == {200}
    # The ids are those of the list, on PostgreSQL as on SQLite: examples contain them.
    numbers = {name: number for number, (name, *_) in enumerate(USERS, 1)}
    assert {name: reply.json["user_uri"].rpartition("/v2.1/users/")[2] for name, reply in replies.items()} == {
        name: str(numbers[name]) for name in replies
    }


def test_the_unverified_user_does_not_sign_in(run, api):
    run("demo")

    reply = sign_in(api, "otto")

    assert (reply.status_code, reply.json) == (401, ["Not verified"])


def test_the_demo_prints_its_accounts(run):
    reply = run("demo")

    assert reply.output.splitlines()[:3] == [
        "The demo is loaded.",
        f"Demo accounts, all with the password {PASSWORD}:",
        "  ada      admin",
    ]
    assert reply.output.splitlines()[-1] == f"Demo application: key {CLIENT_KEY}, secret {CLIENT_SECRET}"


def test_a_second_demo_changes_nothing_and_says_so(run):
    run("demo")
    before = everything()

    reply = run("demo")

    assert (reply.exit_code, reply.output.splitlines()[0]) == (0, "The demo was loaded before; nothing has changed.")
    assert everything() == before


def test_the_counters_of_the_demo_are_right(run):
    run("demo")

    reply = run("counters", "check")

    assert (reply.exit_code, reply.output) == (0, "All counters are right.\n")


def test_the_demo_sends_no_mail(run, session):
    make_user(session, "root", is_admin=True)

    run("demo")

    assert session.scalars(select(Mail)).all() == []


def test_a_name_that_is_taken_stops_the_demo_whole(run, session):
    make_user(session, "grace")
    session.commit()
    before = everything()

    reply = run("demo")

    assert (reply.exit_code, reply.stderr) == (1, "Error: The username 'grace' is already in use\n")
    assert everything() == before


def test_production_wants_to_be_asked_twice(run, app, session, monkeypatch):
    monkeypatch.setitem(app.config, "MODE", "production")

    refused = run("demo")
    nobody = session.scalars(select(User.username)).all()
    done = run("demo", "--yes")

    assert (refused.exit_code, nobody, done.exit_code) == (1, [], 0)
    assert refused.stderr == (
        "Error: In production everyone could sign in as the demo's admin. Use --yes to load it anyway\n"
    )


def test_the_demo_is_not_loaded_if_there_are_accounts(run, session):
    make_user(session, "first")
    session.commit()

    reply = run("demo", "--if-empty")

    assert (reply.exit_code, reply.output) == (0, "")
    assert session.scalars(select(User.username)).all() == ["first"]
