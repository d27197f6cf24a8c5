"""Stars of people without an account, the own schedule, and the step into an account, without JavaScript (stories T10 and T11)."""

import datetime as dt

import pytest

from joindin.models import Device, DeviceStar, TalkStar
from tests.browser_client import PASSWORD, make_user_with_password
from tests.factories import days_from_now, make_event, make_talk

TITLES = (
    "On tides and timetables",
    "A second talk of a rather long title that does not fit into a line",
    "Harbour lights",
)


@pytest.fixture
def programme(session):
    """Three talks, with a gap of 30 minutes and an overlap of 15."""
    starts_at = days_from_now(10).replace(hour=6, minute=0, second=0, microsecond=0)
    event = make_event(session, "Harbour Code Days", slug="harbour", starts_at=starts_at)
    for title, minutes, stub in zip(TITLES, (0, 90, 135), ("tides", "long1", "light"), strict=True):
        make_talk(
            session, event, title, starts_at=starts_at + dt.timedelta(minutes=minutes), duration=60, stub=stub,
            speakers=["Bob Birch"],
        )  # fmt: skip
    session.commit()
    return event


@pytest.fixture
def guest(new_visitor, session):
    return new_visitor(javascript=False)


@pytest.fixture
def check(new_visitor):
    """Check the page that a visitor without scripts sees, in a window with scripts, which the validator needs."""

    def checking(guest, name):
        window = new_visitor()
        window.context.add_cookies(guest.context.cookies())
        window.visit(guest.path)
        window.check_page(name)

    return checking


def star_all(visitor):
    for title in TITLES:
        visitor.visit("/event/harbour")
        visitor.press(f"Star “{title}”")
        assert visitor.path.startswith("/guest/event/harbour/?starred=")


def test_a_guest_stars_talks_and_sees_gaps_and_overlaps(guest, check, session, programme):
    guest.visit("/event/harbour/mine")
    check(guest, "own schedule of a visitor")
    star_all(guest)
    check(guest, "own schedule of a device")

    text = guest.text
    assert "30 min free" in text
    assert f"Overlaps 15 min with {TITLES[2]}" in text
    guest.press(f"Remove the star of “{TITLES[0]}”")
    assert TITLES[0] not in guest.text
    session.expire_all()
    assert session.query(DeviceStar).count() == 2
    guest.visit("/guest/")
    check(guest, "what a device has stored")


def test_a_guest_keeps_the_stars_with_an_account_and_forgets_the_device(guest, check, new_visitor, session, programme):
    user = make_user_with_password(session, "hanna", full_name="Hanna Host")
    session.commit()
    star_all(guest)
    guest.visit("/accounts/login/?next=/event/harbour/mine")
    guest.fill(username="hanna", password=PASSWORD)
    guest.press("Sign in")
    assert guest.path == "/guest/welcome/?next=/event/harbour/mine"
    check(guest, "stars of a device after the sign-in")

    guest.press("Keep with my account")

    assert guest.path == "/event/harbour/mine"
    assert all(title in guest.text for title in TITLES)
    check(guest, "own schedule of a user")
    session.expire_all()
    assert (session.query(TalkStar).filter_by(user_id=user.id).count(), session.query(Device).count()) == (3, 0)
    # Another device of the account, with scripts.
    other = new_visitor()
    other.sign_in("hanna", PASSWORD)
    other.visit("/event/harbour/mine")
    assert all(title in other.text for title in TITLES)
    other.press(f"Star “{TITLES[0]}”")
    assert TITLES[0] not in other.text
    # A device that is forgotten.
    third = new_visitor(javascript=False)
    star_all(third)
    third.visit("/guest/")
    third.press("Forget this device")
    assert "Nothing is stored about this device" in third.text
    assert [cookie["name"] for cookie in third.context.cookies()] == []
    session.expire_all()
    assert session.query(Device).count() == 0


def test_a_user_attends_and_finds_it_on_the_own_pages(guest, check, session, programme):
    make_user_with_password(session, "hanna", full_name="Hanna Host")
    session.commit()
    guest.sign_in("hanna", PASSWORD)
    for path in ("/me/", "/me/stars/", "/me/comments/", "/me/talks/"):
        guest.visit(path)
        check(guest, f"empty {path}")
    guest.visit("/event/harbour")
    guest.press("I am attending")
    assert "You are attending." in guest.text
    check(guest, "event that a user attends")
    guest.press("Star “Harbour lights”")
    assert guest.path == "/event/harbour#s-light"
    guest.visit("/me/")
    check(guest, "own events")
    assert "Harbour Code Days" in guest.text
    guest.visit("/event/harbour/attendees")
    check(guest, "attendees")
    assert "Hanna Host" in guest.text
