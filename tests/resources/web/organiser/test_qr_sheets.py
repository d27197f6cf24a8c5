"""Sheets with QR codes, the keys in the codes of rooms, and files of codes for slides."""

import datetime as dt
import io
import re
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from joindin.models import AuditEntry, EventSettings, Room, TalkRating
from joindin.models.event_settings import ROOM
from joindin.utils.datetimes import utc_now
from tests.browser_client import main_text
from tests.factories import make_event, make_room, make_talk

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


def printed_keys(organiser, manage):
    """Return the keys of the sheets of rooms by the codes of the rooms."""
    return dict(re.findall(r"/r/(\w{8})\?k=(\w{8})<", organiser.get(f"{manage}qr/?for=rooms").text))


def rate(browser, talk, key):
    return browser.post(f"/guest/feedback/{talk.stub}/", {"rating": 4, "k": key}, headers=SAME_ORIGIN).status_code


@pytest.fixture
def talk(session, host):
    """A talk that began an hour ago, in a room with the code ``abcd2345`` of an event with the slug ``now``."""
    event = make_event(session, "Now", host=host, slug="now", starts_at=utc_now() - dt.timedelta(days=1))
    room = make_room(session, event, code="abcd2345")
    talk = make_talk(session, event, room_id=room.id, starts_at=utc_now() - dt.timedelta(hours=1))
    session.commit()
    return talk


@pytest.mark.parametrize(
    ("subject", "number"), [("event", 1), ("rooms", 2), ("talks", 1), ("slides", 0), ("cats", 1), ("", 1)]
)
def test_sheets_have_a_code_and_an_address_each(session, organiser, event, manage, subject, number):
    make_room(session, event, "Hall <A>", code="abcd2345"), make_room(session, event)
    talk = make_talk(session, event, "Ünïcode & tests", speakers=["Ada"])
    session.commit()

    reply = organiser.get(f"{manage}qr/?for={subject}&size=a6")

    assert (reply.status_code, reply.text.count("<svg")) == (200, number)
    assert reply.text.count('<svg role="img"') == number
    expected = {
        "rooms": "http://web.example/r/abcd2345?k=",
        "talks": f"http://web.example/f/{talk.stub}",
        "slides": "ZIP",
    }
    assert expected.get(subject, f"http://web.example/event/{event.slug}") in main_text(reply)
    assert 'style="' not in reply.text


@pytest.mark.parametrize(("size", "pages"), [("a4", 11), ("a5", 6), ("a6", 3), ("badge", 2), ("a0", 11)])
def test_a_printed_page_has_the_sheets_of_its_size(session, organiser, event, manage, size, pages):
    for _ in range(11):
        make_room(session, event)
    session.commit()

    text = organiser.get(f"{manage}qr/?for=rooms&size={size}").text

    assert text.count(f'class="sheets {"a4" if size == "a0" else size}"') == pages
    assert text.count('<section class="sheet"') == 11


def test_an_event_without_rooms_and_talks_has_nothing_to_print(organiser, manage):
    pages = [organiser.get(f"{manage}qr/?for={subject}") for subject in ("rooms", "talks", "slides")]

    assert ["There is nothing to print yet." in main_text(page) for page in pages] == [True, True, True]
    assert organiser.get(f"{manage}qr/slides.zip").status_code == 200


def test_the_pager_keeps_what_was_chosen(session, organiser, event, manage):
    for _ in range(51):
        make_talk(session, event)
    session.commit()

    first, second = (organiser.get(f"{manage}qr/?for=talks&size=a6&page={number}").text for number in (1, 2))

    assert f'href="{manage}qr/?for=talks&amp;size=a6&amp;page=2"' in first
    assert [text.count('<section class="sheet"') for text in (first, second)] == [50, 1]


def test_feedback_with_the_key_of_the_room_counts_as_given_on_site(session, organiser, another_browser, talk):
    key = printed_keys(organiser, "/event/now/manage/")["abcd2345"]

    assert rate(another_browser, talk, key) == 303
    assert session.scalars(select(TalkRating.is_on_site)).all() == [True]


def test_a_code_that_is_typed_in_capitals_leads_to_the_room(session, organiser, another_browser, talk):
    key = printed_keys(organiser, "/event/now/manage/")["abcd2345"]

    replies = [another_browser.get(path) for path in ("/r/ABCD2345", f"/r/Abcd2345?k={key.upper()}", "/r/ABCD2346")]

    assert [(reply.status_code, reply.location) for reply in replies] == [
        (301, "/r/abcd2345"),
        (301, f"/r/abcd2345?k={key.upper()}"),
        (404, None),
    ]
    assert rate(another_browser, talk, key.upper()) == 303
    assert session.scalars(select(TalkRating.is_on_site)).all() == [True]


def test_renewed_codes_replace_those_that_were_printed(session, organiser, another_browser, talk):
    session.add(EventSettings(event_id=talk.event_id, feedback_access=ROOM))
    other = make_room(session, make_event(session))
    session.commit()
    old = printed_keys(organiser, "/event/now/manage/")["abcd2345"]

    page = "/event/now/manage/qr/?for=rooms"
    reply = organiser.send("/event/now/manage/qr/renew/", {}, page=page)
    new = printed_keys(organiser, "/event/now/manage/")["abcd2345"]

    assert (reply.status_code, reply.location) == (303, page)
    assert old != new
    assert another_browser.get(f"/r/abcd2345?k={old}").status_code == 200
    assert [rate(another_browser, talk, key) for key in ("", old, new)] == [403, 403, 303]
    assert session.scalars(select(TalkRating.is_on_site)).all() == [True]
    assert session.scalars(select(AuditEntry.action)).all() == ["event.renew_room_codes"]
    session.expire_all()
    assert session.get_one(Room, other.id).key_generation == 0


def test_an_archive_has_the_codes_of_a_page_of_talks(session, organiser, event, manage):
    for number in range(51):
        make_talk(session, event, slug=f"talk-{number}", stub=f"f{number:04}")
    make_talk(session, event, slug=None, stub="bare1", starts_at=event.starts_at)
    session.commit()

    first, second = (organiser.get(f"{manage}qr/slides.zip?page={number}") for number in (1, 2))

    names = [set(ZipFile(io.BytesIO(reply.data)).namelist()) for reply in (first, second)]
    assert (first.status_code, first.mimetype) == (200, "application/zip")
    assert first.headers["Content-Disposition"] == 'attachment; filename="codes-1.zip"'
    assert [len(each) for each in names] == [100, 4]
    assert {"bare1.svg", "talk-0-f0000.png"} <= names[0]
    assert not names[0] & names[1]
