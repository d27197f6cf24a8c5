"""The calendar of a programme, and of a selection of it; the page with the addresses."""

import datetime as dt
from html import unescape

import pytest
import time_machine
from icalendar import Calendar
from sqlalchemy import delete, update

from joindin.models import CANCELLED, DepartedTalk, Event, EventSettings, Room, Talk
from joindin.utils.datetimes import UTC, midnight, utc_now
from tests.browser_client import main_text
from tests.factories import make_event, make_pending_event, make_room, make_talk, make_track, make_user, parse_instant

FRIDAY = parse_instant("2027-07-09T08:00")
PATH = "/event/harbour/schedule.ics"


@pytest.fixture
def event(session):
    return make_event(
        session, "Harbour, Days", slug="harbour", starts_at=FRIDAY, ends_at=FRIDAY + dt.timedelta(days=2),
        timezone="Europe/Berlin", location="Pier 4",
    )  # fmt: skip


@pytest.fixture
def talks(session, event):
    hall, cellar = make_room(session, event, "Hall"), make_room(session, event, "Cellar")
    python = make_track(session, event, "Python")

    def add(title, start, room=None, **fields):
        return make_talk(
            session, event, title, starts_at=parse_instant(start), room_id=room and room.id, **{"duration": 30} | fields
        )

    return [
        add(
            "Opening; welcome", "2027-07-09T08:00", hall, speakers=["Ada Lovelace", make_user(session, full_name="Bob")]
        ),
        add("Packaging", "2027-07-09T09:00", hall, tracks=[python], state="tentative"),
        add("Night talk", "2027-07-09T22:30", cellar, state="cancelled"),
        add("Closing", "2027-07-10T10:00", None, language="Deutsch", duration=0, has_feedback=False),
    ]


def entries(reply):
    assert (reply.status_code, reply.content_type) == (200, "text/calendar; charset=utf-8")
    calendar = Calendar.from_ical(reply.data)
    events = calendar.walk("VEVENT")
    assert calendar.errors == [error for each in events for error in each.errors] == []
    assert all(len(line) <= 75 for line in reply.data.split(b"\r\n"))
    assert len(calendar.walk("VTIMEZONE")) == 1
    return events


def titles(reply):
    return [str(entry["SUMMARY"]) for entry in entries(reply)]


def test_the_calendar_has_all_talks_with_rooms_speakers_and_states(browser, session, event, talks):
    reply = browser.get(PATH)
    opening, packaging, night, closing = entries(reply)

    assert str(opening["UID"]) == f"talk-{talks[0].id}@web.example"
    assert opening["DTSTART"].to_ical() == b"20270709T100000"
    assert opening["DTSTART"].params["TZID"] == "Europe/Berlin"
    assert opening.decoded("DTEND") - opening.decoded("DTSTART") == dt.timedelta(minutes=30)
    assert (str(opening["SUMMARY"]), str(opening["LOCATION"])) == ("Opening; welcome", "Hall, Pier 4")
    stub = talks[0].stub
    feedback = f"http://web.example/f/{stub}"
    assert str(opening["DESCRIPTION"]) == f"Ada Lovelace, Bob\n\nAbout something.\n\n{feedback}"
    assert str(opening["URL"]) == f"http://web.example/talk/{stub}"
    assert [str(entry["STATUS"]) for entry in (opening, packaging, night)] == ["CONFIRMED", "TENTATIVE", "CANCELLED"]
    assert str(night["SUMMARY"]) == "Cancelled: Night talk"
    assert packaging["CATEGORIES"].to_ical() == b"Talk,Python"
    assert closing.decoded("DTEND") > closing.decoded("DTSTART")
    assert (str(closing["LOCATION"]), "/f/" in str(closing["DESCRIPTION"])) == ("Pier 4", False)
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert str(Calendar.from_ical(reply.data)["SOURCE"]) == f"http://web.example{PATH}"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=python", ["Packaging"]),
        ("room=cellar", ["Cancelled: Night talk"]),
        ("day=2027-07-10", ["Closing"]),
        ("room=hall&q=lovelace&starred=1", ["Opening; welcome"]),
        ("q=%00nothing%FF", []),
    ],
)
def test_the_filters_of_the_schedule_select_entries(browser, talks, query, found):
    assert titles(browser.get(f"{PATH}?{query}")) == found


