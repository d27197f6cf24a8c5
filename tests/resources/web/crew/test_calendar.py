"""Calendar of a person at a secret address, and the page that makes the address."""

import datetime as dt
import re

import pytest
import time_machine
from icalendar import Calendar
from sqlalchemy import delete, select
from werkzeug.http import http_date

from joindin.models import CANCELLED, AuditEntry, Talk, TalkStar
from joindin.models.crew import CONFIRMED, REQUESTED, RESPONSIBLE_REJECTED, USER_DECLINED, CrewProfile
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import utc_now
from tests.crew_factories import make_crew_event, make_participation, make_profile, make_shift
from tests.factories import days_from_now, make_event, make_group, make_star, make_talk, make_user

PATH = "/calendar/of-ada/"


@pytest.fixture
def ada(session):
    ada = make_user(session, "ada")
    make_profile(session, ada, calendar_token_hash=hash_token("of-ada"))
    return ada


@pytest.fixture
def event(session, ada):
    return make_crew_event(session, "Fair, north; south", seen_by=[ada], location="Hall", description="Bring\nwater")


def entries(reply):
    assert reply.status_code == 200, reply.text
    return [
        {name: str(entry.get(name)) for name in ("SUMMARY", "STATUS", "LOCATION")}
        for entry in Calendar.from_ical(reply.data).events
    ]


def titles(reply):
    return [entry["SUMMARY"] for entry in entries(reply)]


def test_confirmed_shifts_are_shown_with_the_participants_times(session, browser, ada, event):
    shift = make_shift(session, event, label="Door")
    ends_at = days_from_now(10)
    make_participation(session, shift, ada, individual_ends_at=ends_at)
    make_participation(session, make_shift(session, event), ada, state=USER_DECLINED)
    make_participation(session, make_shift(session, make_crew_event(session, is_draft=True)), ada)

    reply = browser.get(PATH)

    assert entries(reply) == [{"SUMMARY": "Door (Fair, north; south)", "STATUS": "CONFIRMED", "LOCATION": "Hall"}]
    entry = Calendar.from_ical(reply.data).events[0]
    assert (entry.decoded("DTSTART"), entry.decoded("DTEND")) == (
        shift.starts_at.replace(microsecond=0), ends_at.replace(microsecond=0)
    )  # fmt: skip
    assert reply.headers["Content-Disposition"] == 'attachment; filename="events.ics"'
    assert reply.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("query", "statuses"),
    [
        ("", ["CONFIRMED"]),
        ("?requested=0&rejected=0&talks=0&starred=0", ["CONFIRMED"]),
        ("?requested=", ["CONFIRMED"]),
        ("?requested=1", ["TENTATIVE", "CONFIRMED"]),
        ("?requested=no&rejected=x", ["CANCELLED", "TENTATIVE", "CONFIRMED"]),
    ],
)
def test_other_states_are_shown_on_request(session, browser, ada, event, query, statuses):
    for day, state in enumerate((CONFIRMED, REQUESTED, RESPONSIBLE_REJECTED)):
        make_participation(session, make_shift(session, event, starts_at=days_from_now(10 + day)), ada, state=state)

    assert [entry["STATUS"] for entry in entries(browser.get(PATH + query))] == statuses


def test_own_and_starred_talks_are_shown_on_request_once_and_if_they_are_visible(session, browser, ada):
    event, hidden = make_event(session, "Conference"), make_event(session, is_private=True)
    both = make_talk(session, event, "Both", speakers=[ada])
    make_talk(session, event, "Own", speakers=[ada], starts_at=days_from_now(2))
    starred = make_talk(session, event, "Starred", starts_at=days_from_now(1))
    for talk in (both, starred, make_talk(session, hidden, "Hidden", speakers=[ada])):
        make_star(session, talk, ada)
    make_talk(session, event, "Inactive", speakers=[ada], is_active=False)
    make_talk(session, event, "Of another")

    assert titles(browser.get(PATH)) == []
    assert sorted(titles(browser.get(f"{PATH}?talks=1"))) == ["Both", "Own"]
    assert sorted(titles(browser.get(f"{PATH}?starred=1"))) == ["Both", "Starred"]
    assert sorted(titles(browser.get(f"{PATH}?talks=1&starred=1"))) == ["Both", "Own", "Starred"]
    event.state = CANCELLED
    assert {entry["STATUS"] for entry in entries(browser.get(f"{PATH}?talks=1"))} == {"CANCELLED"}


def test_the_first_responsible_person_is_the_organizer(session, browser, ada, event):
    closed, member = make_user(session, is_active=False), make_user(session, email="member@example.org")
    later = make_user(session, email="later@example.org")
    group = make_group(session, members=[member])
    for holders in ([later, group, closed], [later, closed], [closed]):
        shift = make_shift(session, make_crew_event(session, changed_by=holders), starts_at=days_from_now(len(holders)))
        make_participation(session, shift, ada)

    found = [entry.get("ORGANIZER") for entry in Calendar.from_ical(browser.get(PATH).data).events]

    assert found == ["MAILTO:member@example.org", "MAILTO:later@example.org", None]


