"""Roles, names and states of the components for screen readers, compared with the stored text (site 10).

A change of pages changes the text. Read the difference, then store the new one: the failed test writes it beside the old one.
"""

import datetime as dt
import re
from pathlib import Path

import pytest

from joindin.models import EventSettings
from tests.factories import (
    make_event,
    make_event_comment,
    make_room,
    make_talk,
    make_talk_comment,
    make_track,
    make_user,
    parse_instant,
)

STORED = Path(__file__).parent / "accessibility_trees.txt"
NEW = STORED.with_suffix(".new.txt")

FRIDAY = parse_instant("2021-07-09T08:00")
PAGES = (
    "/event?when=past", "/search?q=harbour", "/event/harbour", "/event/harbour/schedule", "/event/harbour/schedule?q=tides",
    "/event/harbour/now", "/event/harbour/speakers", "/event/harbour/rooms", "/event/harbour/rooms/quay", "/event/harbour/calendar",
    "/event/harbour/comments", "/event/harbour/tides", "/event/harbour/feedback", "/f/tides", "/f/sails", "/event/harbour/mine", "/cfp",
    "/guest/", "/contact", "/accounts/login/", "/nowhere",
)  # fmt: skip


@pytest.fixture
def event(session):
    """A past event, whose pages do not depend on the day of the run."""
    host, ada = make_user(session, "grace", full_name="Grace Host"), make_user(session, "ada", full_name="Ada Speaker")
    event = make_event(
        session, "Harbour Code Days", slug="harbour", starts_at=FRIDAY, ends_at=FRIDAY + dt.timedelta(days=1, hours=8),
        timezone="Europe/Berlin", location="Old Pier", host=host, tags=["python"], description="Talks by the water.",
    )  # fmt: skip
    session.add(EventSettings(event_id=event.id))
    quay, loft = (
        make_room(session, event, "Quay", slug="quay", code="quay1234"),
        make_room(session, event, "Loft", slug="loft", code="loft1234"),
    )
    track = make_track(session, event, "Ships")
    talk = make_talk(
        session, event, "On tides", slug="tides", stub="tides", starts_at=FRIDAY, duration=45, room_id=quay.id,
        speakers=[ada], tracks=[track], description="High and low water.",
    )  # fmt: skip
    make_talk(
        session, event, "Knots", stub="knots", starts_at=FRIDAY, duration=90, room_id=loft.id, speakers=["Bob Birch"]
    )
    make_talk(
        session, event, "Lights", stub="light", starts_at=FRIDAY + dt.timedelta(days=1), duration=30, room_id=quay.id
    )
    make_talk(session, event, "Storms", stub="storm", starts_at=FRIDAY + dt.timedelta(hours=2), state="cancelled")
    for rating in (3, 4, 5):
        make_talk_comment(
            session,
            talk,
            make_user(session, f"guest{rating}", full_name=f"Guest {rating}"),
            rating=rating,
            text="Learned a lot.",
            created_at=FRIDAY,
        )
    make_event_comment(session, event, host, text="Thank you for coming.", created_at=FRIDAY)
    make_talk_with_open_feedback(session)
    session.commit()
    return event


def make_talk_with_open_feedback(session):
    event = make_event(session, "Sail Days", slug="sails", starts_at=FRIDAY, ends_at=FRIDAY, timezone="Europe/Berlin")
    session.add(EventSettings(event_id=event.id, feedback_days=100 * 365))
    make_talk(session, event, "On sails", slug="sails", stub="sails", starts_at=FRIDAY)


def test_components_are_heard_as_stored(visitor, server, event):
    visitor.visit("/about")
    trees = [f"# All pages\n{visitor.page.locator('body').aria_snapshot()}\n"]
    for path in PAGES:
        visitor.visit(path)
        trees.append(f"# {path}\n{visitor.page.locator('main').aria_snapshot()}\n")
    # Neither addresses nor the time of the run are of interest.
    text = re.sub(r":\n( +)- /url: .*\n(?!\1)", "\n", "\n".join(trees))
    text = re.sub(r"(?m)^ *- /url: .*\n", "", text).replace(server.url, "http://joindin.example")
    text = re.sub(r"(text: As of\s+- time: )\d\d:\d\d", r"\1now", text)

    if text != STORED.read_text():
        NEW.write_text(text)
    assert text == STORED.read_text()