def test_the_calendar_of_talks_that_are_not_recorded_follows_one_that_is_deleted(browser, session, talks):
    packaging = session.get_one(Talk, talks[1].id)
    packaging.has_recording_opt_out = True
    session.commit()
    shown = titles(browser.get(f"{PATH}?recorded=no"))
    session.execute(delete(Talk).where(Talk.id == packaging.id))
    session.commit()

    gone = [str(entry["STATUS"]) for entry in entries(browser.get(f"{PATH}?recorded=no"))]

    assert (shown, gone) == (["Packaging"], ["CANCELLED"])
    assert len(titles(browser.get(f"{PATH}?recorded=yes"))) == 3


def test_the_calendar_of_a_level_follows_a_talk_that_is_deleted(browser, session, talks):
    packaging = session.get_one(Talk, talks[1].id)
    packaging.level = "beginner"
    session.commit()
    shown = titles(browser.get(f"{PATH}?level=beginner"))
    session.execute(delete(Talk).where(Talk.id == packaging.id))
    session.commit()

    gone = [str(entry["STATUS"]) for entry in entries(browser.get(f"{PATH}?level=beginner"))]

    assert (shown, gone, titles(browser.get(f"{PATH}?level=advanced"))) == (["Packaging"], ["CANCELLED"], [])


def test_an_unchanged_calendar_is_the_same_to_the_byte_and_not_sent_again(browser, session, event, talks):
    first = browser.get(PATH)
    headers = {"If-None-Match": first.headers["ETag"]}

    assert browser.get(PATH).data == first.data
    assert browser.get(PATH, headers=headers).status_code == 304
    talks[0].star_count += 1
    assert browser.get(PATH, headers=headers).status_code == 304
    talks[0].title = "Welcome"
    changed = browser.get(PATH, headers=headers)
    assert titles(changed)[0] == "Welcome"
    before, after = ([entry["SEQUENCE"] for entry in entries(reply)] for reply in (first, changed))
    assert after[0] > before[0]
    assert after[1:] == before[1:]


def test_entries_of_talks_that_did_not_change_stay_the_same_to_the_byte(browser, session, event, talks):
    session.commit()
    session.execute(update(Talk).values(revised_at=parse_instant("2026-01-02T03:04:05")))
    before = [entry.to_ical() for entry in entries(browser.get(PATH))]
    talks[1].starts_at += dt.timedelta(minutes=10)
    event.description, event.starts_at = "Other", event.starts_at - dt.timedelta(hours=1)
    make_talk(session, event, "New", starts_at=parse_instant("2027-07-11T08:00"))
    session.commit()

    after = entries(browser.get(PATH))

    assert [entry.to_ical() for entry in after if str(entry["SUMMARY"]) not in ("Packaging", "New")] == [
        before[0],
        *before[2:],
    ]
    assert {entry["DTSTAMP"].to_ical() == b"20260102T030405Z" for entry in after[1:2]} == {False}
    assert before[1].startswith(b"BEGIN:VEVENT")


def test_each_entry_has_an_alarm_on_request_but_cancelled_ones(browser, talks):
    found = {str(entry["SUMMARY"]): entry.walk("VALARM") for entry in entries(browser.get(f"{PATH}?alarm=10"))}

    assert [len(alarms) for alarms in found.values()] == [1, 1, 0, 1]
    assert found["Packaging"][0].decoded("TRIGGER") == dt.timedelta(minutes=-10)


