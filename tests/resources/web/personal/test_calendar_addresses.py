"""Pages on which users and devices make and revoke the secret addresses of their calendars, and share a schedule."""

import re
from html import unescape

import pytest
from sqlalchemy import select

from joindin.models import AuditEntry, Device, DeviceStar, ScheduleAddress
from joindin.operations.personal.schedule_addresses import MAX_ADDRESSES, MAX_DEVICE_ADDRESSES, create_calendar_address
from tests.browser_client import form_fields, main_text
from tests.factories import (
    NOW,
    days_from_now,
    make_attendance,
    make_event,
    make_pending_event,
    make_star,
    make_talk,
    make_user,
)

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
ME, GUEST = "/me/calendar/", "/guest/calendar/"


@pytest.fixture
def ada(session, browser):
    ada = make_user(session, "ada", full_name="Ada Lovelace")
    browser.sign_in_directly(ada)
    return ada


def star(browser, talk):
    browser.post("/guest/stars/", {"talk": talk.stub}, headers=SAME_SITE)


def guest_post(browser, **fields):
    return browser.post(GUEST, fields, headers=SAME_SITE)


def new_path(reply):
    """Return the path of the address that a page shows."""
    found = re.search(r'id="new-address" readonly value="http://web\.example([^"]+)"', reply.text)
    return found and unescape(found[1])


def titles(reply):
    assert reply.status_code == 200
    return re.findall(r"SUMMARY:(.*)\r\n", reply.text)


def test_an_address_is_made_shown_once_and_revoked(session, browser, ada, talk):
    make_star(session, talk, ada)
    assert "Not read yet" not in main_text(browser.get(ME))

    reply = browser.send(ME, {"name": "Phone", "scope": "all"})

    assert (reply.status_code, reply.location) == (303, ME)
    shown = browser.get(ME)
    path = new_path(shown)
    assert f'href="webcal://web.example{path}"' in shown.text
    assert f"QR code for webcal://web.example{path}" in shown.text
    assert "no-store" in shown.headers["Cache-Control"]
    again = browser.get(ME)
    assert (new_path(again), "no-store" in again.headers["Cache-Control"]) == (None, True)
    assert "Phone" in main_text(again)
    assert "Not read yet." in main_text(again)
    assert titles(browser.get(path)) == ["On Python"]
    assert "Last read on" in main_text(browser.get(ME))

    address_id = session.query(ScheduleAddress).one().id
    reply = browser.send(ME, {"revoke": address_id})
    assert (reply.status_code, reply.location) == (303, f"{ME}?revoked=1")
    assert "does not work any more" in main_text(browser.get(reply.location))
    assert browser.get(path).status_code == 404
    # The same form again.
    assert browser.send(ME, {"revoke": address_id}).status_code == 303
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["schedule_address.create", "schedule_address.revoke"]


def test_an_address_without_a_name_has_that_of_its_event(session, browser, ada, event):
    browser.send(ME, {"event": event.slug, "scope": "stars"})
    browser.send(ME, {"name": " \x00 "})

    found = [(each.name, each.event_id, each.contents) for each in session.query(ScheduleAddress).order_by("id")]
    assert found == [("SampleConf", event.id, "stars"), ("My calendar", None, "all")]


def test_the_form_offers_the_events_of_the_user(session, browser, ada, event, talk):
    make_star(session, talk, ada)
    attended = make_event(session, "Attended")
    make_attendance(session, attended, ada)
    make_attendance(session, make_event(session, "Old", starts_at=days_from_now(-90)), ada)
    make_attendance(session, make_pending_event(session, "Pending"), ada)
    chosen = make_event(session, "Chosen")

    page = browser.get(f"{ME}?event={chosen.slug}").text
    choices = page.partition('id="event"')[2].partition("</select>")[0]
    options = re.findall(r'<option value="([^"]+)"( selected)?>(.*?)</option>', choices)

    assert sorted((name, bool(is_selected)) for slug, is_selected, name in options) == [
        ("Attended", False), ("Chosen", True), ("SampleConf", False)
    ]  # fmt: skip
    assert {slug for slug, *_ in options} >= {event.slug, attended.slug, chosen.slug}


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"scope": "everything"}, 400),
        ({"scope": ""}, 400),
        ({"name": "x" * 101}, 400),
        ({"event": "none"}, 404),
        ({"event": "\x00"}, 404),
        ({"revoke": "x"}, 400),
        ({"revoke": ""}, 400),
        ({"revoke": "9" * 400}, 400),
    ],
)
def test_wrong_fields_store_nothing(session, browser, ada, count_rows, fields, status):
    browser.get(ME)
    before = count_rows()

    assert browser.send(ME, fields).status_code == status
    assert count_rows() == before