def test_an_unchanged_calendar_is_not_sent_again(session, browser, ada, event):
    shift = make_shift(session, event, label="Door")
    make_participation(session, shift, ada)
    first = browser.get(PATH)
    headers = {"If-None-Match": first.headers["ETag"]}

    assert browser.get(PATH, headers=headers).status_code == 304
    shift.label = "Gate"
    changed = browser.get(PATH, headers=headers)
    assert titles(changed) == ["Gate (Fair, north; south)"]
    sequences = [Calendar.from_ical(reply.data).events[0]["SEQUENCE"] for reply in (first, changed)]
    assert sequences[1] == sequences[0] + 1


def test_a_client_that_sends_a_time_alone_gets_what_was_taken_back(session, browser, ada, event):
    participation = make_participation(session, make_shift(session, event, label="Door"), ada)
    make_star(session, make_talk(session, make_event(session), "Starred"), ada)
    path, since = f"{PATH}?starred=1", {"If-Modified-Since": http_date(utc_now())}
    assert titles(browser.get(path)) == ["Door (Fair, north; south)", "Starred"]

    session.query(TalkStar).delete()
    participation.state = USER_DECLINED

    reply = browser.get(path, headers=since)
    assert (titles(reply), "Last-Modified" in reply.headers) == ([], False)


@pytest.mark.parametrize("is_deleted", [True, False])
def test_removed_talks_are_announced_as_cancelled_for_thirty_days(session, browser, ada, is_deleted):
    conference = make_event(session, timezone="Europe/Berlin")
    own = make_talk(session, conference, "Own", speakers=[ada])
    starred = make_talk(session, conference, "Starred")
    make_star(session, starred, ada)
    session.flush()
    for talk in (own, starred):
        if is_deleted:
            session.execute(delete(Talk).where(Talk.id == talk.id))
        else:
            talk.is_active = False
    path = f"{PATH}?talks=1&starred=1"

    reply = browser.get(path)

    assert entries(reply) == [{"SUMMARY": "Cancelled", "STATUS": "CANCELLED", "LOCATION": "None"}] * 2
    assert Calendar.from_ical(reply.data).get_missing_tzids() == set()
    assert [len(titles(browser.get(f"{PATH}?{name}=1"))) for name in ("talks", "starred", "requested")] == [1, 1, 0]
    with time_machine.travel(utc_now() + dt.timedelta(days=32)):
        assert titles(browser.get(path)) == []


def test_the_calendar_of_an_inactive_account_works(session, browser, ada, event):
    make_participation(session, make_shift(session, event, label="Door"), ada)
    ada.is_active = False

    assert titles(browser.get(PATH)) == ["Door (Fair, north; south)"]


@pytest.mark.parametrize("token", ["of-ben", "of-ad", "%00", "%FF", "x" * 1000])
def test_an_unknown_address_is_not_found(session, browser, ada, token):
    assert browser.get(f"/calendar/{token}/").status_code == 404


def test_the_number_of_statements_is_the_same_for_one_shift_and_many(session, browser, ada, event, count_statements):
    make_participation(session, make_shift(session, event), ada)
    browser.get(PATH)
    with count_statements() as one:
        browser.get(PATH)
    for _ in range(20):
        make_participation(session, make_shift(session, event), ada)
    session.commit()
    with count_statements() as many:
        assert len(titles(browser.get(PATH))) == 21

    assert len(one) == len(many)


def secret(reply):
    return re.search(r'class="secret">([^<]+)<', reply.text)[1].replace("&amp;", "&")


def test_the_page_makes_shows_once_replaces_and_deletes_an_address(session, browser, ada):
    browser.sign_in_directly(ada)
    page, kind = "/settings/calendar/", {"kind": "calendar"}

    assert browser.send(page, kind | {"action": "create"}).location == page
    shown = browser.get(page)
    address = secret(shown)
    assert shown.headers["Cache-Control"].endswith("no-store")
    assert "secret" not in browser.get(page).text
    path = address.partition("://")[2].partition("/")[2]
    assert browser.get(f"/{path}").status_code == 200
    assert browser.get(PATH).status_code == 404
    assert browser.send(page, kind | {"action": "delete"}).location == page
    assert browser.get(f"/{path}").status_code == 404
    assert session.get(CrewProfile, ada.id).calendar_token_hash is None
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["calendar.create", "calendar.delete"]


def test_the_page_is_in_the_language_of_the_browser_and_refuses_other_kinds(session, browser, ada):
    browser.sign_in_directly(ada)
    german, page = {"Accept-Language": "de"}, "/settings/calendar/"

    assert "Schichten abonnieren" in browser.get(page, headers=german).text
    assert browser.send(page, {"kind": "password"}).status_code == 404
    assert session.get(CrewProfile, ada.id).calendar_token_hash == hash_token("of-ada")


@pytest.mark.parametrize(("name", "path"), [("calendar", "/calendar/"), ("shifts-export", "/shifts-json-export?key=")])
def test_tokens_make_and_delete_addresses(session, api, browser, name, path):
    ben = make_user(session, "ben")
    api = api.signed_in(ben)

    made = api.request("POST", f"/api/users/me/{name}/")
    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
    local = "/" + made.json["url"].split("/", 3)[3]
    assert local.startswith(path)
    assert browser.get(local).status_code == 200
    assert api.request("DELETE", f"/api/users/me/{name}/").json == {}
    assert browser.get(local).status_code in (401, 404)