@pytest.mark.parametrize("alarm", ["0", "-1", "ten", "10081", "1" * 400, "%00"])
def test_an_alarm_that_is_no_number_of_minutes_is_refused(browser, talks, alarm):
    assert browser.get(f"{PATH}?alarm={alarm}").status_code == 400


def test_a_cancelled_talk_stays_thirty_days_and_then_goes(browser, session, talks):
    session.commit()
    for day, expected in ((7, True), (8, True), (9, False)):
        with time_machine.travel(dt.datetime(2027, 8, day, 12, tzinfo=UTC)):
            assert ("Cancelled: Night talk" in titles(browser.get(PATH))) is expected, day


def test_cancelled_talks_say_so_in_the_language_of_the_event(browser, session, event, talks):
    session.add(EventSettings(event_id=event.id, language="de"))

    for path in (f"{PATH}?room=cellar", f"/talk/{talks[2].stub}.ics"):
        assert titles(browser.get(path, headers={"Accept-Language": "en"})) == ["Abgesagt: Night talk"]


def test_a_cancelled_event_cancels_its_talks(browser, session, event, talks):
    session.execute(update(Event).values(state=CANCELLED))
    assert {str(entry["STATUS"]) for entry in entries(browser.get(PATH))} == {"CANCELLED"}


def test_an_event_without_talks_has_an_empty_calendar_with_its_zone(browser, event):
    assert entries(browser.get(PATH)) == []


def test_hidden_events_are_not_shown(browser, session, event, talks):
    paths = [PATH, f"/talk/{talks[0].stub}.ics"]
    event.is_active = False
    session.commit()
    assert [browser.get(path).status_code for path in paths] == [404, 404]


def remove(session, talk, how):
    session.commit()
    if how == "delete":
        session.execute(delete(Talk).where(Talk.id == talk.id))
    else:
        session.execute(update(Talk).where(Talk.id == talk.id).values(is_active=False))
    session.commit()


@pytest.mark.parametrize("how", ["delete", "hide"])
@pytest.mark.parametrize("path", [PATH, f"{PATH}?room=hall&day=2027-07-09&type=1", "/talk/{stub}.ics"])
def test_a_removed_talk_is_cancelled_without_its_texts_for_thirty_days(browser, session, event, talks, how, path):
    talk_type, path = talks[0].type_id, path.format(stub=talks[0].stub)
    path = path.replace("type=1", f"type={talk_type}")
    before = entries(browser.get(path))[0]
    session.add(EventSettings(event_id=event.id, language="de"))
    remove(session, talks[0], how)

    reply = browser.get(path, headers={"Accept-Language": "en"})

    (gone,) = (entry for entry in entries(reply) if entry["UID"] == before["UID"])
    assert (str(gone["SUMMARY"]), str(gone["STATUS"])) == ("Abgesagt", "CANCELLED")
    assert gone["SEQUENCE"] > before["SEQUENCE"]
    assert (gone["DTSTART"], gone["DTEND"]) == (before["DTSTART"], before["DTEND"])
    assert gone["DTSTAMP"] == gone["LAST-MODIFIED"]
    assert not {"DESCRIPTION", "LOCATION", "URL"} & set(gone)
    assert b"Opening" not in reply.data
    for days, is_announced in ((30, True), (31, False)):
        session.execute(update(DepartedTalk).values(gone_at=midnight(utc_now()) - dt.timedelta(days=days)))
        session.commit()
        reply = browser.get(path)
        assert (before["UID"].encode() in reply.data) is is_announced


@pytest.mark.parametrize("query", ["q=welcome", "room=cellar", "day=2027-07-10", "track=1", "language=99", "type=99"])
def test_a_removed_talk_is_not_announced_in_selections_without_it(browser, session, talks, query):
    remove(session, talks[0], "delete")
    assert "Cancelled" not in titles(browser.get(f"{PATH}?{query}"))


