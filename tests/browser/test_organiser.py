"""Organising an event in a browser: submitting it, submitting it again after a rejection, and building its programme."""

import io
import re
from itertools import pairwise
from math import ceil

import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import select

from joindin.models import Event, Language, Room, Talk, Track
from joindin.operations.event_approval import approve_event, reject_event
from tests.browser_client import PASSWORD, make_user_with_password
from tests.factories import (
    days_from_now,
    make_claim,
    make_event,
    make_event_comment,
    make_report,
    make_room,
    make_talk,
    make_talk_type,
    make_user,
)
from tests.resources.web.organiser.conftest import STARTS_AT


@pytest.fixture
def host(session):
    host = make_user_with_password(session, "hanna", full_name="Hanna Host")
    session.add(Language(name="English - UK", code="en-gb"))
    make_talk_type(session)
    session.commit()
    return host


@pytest.fixture
def organiser(new_visitor, host):
    """The host's window, without JavaScript."""
    visitor = new_visitor(javascript=False)
    visitor.sign_in("hanna", PASSWORD)
    return visitor


def test_an_event_is_submitted_rejected_changed_and_approved(organiser, new_visitor, server, session):
    reviewer = make_user(session, "root", is_admin=True)
    session.commit()
    server.delete_mails()
    organiser.visit("/event/submit")
    organiser.check_page("submit an event")
    organiser.press("Submit the event")
    assert "Enter the name of the event." in organiser.text
    organiser.check_page("submit an event with errors")
    organiser.fill(
        name="Tidewater Python",
        starts_at="2027-05-08T09:30",
        ends_at="2027-05-08T18:00",
        place_name="Bristol",
        description="One day, one track.",
        tags="python, testing",
    )
    organiser.press("Submit the event")
    assert organiser.path == "/event/tidewater-python"
    organiser.check_page("event that waits")

    session.expire_all()
    event = session.scalars(select(Event)).one()
    assert event.timezone == "Europe/London"
    reject_event(session, event.id, reviewer=reviewer, reason="Name the venue", mail_from="info@joind.in")
    session.commit()
    server.wait_for_mail("hanna@example.org")
    organiser.visit("/event/tidewater-python/edit")
    assert organiser.path == "/event/tidewater-python/manage/details/"
    organiser.fill(place_name="Boathouse", place_address="Quay 1, Bristol")
    organiser.press("Save")
    assert "Reason: Name the venue" in organiser.text
    organiser.check_page("rejected event")
    organiser.press("Submit it again")
    assert "The event waits for approval." in organiser.text

    approve_event(session, event.id, reviewer=reviewer)
    session.commit()
    organiser.press("Overview", role="link")
    organiser.check_page("overview of an event")
    visitor = new_visitor()
    visitor.visit("/event/tidewater-python")
    assert "Boathouse, Quay 1, Bristol" in visitor.text


def test_a_programme_is_built_talk_by_talk(organiser, session, host):
    event = make_event(
        session, "Harbour Conf", host=host, slug="harbour", starts_at=STARTS_AT, timezone="Europe/London"
    )
    session.commit()
    manage = "/event/harbour/manage/"
    organiser.visit(f"{manage}tracks/")
    for name in ("Web", "Tools", "People"):
        organiser.fill(name=name)
        organiser.press("Add the track")
    organiser.check_page("tracks of an event")
    organiser.visit(f"{manage}rooms/")
    for name in ("Hall A", "Hall B", "Attic", "Cellar"):
        organiser.fill(name=name, capacity="40")
        organiser.press("Save the room")
    organiser.page.get_by_role("button", name="Up Cellar").click()
    organiser.check_page("rooms of an event")

    organiser.visit(f"{manage}talks/new/")
    organiser.check_page("new talk")
    organiser.page.get_by_label("Hall A", exact=False).count()
    organiser.page.get_by_label("Room").select_option(label="Hall A")
    organiser.page.get_by_label("Web", exact=True).check()
    organiser.fill(duration="45", starts_at="2027-05-08T09:00")
    for number in range(1, 13):
        organiser.fill(title=f"Talk {number}")
        organiser.page.get_by_label("Speaker 1", exact=True).fill(f"Speaker of {number}")
        organiser.press("Save and add another")
        assert "The talk is added." in organiser.text
    organiser.visit(f"{manage}talks/")
    organiser.check_page("talks of an event")
    organiser.press("Talk 3", role="link")
    organiser.check_page("talk of an event")
    organiser.page.get_by_label("Room").select_option(label="Attic")
    organiser.page.get_by_label("Start").fill("2027-05-08T09:45")
    organiser.press("Save")
    assert "Nothing is stored yet." in organiser.text
    organiser.check_page("move of a talk")
    organiser.page.get_by_label("Start").fill("2027-05-08T10:30")
    organiser.press("Save the change")
    organiser.press("Save the change")
    assert "The talk is changed." in organiser.text
    organiser.page.get_by_role("link", name=re.compile("Hide or delete Talk 4")).click()
    organiser.check_page("hide or delete a talk")
    organiser.press("Hide")

    session.expire_all()
    talks = session.scalars(select(Talk).where(Talk.event_id == event.id).order_by(Talk.starts_at)).all()
    rooms = {room.id: room.name for room in session.scalars(select(Room))}
    assert [talk.title for talk in talks] == [f"Talk {number}" for number in range(1, 13)]
    assert {(later.starts_at - first.starts_at).seconds for first, later in pairwise(talks)} == {2700}
    assert [rooms[talk.room_id] for talk in talks][:4] == ["Hall A", "Hall A", "Attic", "Hall A"]
    assert [talk.is_active for talk in talks][:5] == [True, True, True, False, True]
    assert session.scalars(select(Room.name).order_by(Room.position)).all() == ["Hall A", "Hall B", "Cellar", "Attic"]
    assert session.scalars(select(Track.talk_count).order_by(Track.id)).all() == [11, 0, 0]


