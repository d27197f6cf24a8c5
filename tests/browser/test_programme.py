"""Pages of an event's programme in a browser: a list on a phone, a grid on a desk, and no sideways scroll."""

import datetime as dt

import pytest
from sqlalchemy import select

from joindin.models import ProgrammeChange, Talk
from tests.factories import NOW, make_event, make_room, make_talk, make_track, parse_instant

FRIDAY = parse_instant("2027-07-09T08:00")
PAGES = ("schedule", "schedule/2027-07-09?zone=Asia/Tokyo", "schedule?q=nothing&room=hall", "now", "now?screen=1",
         "changes", "programme", "talks", "speakers", "rooms", "rooms/hall", "rooms/hall?screen=1", "slides", "calendar")  # fmt: skip


@pytest.fixture
def event(session):
    event = make_event(
        session, "Harbour Days", slug="harbour", starts_at=FRIDAY, ends_at=FRIDAY + dt.timedelta(days=2),
        timezone="Europe/Berlin",
    )  # fmt: skip
    rooms = [make_room(session, event, name, floor="Ground floor", capacity=90) for name in ("Hall", "Cellar", "Attic")]
    track = make_track(session, event, "Python")
    long_title = "A talk of a rather long title that does not fit into a line of a telephone, nor into a narrow column"
    for day in range(2):
        for number in range(12):
            start = FRIDAY + dt.timedelta(days=day, minutes=35 * (number // 3))
            room = rooms[number % 3] if number != 9 else rooms[0]
            make_talk(
                session, event, long_title if number == 4 else f"Talk {day} {number}", stub=f"{day}x{number:02}",
                starts_at=start, duration=30 if number != 5 else 100, room_id=room.id, tracks=[track],
                speakers=["Ada Lovelace", "Bob Birch"], state="cancelled" if number == 7 else "confirmed",
                links=[("slides_link", "https://slides.example")],
            )  # fmt: skip
        make_talk(session, event, "Lunch", starts_at=FRIDAY + dt.timedelta(days=day, hours=4), stub=f"{day}lun")
    shown = {"event_id": event.id, "state_before": "shown", "starts_before": FRIDAY, "room_before": "Hall"}
    moved = {"state_after": "shown", "starts_after": FRIDAY + dt.timedelta(hours=1), "room_after": "Cellar"}
    talk_id = session.scalar(select(Talk.id).where(Talk.title == long_title))
    for values in (moved | {"talk_id": talk_id}, moved, {"state_after": "cancelled"}, {"state_after": "removed"}):
        session.add(ProgrammeChange(changed_at=NOW, **shown, **values))
    session.commit()
    return event


@pytest.mark.parametrize("page", PAGES)
def test_pages_of_the_programme_are_valid(visitor, event, page):
    visitor.visit(f"/event/harbour/{page}")
    visitor.check_page(page)

    assert visitor.page.locator("h1").count() == 1


def test_talks_of_a_room_are_in_its_column_and_no_areas_overlap(visitor, event):
    visitor.page.set_viewport_size({"width": 1280, "height": 900})
    visitor.visit("/event/harbour/schedule/2027-07-09")
    boxes = [item.bounding_box() for item in visitor.page.locator(".slots > li").all()]

    for index, one in enumerate(boxes):
        for other in boxes[index + 1 :]:
            apart = one["x"] + one["width"] <= other["x"] + 1 or other["x"] + other["width"] <= one["x"] + 1
            assert apart or one["y"] + one["height"] <= other["y"] + 1 or other["y"] + other["height"] <= one["y"] + 1
    assert len({round(box["x"]) for box in boxes}) >= 3