def test_a_removed_talk_is_announced_in_the_selection_of_its_track(browser, session, talks):
    track_id = talks[1].tracks[0].id
    remove(session, talks[1], "delete")
    assert titles(browser.get(f"{PATH}?track={track_id}")) == ["Cancelled"]


def test_a_talk_that_is_shown_again_has_a_higher_sequence(browser, session, talks):
    remove(session, talks[0], "hide")
    gone = next(entry for entry in entries(browser.get(PATH)) if str(entry["SUMMARY"]) == "Cancelled")
    session.execute(update(Talk).values(is_active=True))
    session.commit()

    again = entries(browser.get(PATH))[0]

    assert (again["UID"], str(again["SUMMARY"])) == (gone["UID"], "Opening; welcome")
    assert again["SEQUENCE"] > gone["SEQUENCE"]


def test_an_entry_has_the_stream_of_its_room(browser, session, talks):
    for talk, address in ((talks[0], "https://live.example/hall"), (talks[2], "javascript:alert(1)")):
        session.execute(update(Room).where(Room.id == talk.room_id).values(stream_url=address))
    session.commit()
    streams = [entry.get("CONFERENCE") for entry in entries(browser.get(PATH))]
    assert streams == ["https://live.example/hall", "https://live.example/hall", None, None]


def test_the_address_for_feedback_is_there_where_feedback_is_open(browser, session, event, talks):
    session.add(EventSettings(event_id=event.id, feedback_access="off"))
    session.commit()
    for path in (PATH, f"/talk/{talks[0].stub}.ics"):
        assert "/f/" not in str(entries(browser.get(path))[0]["DESCRIPTION"])


def test_only_a_talk_that_was_public_is_cancelled_in_its_calendar(browser, session, event, talks):
    """Subscribers of a public talk learn that it is gone, for 30 days; its text is not kept."""
    pending = make_pending_event(session, name="Pending")
    never = [
        make_talk(session, event, "Added while hidden", is_active=False),
        make_talk(session, pending, "Hidden before the approval"),
    ]
    never[1].is_active = False
    session.flush()
    pending.is_pending, pending.is_active = False, True
    talks[0].is_active = False
    session.commit()

    replies = [browser.get(f"/talk/{talk.stub}.ics") for talk in (talks[0], *never)]

    assert [reply.status_code for reply in replies] == [200, 404, 404]
    assert titles(replies[0]) == ["Cancelled"]
    assert talks[0].title not in replies[0].text
    with time_machine.travel(utc_now() + dt.timedelta(days=32), tick=False):
        assert browser.get(f"/talk/{talks[0].stub}.ics").status_code == 404


def test_a_talk_has_a_calendar_for_adding_it_once(browser, session, event, talks):
    path = f"/talk/{talks[2].stub}.ics"
    assert f'href="{path}" download' in browser.get(f"/event/harbour/{talks[2].slug}").text

    reply = browser.get(f"{path}?alarm=10")

    assert titles(reply) == ["Cancelled: Night talk"]
    assert str(entries(reply)[0]["LOCATION"]) == "Cellar, Pier 4"
    assert reply.headers["Content-Disposition"] == f'attachment; filename="{talks[2].stub}.ics"'
    assert browser.get(path, headers={"If-None-Match": browser.get(path).headers["ETag"]}).status_code == 304
    assert [browser.get(f"/talk/{stub}.ics").status_code for stub in ("none", "%00", "x" * 500)] == [404] * 3
    talks[2].is_active = False
    assert titles(browser.get(path)) == ["Cancelled"]


def test_the_number_of_statements_is_the_same_for_one_talk_and_many(browser, session, event, count_statements):
    make_talk(session, event)
    browser.get(PATH)
    with count_statements() as one:
        browser.get(PATH)
    for _ in range(20):
        make_talk(session, event)
    session.commit()
    with count_statements() as many:
        assert len(titles(browser.get(PATH))) == 21
    assert len(one) == len(many)


