"""Export of shifts in the shape of Engelsystem, read by the rules of the app EventFahrplan."""

import datetime as dt
from urllib.parse import urlsplit

import pytest
from werkzeug.http import http_date

from joindin.models.crew import (
    FOR_PARTICIPANT,
    REQUESTED,
    SESSION_CHAIR,
    USER_DECLINED,
    ProgrammeShift,
    programme_shift_talks,
)
from joindin.security.tokens import hash_token, new_session_token
from joindin.utils.datetimes import UTC, utc_now
from tests.conftest import WEBSITE_URL
from tests.crew_factories import (
    make_crew_event,
    make_event_type,
    make_participation,
    make_participation_comment,
    make_profile,
    make_shift,
)
from tests.factories import make_event, make_talk, make_user

KEY = new_session_token()
PATH = f"/shifts-json-export?key={KEY}"
STARTS_AT = dt.datetime(2033, 1, 15, 9, 0, tzinfo=UTC)

TEXTS = (
    *("name", "Name", "title", "shifttype_name", "shifttype_description", "start_date", "end_date", "timezone"),
    *("event_timezone", "user_comment", "Comment", "link"),
)
NUMBERS = ("SID", "RID", "shifttype_id", "start", "end")
NULLABLE = ("URL", "description", "map_url")
MAX_INT, APP_OFFSET = 2**31 - 1, 300_000


def read_as_the_app(shifts):
    """Raise where the app refuses the whole list: a missing or null value, a wrong type, a number that is too large."""
    assert isinstance(shifts, list)
    for shift in shifts:
        assert set(shift) == {*TEXTS, *NUMBERS, *NULLABLE}
        assert all(isinstance(shift[name], str) for name in TEXTS)
        assert all(type(shift[name]) is int for name in NUMBERS)
        assert all(shift[name] is None or isinstance(shift[name], str) for name in NULLABLE)
        assert 0 < shift["SID"] <= MAX_INT - APP_OFFSET
        for date, epoch in (("start_date", "start"), ("end_date", "end")):
            assert dt.datetime.fromisoformat(shift[date]).timestamp() == shift[epoch]
            assert shift[date][19:] == shift["timezone"] or date == "end_date"
    return shifts


def read_key_as_the_app(address):
    """Return path and key; the app splits the query at each equals sign."""
    parts = urlsplit(address)
    pairs = parts.query.split("=")
    assert len(pairs) % 2 == 0
    return parts.path.lstrip("/"), pairs[-1]


@pytest.fixture
def ada(session):
    ada = make_user(session, "ada")
    make_profile(session, ada, shifts_key_hash=hash_token(KEY))
    return ada


def test_the_app_reads_every_field(session, browser, ada):
    event_type = make_event_type(session, "Service")
    place = {"location": "Hall", "latitude": 52.5, "longitude": 13.25, "timezone": "Europe/Berlin"}
    event = make_crew_event(session, "Congress", type=event_type, seen_by=[ada], description="Bring water", **place)
    shift = make_shift(session, event, label="Door", starts_at=STARTS_AT, hours=2)
    row = make_participation(session, shift, ada, individual_starts_at=STARTS_AT + dt.timedelta(minutes=30))
    make_participation_comment(session, row, text="I bring keys", visibility=FOR_PARTICIPANT)
    make_participation_comment(session, row, text="Internal", visibility=0, author=make_user(session))
    make_participation(session, make_shift(session, event), ada, state=REQUESTED)

    assert read_as_the_app(browser.get(PATH).json) == [
        {
            "SID": shift.id,
            "RID": 0,
            "name": "Door",
            "Name": "Hall",
            "title": "Congress",
            "shifttype_id": event_type.id,
            "shifttype_name": "Service",
            "shifttype_description": "",
            "URL": None,
            "description": "Bring water",
            "map_url": "https://www.openstreetmap.org/?mlat=52.500000&mlon=13.250000",
            "start": int(STARTS_AT.timestamp()) + 1800,
            "end": int(STARTS_AT.timestamp()) + 7200,
            "start_date": "2033-01-15T10:30:00+01:00",
            "end_date": "2033-01-15T12:00:00+01:00",
            "timezone": "+01:00",
            "event_timezone": "Europe/Berlin",
            "user_comment": "I bring keys",
            "Comment": "I bring keys",
            "link": f"{WEBSITE_URL}/events/{event.id}-congress/#shift-{shift.id}",
        }
    ]


def test_a_shift_of_the_programme_has_the_title_and_address_of_its_talk(session, browser, ada):
    event = make_crew_event(session, "Congress", description="", timezone=None)
    talk = make_talk(session, make_event(session), "Opening", stub="open1")
    shift = make_shift(session, event, label="")
    session.add(
        ProgrammeShift(
            shift_id=shift.id, kind=SESSION_CHAIR, minutes_before=0, minutes_after=0, label_pattern="", label="",
            starts_at=shift.starts_at, ends_at=shift.ends_at,
        )
    )  # fmt: skip
    session.flush()
    session.execute(programme_shift_talks.insert().values(shift_id=shift.id, talk_id=talk.id))
    make_participation(session, shift, ada)

    [found] = read_as_the_app(browser.get(PATH).json)

    assert (found["name"], found["title"], found["URL"]) == ("Congress", "Opening", f"{WEBSITE_URL}/talk/open1")
    assert found["description"] is None


def test_the_key_is_one_that_the_app_understands():
    assert read_key_as_the_app(f"{WEBSITE_URL}{PATH}") == ("shifts-json-export", KEY)
    for _ in range(200):
        assert not set(new_session_token()) & set("/?:=&")


@pytest.mark.parametrize("query", ["", "?key=", "?key=wrong", "?key=%00", "?key=%FF", "?kay=1", f"?key={'x' * 1000}"])
def test_a_wrong_key_is_refused_in_the_words_of_engelsystem(session, browser, ada, query):
    reply = browser.get(f"/shifts-json-export{query}")

    assert (reply.status_code, reply.content_type) == (401, "application/json")
    assert reply.json == {"error": "Missing or invalid key"}


def test_the_key_of_an_inactive_account_is_refused(session, browser, ada):
    ada.is_active = False

    assert browser.get(PATH).status_code == 401


def test_an_unchanged_list_is_not_sent_again(session, browser, ada):
    make_participation(session, make_shift(session, make_crew_event(session)), ada)
    empty = {"If-None-Match": "", "If-Modified-Since": ""}
    first = browser.get(PATH, headers=empty)

    assert (first.status_code, len(first.json)) == (200, 1)
    assert browser.get(PATH, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_client_that_sends_a_time_alone_gets_a_list_without_the_shift_that_was_taken_back(session, browser, ada):
    participation = make_participation(session, make_shift(session, make_crew_event(session)), ada)
    assert len(browser.get(PATH).json) == 1

    participation.state = USER_DECLINED

    assert browser.get(PATH, headers={"If-Modified-Since": http_date(utc_now())}).json == []


def test_the_number_of_statements_is_the_same_for_one_shift_and_many(session, browser, ada, count_statements):
    event = make_crew_event(session)
    make_participation(session, make_shift(session, event), ada)
    browser.get(PATH)
    with count_statements() as one:
        browser.get(PATH)
    for _ in range(20):
        make_participation(session, make_shift(session, event), ada)
    session.commit()
    with count_statements() as many:
        assert len(browser.get(PATH).json) == 21

    assert len(one) == len(many)
