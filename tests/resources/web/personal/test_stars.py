"""Stars of users and of devices without an account."""

import threading

import pytest

from joindin.models import Device, DeviceStar, EventSettings, RateLimitCounter, TalkStar
from joindin.operations.devices import create_device
from joindin.operations.rate_limits import DEVICE_STARS, counter_key
from joindin.utils.datetimes import utc_now
from tests.browser_client import form_fields, main_text
from tests.factories import days_from_now, make_event, make_pending_event, make_star, make_talk, make_user

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


def star(browser, talk, on=1):
    return browser.post(f"/guest/stars/?on={on}", {"talk": talk.stub}, headers=SAME_SITE)


def test_a_user_stars_and_unstars_a_talk(browser, session, event, talk):
    user = make_user(session)
    browser.sign_in_directly(user)
    page = f"/event/{event.slug}"
    assert 'aria-pressed="false"' in browser.get(page).text

    reply = browser.send("/me/stars/", {"talk": talk.stub, "page": page}, page=page)

    assert (reply.status_code, reply.location) == (303, f"{page}#s-{talk.stub}")
    assert [star.talk_id for star in session.query(TalkStar)] == [talk.id]
    session.refresh(talk)
    assert talk.star_count == 1
    text = browser.get(page).text
    assert 'aria-pressed="true" formaction="/me/stars/?on=0"' in text

    for _ in range(2):
        browser.send("/me/stars/?on=0", {"talk": talk.stub}, page=page)
    session.refresh(talk)
    assert (session.query(TalkStar).count(), talk.star_count) == (0, 0)


def test_a_script_gets_the_state(browser, session, event, talk):
    browser.sign_in_directly(make_user(session))
    page = f"/event/{event.slug}"

    reply = browser.send("/me/stars/", {"talk": talk.stub}, page=page, headers={"Accept": "application/json"})

    assert reply.get_json() == {"state": True, "said": "The talk has your star"}


def test_a_guest_stars_a_talk_of_a_cached_page_without_a_token(browser, session, event, talk):
    page = browser.get(f"/event/{event.slug}")
    assert "csrfmiddlewaretoken" not in page.text
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "no-cache, public"

    reply = star(browser, talk)

    assert (reply.status_code, reply.location) == (303, f"/guest/event/{event.slug}/?starred={talk.stub}")
    assert browser.cookie("guest", "/guest/") is not None
    assert browser.cookie("guest") is None
    session.refresh(talk)
    # Stars of devices are not those of accounts.
    assert (session.query(DeviceStar).count(), talk.star_count) == (1, 0)
    assert talk.title in main_text(browser.get(f"/guest/event/{event.slug}/"))
    assert talk.title in main_text(browser.get("/guest/"))


def test_a_guest_finds_the_way_back(browser, session, event, talk):
    page = f"/event/{event.slug}/schedule?view=list"
    reply = browser.post("/guest/stars/", {"talk": talk.stub, "page": page}, headers=SAME_SITE)

    assert f'href="{page}">Go back' in browser.get(reply.location).text
    reply = browser.post("/guest/stars/", {"talk": talk.stub, "page": "//evil.example"}, headers=SAME_SITE)
    assert "evil" not in reply.location


def test_a_second_tap_changes_nothing_and_a_star_is_removed(browser, session, event, talk):
    for _ in range(2):
        star(browser, talk)
    assert (session.query(Device).count(), session.query(DeviceStar).count()) == (1, 1)

    for _ in range(2):
        assert star(browser, talk, on=0).location == f"/guest/event/{event.slug}/?unstarred={talk.stub}"
    assert session.query(DeviceStar).count() == 0


@pytest.mark.parametrize("on", ["", "2", "\x00", "9" * 400])
def test_a_wrong_switch_stores_nothing(browser, session, talk, count_rows, on):
    session.commit()
    before = count_rows()

    assert browser.post("/guest/stars/", {"talk": talk.stub, "on": on}, headers=SAME_SITE).status_code == 400
    assert count_rows() == before


@pytest.mark.parametrize("stub", ["", "none", "\x00", "x" * 5000, "\ud800"])
def test_an_unknown_talk_is_not_found(browser, session, talk, count_rows, stub):
    session.commit()
    before = count_rows()

    data = f"talk={stub}".encode("utf-8", "surrogatepass")
    reply = browser.post("/guest/stars/", data, headers=SAME_SITE, content_type="application/x-www-form-urlencoded")
    assert reply.status_code in (400, 404)
    assert count_rows() == before


def test_talks_that_are_not_visible_are_not_starred(browser, session, event, talk, count_rows):
    hidden = [make_talk(session, make_pending_event(session)), make_talk(session, event, is_active=False)]
    session.commit()
    before = count_rows()

    assert [star(browser, each).status_code for each in hidden] == [404, 404]
    assert count_rows() == before