def test_the_page_has_the_addresses_of_the_event_its_talks_and_a_selection(browser, talks):
    page = unescape(browser.get("/event/harbour/calendar?q=night+talk&room=cellar").text)

    selection = "web.example/event/harbour/schedule.ics?q=night+talk&room=cellar"
    assert f'value="http://{selection}"' in page
    assert f'href="webcal://{selection}"' in page
    assert f'href="webcal://{selection}&alarm=10"' in page
    assert 'href="webcal://web.example/event/harbour/schedule.ics?alarm=10"' in page
    assert 'href="webcal://web.example/event/harbour.ics"' in page
    assert "noindex" in page
    plain = browser.get("/event/harbour/calendar")
    assert "This selection" not in main_text(plain)
    assert "noindex" not in plain.text


def test_an_event_without_talks_has_its_own_address_only(browser, event):
    page = browser.get("/event/harbour/calendar").text
    assert ("harbour.ics" in page, "schedule.ics" in page) == (True, False)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("schedule?q=night&starred=1", "q=night"),
        ("schedule?room=hall&view=grid", "room=hall"),
        ("schedule/2027-07-09", "day=2027-07-09"),
    ],
)
def test_the_schedule_leads_to_the_calendar_of_what_it_shows(browser, talks, path, query):
    page = unescape(browser.get(f"/event/harbour/{path}").text)

    assert f'href="/event/harbour/calendar?{query}">Subscribe to this selection' in page
    assert "Subscribe to this selection" not in browser.get("/event/harbour/schedule").text


def test_an_entry_that_left_by_the_time_is_not_kept_by_a_client_that_sends_only_a_date(browser, session, talks):
    session.commit()
    with time_machine.travel(dt.datetime(2027, 8, 8, 12, tzinfo=UTC)):
        first = browser.get(PATH)
        since = {"If-Modified-Since": first.headers["Last-Modified"]}
        assert browser.get(PATH, headers=since).status_code == 304
    with time_machine.travel(dt.datetime(2027, 8, 9, 12, tzinfo=UTC)):
        assert titles(browser.get(PATH, headers=since)) == ["Opening; welcome", "Packaging", "Closing"]


@pytest.mark.parametrize("cookie", [{}, {"Cookie": "a=b"}])
@pytest.mark.parametrize("path", [PATH, "/event/harbour/schedule.xml", "/event/harbour/schedule.json"])
def test_shared_caches_keep_one_copy_for_all_visitors(browser, talks, path, cookie):
    reply = browser.get(path, headers=cookie)
    assert (reply.headers["Vary"], reply.headers["Cache-Control"].split(",")[0]) == ("Accept-Encoding", "public")


def test_the_page_has_the_calendar_of_a_talk_that_is_chosen(browser, event, talks):
    every, chosen = browser.get("/event/harbour/calendar"), browser.get(f"/event/harbour/calendar?talk={talks[1].stub}")
    address = f"http://web.example/talk/{talks[1].stub}.ics"

    assert [f'value="{talk.stub}"' in every.text for talk in talks] == [True] * 4
    assert address not in every.text + browser.get("/event/harbour/calendar?talk=none").text
    assert f'value="{address}"' in chosen.text
    assert '<meta name="robots" content="noindex">' in chosen.text


def test_the_page_leads_to_the_filters_of_the_schedule(browser, event, talks):
    assert "A selection Choose a day" in main_text(browser.get("/event/harbour/calendar"))
    assert "A selection Choose a day" not in main_text(browser.get("/event/harbour/calendar?room=hall"))


def test_the_page_has_links_and_codes_for_apps(browser, event, talks):
    html = browser.get("/event/harbour/calendar").text

    assert 'href="https://ggt.gaa.st/#url=http://web.example/event/harbour/schedule.xml"' in html
    assert 'value="http://web.example/event/harbour/schedule.xml"' in html
    assert html.count('<svg role="img"') == 2