def test_a_hidden_event_is_not_found_and_not_named(session, browser, ada, event):
    pending = make_pending_event(session, "Secret meeting")
    assert browser.send(ME, {"event": pending.slug}, page=ME).status_code == 404
    assert browser.get(f"{ME}?event={pending.slug}").status_code == 404
    create_calendar_address(session, "Mine", event_id=event.id, actor=ada, now=NOW)
    assert "SampleConf" in main_text(browser.get(ME))
    event.is_active = False
    assert "SampleConf" not in main_text(browser.get(ME))


def test_a_user_with_the_largest_number_cannot_make_more(session, browser, ada):
    for _ in range(MAX_ADDRESSES):
        create_calendar_address(session, "Mine", actor=ada, now=NOW)

    assert "the largest number" in main_text(browser.get(ME))
    assert browser.send(ME, {"scope": "all"}).status_code == 400
    assert session.query(ScheduleAddress).count() == MAX_ADDRESSES


def test_the_number_of_statements_is_the_same_for_one_address_and_many(session, browser, ada, count_statements):
    create_calendar_address(session, "Mine", event_id=make_event(session).id, actor=ada, now=NOW)
    browser.get(ME)
    with count_statements() as one:
        browser.get(ME)
    for _ in range(10):
        create_calendar_address(session, "Mine", event_id=make_event(session).id, actor=ada, now=NOW)
    session.commit()
    with count_statements() as many:
        browser.get(ME)
    assert len(one) == len(many)


def test_addresses_of_others_are_neither_listed_nor_revoked(session, browser, ada):
    create_calendar_address(session, "Of Ben", actor=make_user(session), now=NOW)

    assert "Of Ben" not in browser.get(ME).text
    browser.send(ME, {"revoke": session.query(ScheduleAddress).one().id})
    assert session.query(ScheduleAddress).count() == 1


def test_the_page_is_in_the_language_of_the_browser(browser, ada):
    assert "Veröffentlichen Sie sie nicht" in browser.get(ME, headers={"Accept-Language": "de"}).text


def test_a_device_subscribes_to_its_stars(session, browser, event):
    talks = [make_talk(session, event, title) for title in ("First", "Second", "Third")]
    for talk in talks:
        star(browser, talk)

    assert guest_post(browser, name="Phone", event=event.slug).location == GUEST
    shown = browser.get(GUEST)
    path = new_path(shown)
    assert "csrfmiddlewaretoken" not in shown.text
    assert "private" in shown.headers["Cache-Control"]
    assert browser.cookie("session") is None
    assert sorted(titles(browser.get(path))) == ["First", "Second", "Third"]
    browser.post("/guest/stars/?on=0", {"talk": talks[1].stub}, headers=SAME_SITE)
    assert sorted(titles(browser.get(path))) == ["First", "Third"]
    assert "Phone" in main_text(browser.get(GUEST))
    assert GUEST in browser.get("/guest/").text

    guest_post(browser, revoke=session.query(ScheduleAddress).one().id)
    assert browser.get(path).status_code == 404


def test_a_device_that_has_stored_nothing_reads_without_a_cookie(session, browser, count_rows):
    before = count_rows()
    assert browser.get(GUEST).status_code == 200
    assert guest_post(browser, revoke="1").status_code == 303
    assert count_rows() == before
    assert browser.cookie("guest", "/guest/") is None


