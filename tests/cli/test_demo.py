"""``joindin demo``: people and events that examples rely on."""

import pytest
import time_machine
from sqlalchemy import select

from joindin.db.base import Base
from joindin.extensions import db
from joindin.models import Mail, User
from joindin.seeds.demo import CLIENT_KEY, CLIENT_SECRET, PASSWORD
from tests.factories import make_user


def everything():
    return {
        table.name: sorted(map(repr, db.session.execute(select(table)).all())) for table in Base.metadata.sorted_tables
    }


@pytest.mark.parametrize("time", ["00:00", "23:59"])
def test_one_event_is_on_at_any_time_of_day(run, api, time):
    with time_machine.travel(f"2026-07-01T{time}:00+00:00", tick=False):
        run("demo")

        listed = api.get("/v2.1/events?filter=past&resultsperpage=1")

    shown = [(event["name"], event["start_date"], event["end_date"]) for event in listed.json["events"]]
    assert shown == [("Harbour Code Days", "2026-06-30T09:00:00+02:00", "2026-07-02T18:00:00+02:00")]


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