def test_pages_of_decisions_people_and_sheets(organiser, session, host):
    event = make_event(session, "Harbour Conf", host=host, slug="harbour", starts_at=STARTS_AT)
    talk = make_talk(session, event, "Tides", speakers=["Ada L."])
    make_claim(session, talk, talk.speakers[0], make_user(session, "ada"))
    make_report(session, make_event_comment(session, event, text="Buy now"))
    session.commit()
    manage = "/event/harbour/manage/"
    for part, name in [
        ("claims/", "claims at an event"),
        ("comments/", "comments to decide"),
        ("people/", "hosts of an event"),
        ("settings/", "settings of an event"),
        ("qr/?for=talks", "sheets with codes"),
        ("details/", "details of an event"),
    ]:
        organiser.visit(f"{manage}{part}")
        organiser.check_page(name)


A4_AT_96_DPI = {"width": 794, "height": 1123}
PIXELS_PER_MM = 96 / 25.4


@pytest.mark.parametrize(("size", "sheets_on_a_page"), [("a4", 1), ("a5", 2), ("a6", 4), ("badge", 10)])
def test_printed_codes_are_large_enough_and_lead_to_pages(organiser, session, host, size, sheets_on_a_page):
    event = make_event(session, "Harbour Conf", host=host, slug="harbour", starts_at=STARTS_AT)
    for number in range(11):
        room = make_room(session, event, f"Great hall of the old harbour {number}")
    make_talk(session, event, "A long title of a talk about tides, " * 6, speakers=["Ada L."], room_id=room.id)
    session.commit()
    organiser.page.set_viewport_size(A4_AT_96_DPI)

    for subject, number in (("rooms", 11), ("talks", 1), ("event", 1)):
        organiser.visit(f"/event/harbour/manage/qr/?for={subject}&size={size}")
        if size == "a6":
            organiser.check_page(f"sheets for {subject}")
        pdf = organiser.page.pdf(prefer_css_page_size=True)
        organiser.page.emulate_media(media="print")
        picture = Image.open(io.BytesIO(organiser.page.screenshot(full_page=True)))
        addresses = {code.text for code in zxingcpp.read_barcodes(picture)}
        widths = [box["width"] for box in (code.bounding_box() for code in organiser.page.locator(".qr svg").all())]
        organiser.page.emulate_media(media="null")

        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == ceil(number / sheets_on_a_page)
        assert len(addresses) == number
        assert min(widths) >= 40 * PIXELS_PER_MM
        assert [organiser.visit(address).status for address in sorted(addresses)] == [200] * number


def test_a_visitor_submits_an_event_without_an_account(new_visitor, session, host):
    visitor = new_visitor(javascript=False)
    visitor.visit("/event/submit")
    assert visitor.path == "/event/submit/anonymous/"
    visitor.check_page("submit an event without an account")
    visitor.press("Submit the event")
    assert "Enter a title" in visitor.text
    starts_at = days_from_now(10)
    visitor.fill(
        name="Swap shop",
        starts_at=f"{starts_at:%Y-%m-%dT19:00}",
        place_name="Hall",
        place_address="Road 1",
        description="Bring things.",
    )
    visitor.press("Submit the event")

    assert "Keep the address of this page" in visitor.text
    visitor.check_page("change an event without an account")
    visitor.fill(name="Swap evening")
    visitor.press("Save the changes")
    session.expire_all()
    event = session.scalars(select(Event)).one()
    assert (event.name, event.is_pending) == ("Swap evening", True)