def test_a_post_of_another_site_has_to_be_confirmed(session, browser):
    reply = browser.post(
        GUEST, {"name": "Mine"}, headers={"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
    )

    assert (reply.status_code, form_fields(reply.text)["name"]) == (403, "Mine")
    assert session.query(ScheduleAddress).count() == 0


def test_a_device_has_a_limit_and_a_stopped_one_makes_none(session, browser, talk):
    star(browser, talk)
    for _ in range(MAX_DEVICE_ADDRESSES):
        assert guest_post(browser).status_code == 303
    assert guest_post(browser).status_code == 400
    assert "the largest number" in main_text(browser.get(GUEST))
    session.query(Device).one().is_stopped = True
    address_id = session.query(ScheduleAddress).first().id
    assert guest_post(browser, revoke=address_id).status_code == 303
    assert guest_post(browser).status_code == 403
    assert session.query(ScheduleAddress).count() == MAX_DEVICE_ADDRESSES - 1


def test_forget_me_ends_the_addresses_of_the_device(session, browser, talk):
    star(browser, talk)
    guest_post(browser)
    path = new_path(browser.get(GUEST))

    browser.post("/guest/forget/", headers=SAME_SITE)

    assert browser.get(path).status_code == 404
    assert session.query(ScheduleAddress).count() == 0


@pytest.mark.parametrize(("choice", "expected"), [("account", 200), ("device", 200), ("forget", 404)])
def test_the_address_follows_the_stars_to_the_account(session, browser, event, talk, choice, expected):
    user = make_user(session)
    star(browser, talk)
    guest_post(browser)
    path = new_path(browser.get(GUEST))
    make_attendance(session, event, user)
    browser.sign_in_directly(user)
    assert "1 calendar address" in main_text(browser.get("/guest/welcome/"))

    browser.send("/guest/welcome/", {"keep": choice}, page="/guest/welcome/")

    reply = browser.get(path)
    assert reply.status_code == expected
    if expected == 200:
        # Starred talks alone: what else the account has is not shown at an address that was made before.
        assert titles(reply) == [talk.title]
    assert session.query(DeviceStar).count() == (1 if choice == "device" else 0)


def shared_path(reply):
    found = re.search(r'class="secret">http://web\.example([^<]+)<', reply.text)
    return found and found[1]


def test_a_schedule_is_shared_as_a_page_and_no_more(session, browser, another_browser, ada, event, talk):
    make_star(session, talk, ada)
    mine = f"/event/{event.slug}/mine"

    reply = browser.send(f"{mine}/share", {"on": "1"}, page=mine)

    assert (reply.status_code, reply.location) == (303, f"{mine}#share")
    shown = browser.get(mine)
    path = shared_path(shown)
    assert "no-store" in shown.headers["Cache-Control"]
    assert shared_path(browser.get(mine)) is None
    page = another_browser.get(path)
    assert talk.title in main_text(page)
    assert "Ada" not in page.text
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in page.text
    assert {"private", "no-cache"} <= set(page.headers["Cache-Control"].split(", "))

    browser.send(f"{mine}/share", {"on": "1"}, page=mine)
    newer = shared_path(browser.get(mine))
    assert [another_browser.get(each).status_code for each in (path, newer)] == [404, 200]
    browser.send(f"{mine}/share", {"on": "0"}, page=mine)
    assert another_browser.get(newer).status_code == 404
    assert "Stop sharing" not in main_text(browser.get(mine))
    browser.send(f"{mine}/share", {"on": "0"}, page=mine)
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["schedule_page.create", "schedule_page.create", "schedule_page.revoke"]


def test_a_shared_page_belongs_to_its_event_and_is_no_calendar(session, browser, ada, event, talk):
    make_star(session, talk, ada)
    other, mine = make_event(session, "Other"), f"/event/{event.slug}/mine"
    browser.send(f"{mine}/share", {"on": "1"}, page=mine)
    path = shared_path(browser.get(mine))
    token = path.rpartition("/")[2]

    assert browser.get(f"/event/{other.slug}/mine/{token}").status_code == 404
    assert browser.get(f"/calendar/{token}.ics").status_code == 404
    assert browser.get(f"{mine}/x").status_code == 404
    assert "Shared page with starred talks" in main_text(browser.get(ME))
    talk.is_active = False
    assert "There is no talk yet." in main_text(browser.get(path))
    event.is_active = False
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize("on", ["2", "", "\x00"])
def test_a_wrong_switch_shares_nothing(session, browser, ada, event, talk, on):
    make_star(session, talk, ada)
    mine = f"/event/{event.slug}/mine"

    assert browser.send(f"{mine}/share", {"on": on}, page=mine).status_code == 400
    assert session.query(ScheduleAddress).count() == 0