def test_talks_that_were_hidden_since_are_in_no_list(browser, session, event, talk):
    star(browser, talk)
    talk.is_active = False
    session.commit()

    assert talk.title not in browser.get(f"/guest/event/{event.slug}/").text
    assert talk.title not in browser.get("/guest/").text


def test_a_form_of_another_site_has_to_be_confirmed(browser, session, talk):
    reply = browser.post(
        "/guest/stars/", {"talk": talk.stub}, headers={"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
    )

    assert reply.status_code == 403
    assert session.query(Device).count() == 0
    fields = form_fields(reply.text)
    assert fields["talk"] == talk.stub
    # A browser that says nothing about the sender.
    assert browser.post("/guest/stars/", fields).status_code == 303
    assert session.query(DeviceStar).count() == 1
    # The confirmed form has the query of the first one.
    reply = browser.post("/guest/stars/?on=0", {"talk": talk.stub}, headers={"Origin": "http://evil.example"})
    assert 'action="/guest/stars/?on=0"' in reply.text


def test_a_stopped_device_reads_and_deletes(browser, session, event, talk):
    star(browser, talk)
    session.query(Device).one().is_stopped = True
    session.commit()

    assert star(browser, make_talk(session, event)).status_code == 403
    assert talk.title in browser.get("/guest/").text
    assert star(browser, talk, on=0).status_code == 303
    assert session.query(DeviceStar).count() == 0


def test_a_device_has_a_limit(browser, session, event, talk):
    star(browser, talk)
    key = counter_key(DEVICE_STARS, [session.query(Device).one().id])
    session.get_one(RateLimitCounter, key).count = DEVICE_STARS.max_count
    other = make_talk(session, event)
    session.commit()

    reply = star(browser, other)

    assert (reply.status_code, int(reply.headers["Retry-After"]) > 0) == (429, True)
    assert session.query(DeviceStar).count() == 1


def test_a_device_is_forgotten(browser, session, talk):
    star(browser, talk)

    assert browser.post("/guest/forget/", headers=SAME_SITE).location == "/guest/"
    assert (session.query(Device).count(), session.query(DeviceStar).count()) == (0, 0)
    assert (browser.cookie("guest", "/guest/"), browser.cookie("guest_marker", "/accounts/")) == (None, None)
    assert "Nothing is stored" in main_text(browser.get("/guest/"))


def test_simultaneous_stars_of_one_device_are_one(app, session, talk):
    _, token = create_device(session, now=utc_now())
    stub = talk.stub
    session.commit()
    statuses = []

    def send():
        client = app.test_client()
        client.set_cookie("guest", token, path="/guest/")
        statuses.append(client.post("/guest/stars/", data={"talk": stub}, headers=SAME_SITE).status_code)

    threads = [threading.Thread(target=send) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert statuses == [303] * 4
    assert session.query(DeviceStar).count() == 1


def test_pages_of_a_device_change_nothing_and_are_private(browser, session, event, talk, count_rows):
    star(browser, talk)
    device = session.query(Device).one()
    device.last_seen_on = days_from_now(-3).date()
    session.commit()
    before = count_rows()

    replies = [browser.get(path) for path in ("/guest/", f"/guest/event/{event.slug}/", "/guest/welcome/")]

    assert [reply.status_code for reply in replies] == [200, 200, 302]
    assert [reply.headers.get("Cache-Control") for reply in replies[:2]] == ["private, no-cache"] * 2
    session.refresh(device)
    assert device.last_seen_on == days_from_now(-3).date()
    assert count_rows() == before


def test_the_event_page_reads_the_stars_in_one_statement(browser, session, event, count_statements):
    user = make_user(session)
    browser.sign_in_directly(user)
    numbers = []
    for _ in range(2):
        for _ in range(3):
            make_star(session, make_talk(session, event), user)
        session.commit()
        browser.get(f"/event/{event.slug}")
        with count_statements() as statements:
            browser.get(f"/event/{event.slug}")
        numbers.append(len(statements))

    assert numbers[0] == numbers[1]


def test_a_guest_finds_the_next_talk_and_those_to_rate(browser, session):
    event = make_event(session, "Harbour Days", slug="harbour-days")
    coming = make_talk(session, event, "Tides", starts_at=days_from_now(1))
    heard = make_talk(session, event, "Heard", starts_at=days_from_now(-1))
    rated = make_talk(session, event, "Rated", starts_at=days_from_now(-1))
    for talk in (coming, heard, rated):
        star(browser, talk)
    browser.post(f"/guest/feedback/{rated.stub}/", {"rating": "4"}, headers=SAME_SITE)

    part = main_text(browser.get("/guest/")).partition("All that this device has stored")[0]
    session.add(EventSettings(event_id=event.id, feedback_access="account"))
    session.commit()

    assert "Your next talk Tides · Harbour Days" in part
    assert "Waiting for your feedback Rate “Heard”" in part
    assert "Rated" not in part
    assert "Waiting for your feedback" not in main_text(browser.get("/guest/"))
