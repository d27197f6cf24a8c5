"""The script of the site: stars, attendance and filters in place, the current time, and what works without it (T7, T8, T9)."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from joindin.models import Attendance, Device, DeviceStar, Talk, TalkStar
from tests.browser.page_driver import DESKTOP, PHONE
from tests.browser_client import PASSWORD, make_user_with_password
from tests.factories import days_from_now, make_event, make_room, make_talk, make_track, parse_instant

FRIDAY = parse_instant("2037-07-10T08:00")
SCHEDULE = "/event/harbour/schedule"
# Sums the shifts of the layout that no input has caused.
SHIFTS = """() => new Promise(done => {
  let sum = 0;
  const observer = new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  });
  observer.observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(sum), 500);
})"""


@pytest.fixture
def event(session):
    """Two days in two rooms: on each day four talks of 30 minutes at 8:00 and 9:00 UTC, and two at 22:30."""
    event = make_event(
        session, "Harbour Days", slug="harbour", starts_at=FRIDAY, ends_at=FRIDAY + dt.timedelta(days=2),
        timezone="Europe/Berlin",
    )  # fmt: skip
    hall, cellar = make_room(session, event, "Hall"), make_room(session, event, "Cellar")
    python, sea = make_track(session, event, "Python"), make_track(session, event, "Séa")
    for day in range(2):
        for number, (title, minutes) in enumerate(
            [("Packaging", 0), ("Tides", 0), ("Typing", 60), ("Ebbs", 60), ("Night", 870), ("Stars", 870)]
        ):
            make_talk(
                session, event, f"{title} {day + 1}", stub=f"{day}x{number}", slug=f"{title.lower()}-{day + 1}",
                starts_at=FRIDAY + dt.timedelta(days=day, minutes=minutes), duration=30, speakers=["Ada Lovelace"],
                room_id=(cellar if number % 2 else hall).id, tracks=[sea if number % 2 else python],
            )  # fmt: skip
    session.commit()
    return event


@pytest.fixture
def member(session):
    user = make_user_with_password(session, "hanna", full_name="Hanna Host")
    session.commit()
    return user


def shown_titles(visitor):
    return [title.inner_text() for title in visitor.page.locator(".slots > li:visible h3").all()]


def star_of(visitor, title):
    return visitor.page.get_by_role("button", name=f"Star “{title}”")


def count(session, model):
    session.expire_all()
    session.rollback()
    return session.query(model).count()


# Stars


def test_a_guest_stars_by_the_space_bar_in_place_and_finds_the_star_again(visitor, session, event):
    visitor.visit(SCHEDULE)
    star = star_of(visitor, "Tides 1")
    expect(star).to_have_attribute("aria-pressed", "false")
    with visitor.page.expect_response("**/guest/stars/*") as answer:
        star.press("Space")

    expect(star).to_have_attribute("aria-pressed", "true")
    expect(star).to_be_focused()
    assert (answer.value.status, answer.value.json()["state"], visitor.path) == (200, True, SCHEDULE)
    assert count(session, DeviceStar) == 1
    visitor.check_page("schedule with a star")
    visitor.visit("/event/harbour/tides-1")
    star_of_page = visitor.page.get_by_role("button", name="Star this talk")
    expect(star_of_page).to_have_attribute("aria-pressed", "true")
    with visitor.page.expect_response("**/guest/stars/*"):
        star_of_page.click()
    expect(star_of_page).to_have_attribute("aria-pressed", "false")
    visitor.visit(SCHEDULE)
    expect(star).to_have_attribute("aria-pressed", "false")
    assert count(session, DeviceStar) == 0


@pytest.mark.parametrize(
    "answer", [{"status": 403, "body": "no"}, {"status": 200, "content_type": "text/html", "body": "<p>Sign in"}]
)
def test_a_refused_star_springs_back_and_says_so(visitor, session, event, answer):
    visitor.visit(SCHEDULE)
    visitor.page.route("**/guest/stars/*", lambda route: route.fulfill(**answer))
    star_of(visitor, "Tides 1").click()

    message = visitor.page.locator(".message")
    expect(message).to_have_text("The star could not be saved. Try again, or reload the page.")
    expect(star_of(visitor, "Tides 1")).to_have_attribute("aria-pressed", "false")
    visitor.check_page("schedule with a message")
    visitor.page.unroute("**/guest/stars/*")
    visitor.visit(SCHEDULE)
    expect(star_of(visitor, "Tides 1")).to_have_attribute("aria-pressed", "false")


def test_quick_presses_end_in_the_last_state(visitor, session, event):
    page, held = visitor.page, []
    visitor.visit(SCHEDULE)
    page.route(re.compile(r"/guest/stars/\?on=1$"), lambda route: held.append(route))
    with page.expect_request("**/guest/stars/*"):
        star_of(visitor, "Tides 1").click()
    star_of(visitor, "Tides 1").click()
    expect(star_of(visitor, "Tides 1")).to_have_attribute("aria-pressed", "false")
    with page.expect_response(re.compile(r"/guest/stars/\?on=0$")):
        held[0].continue_()

    expect(star_of(visitor, "Tides 1")).to_have_attribute("aria-pressed", "false")
    assert count(session, DeviceStar) == 0


def test_two_stars_at_once_are_of_one_device(visitor, session, event):
    def is_answered(stub):
        return visitor.page.expect_response(lambda answer: f"talk={stub}" in (answer.request.post_data or ""))

    visitor.visit(SCHEDULE)
    with is_answered("0x1"), is_answered("0x3"):
        visitor.page.evaluate("for (const stub of ['0x1', '0x3']) document.querySelector(`#s-${stub}`).click()")

    assert (count(session, Device), count(session, DeviceStar)) == (1, 2)


def test_a_forgotten_device_shows_no_stars(visitor, session, event):
    visitor.visit(SCHEDULE)
    with visitor.page.expect_response("**/guest/stars/*"):
        star_of(visitor, "Tides 1").click()
    with visitor.page.expect_response("**/guest/stars/*"):
        star_of(visitor, "Ebbs 1").click()
    visitor.visit("/guest/event/harbour/")
    visitor.press("Remove the star of “Ebbs 1”")
    visitor.visit(SCHEDULE)
    expect(star_of(visitor, "Tides 1")).to_have_attribute("aria-pressed", "true")
    expect(star_of(visitor, "Ebbs 1")).to_have_attribute("aria-pressed", "false")
    visitor.visit("/guest/")
    visitor.press("Forget this device")
    visitor.visit(SCHEDULE)
    expect(star_of(visitor, "Tides 1")).to_have_attribute("aria-pressed", "false")


def test_a_user_stars_and_attends_in_place(visitor, session, event, member):
    visitor.sign_in("hanna", PASSWORD)
    visitor.visit("/event/harbour")
    with visitor.page.expect_response("**/me/stars/*"):
        star_of(visitor, "Tides 1").click()
    expect(star_of(visitor, "Tides 1")).to_have_attribute("aria-pressed", "true")
    visitor.page.get_by_role("button", name="I am attending").press("Enter")

    leave = visitor.page.get_by_role("button", name="I am not attending")
    expect(leave).to_be_focused()
    expect(visitor.page.locator(".message")).to_have_text("You attend this event")
    assert "You are attending. 1 attendee" in visitor.text
    assert (visitor.path, count(session, TalkStar), count(session, Attendance)) == ("/event/harbour", 1, 1)
    visitor.check_page("event attended in place")
    leave.click()
    expect(visitor.page.get_by_role("button", name="I am attending")).to_be_focused()
    assert "0 attendees" in visitor.text
    assert count(session, Attendance) == 0


# Filters


def test_filters_work_in_place_and_the_address_leads_to_the_same_talks(visitor, new_visitor, event):
    visitor.visit(SCHEDULE)
    visitor.page.get_by_text("More filters and time zone").click()
    visitor.page.get_by_label("Filter by title").press_sequentially("sea")
    found = visitor.page.locator("#found")
    expect(found).to_have_text("6 of 12 talks")
    expect(visitor.page.get_by_label("Filter by title")).to_be_focused()
    visitor.page.get_by_label("Cellar").check()
    visitor.page.get_by_role("checkbox", name="Sat, 11 Jul 2037").check()

    expect(found).to_have_text("3 of 12 talks")
    assert shown_titles(visitor) == ["Tides 2", "Ebbs 2", "Stars 2"]
    assert visitor.page.locator("section:visible h2 time").count() == 1
    expect(visitor.page.locator("label.choice", has_text="Fri, 10 Jul 2037")).to_contain_text("(3)")
    expect(visitor.page.locator("label.choice", has_text="Hall")).to_contain_text("(0)")
    visitor.check_page("schedule filtered in place")
    address = visitor.path
    assert re.fullmatch(r"/event/harbour/schedule\?q=sea&day=2037-07-11&room=cellar", address)
    visitor.page.get_by_role("link", name="Ebbs 2").click()
    visitor.page.go_back()
    assert visitor.path == address
    expect(visitor.page.get_by_role("link", name="Packaging 1")).to_be_hidden()
    other = new_visitor(javascript=False)
    other.visit(address)
    assert shown_titles(other) == ["Tides 2", "Ebbs 2", "Stars 2"]


def test_talks_that_are_not_recorded_are_found_in_place(visitor, session, event):
    session.execute(update(Talk).where(Talk.slug == "tides-2").values(has_recording_opt_out=True))
    session.commit()
    visitor.visit(SCHEDULE)
    visitor.page.get_by_text("More filters and time zone").click()
    visitor.page.get_by_role("checkbox", name="not recorded").check()

    expect(visitor.page.locator("#found")).to_have_text("1 of 12 talks")
    assert (shown_titles(visitor), visitor.path) == (["Tides 2"], f"{SCHEDULE}?recorded=no")
    expect(visitor.page.locator("label.choice", has_text="recorded").first).to_contain_text("(11)")


def test_talks_of_a_level_are_found_in_place(visitor, session, event):
    levels = {"tides-2": "beginner", "ebbs-2": "advanced"}
    for slug, level in levels.items():
        session.execute(update(Talk).where(Talk.slug == slug).values(level=level))
    session.commit()
    visitor.visit(SCHEDULE)
    visitor.page.get_by_text("More filters and time zone").click()
    visitor.page.get_by_role("checkbox", name="Advanced").check()

    expect(visitor.page.locator("#found")).to_have_text("1 of 12 talks")
    assert (shown_titles(visitor), visitor.path) == (["Ebbs 2"], f"{SCHEDULE}?level=advanced")
    expect(visitor.page.locator("label.choice", has_text="Beginner")).to_contain_text("(1)")


def test_a_filter_reads_abstracts_and_time_links_lead_to_talks_that_are_shown(visitor, session, event):
    make_talk(
        session, event, "Knots 1", stub="0x6", slug="knots-1", starts_at=FRIDAY + dt.timedelta(hours=2),
        description="How herrings swim.",
    )  # fmt: skip
    session.commit()
    visitor.visit(SCHEDULE)
    times = visitor.page.locator("section:has(#day-2037-07-10) .times li:not([hidden]) a")
    expect(times).to_have_text(["10:00", "11:00", "12:00", "00:30"])
    visitor.page.get_by_text("More filters and time zone").click()
    visitor.page.get_by_label("Cellar").check()

    expect(times).to_have_text(["10:00", "11:00", "00:30"])
    assert [link.get_attribute("href") for link in times.all()] == ["#t-0x1", "#t-0x3", "#t-0x5"]
    visitor.page.get_by_label("Cellar").uncheck()
    visitor.page.get_by_label("Filter by title").fill("herring")
    expect(visitor.page.locator("#found")).to_have_text("1 of 13 talks")
    assert shown_titles(visitor) == ["Knots 1"]
    expect(times).to_have_text(["12:00"])


def test_filters_are_cleared_and_the_focus_stays(visitor, event):
    visitor.visit(SCHEDULE)
    visitor.tab_to("Filter by title, speaker, track or room")
    visitor.page.keyboard.type("nothing at all")
    found = visitor.page.locator("#found")
    expect(found).to_have_text("0 of 12 talks")
    visitor.tab_to("Clear")
    visitor.page.keyboard.press("Enter")

    expect(found).to_have_text("12 of 12 talks")
    expect(visitor.page.get_by_role("button", name="Clear")).to_be_focused()
    assert (len(shown_titles(visitor)), visitor.path) == (12, SCHEDULE)


def test_links_to_days_keep_the_filters(visitor, event):
    visitor.visit(SCHEDULE)
    visitor.page.get_by_label("Filter by title").fill("typing")
    expect(visitor.page.locator("#found")).to_have_text("2 of 12 talks")
    visitor.press("Sat, 11 Jul 2037", role="link")

    assert visitor.path == "/event/harbour/schedule/2037-07-11?q=typing"
    assert shown_titles(visitor) == ["Typing 2"]


# The current time


def test_talks_are_marked_as_ended_and_as_on_now(visitor, event):
    visitor.page.clock.install(time=FRIDAY + dt.timedelta(minutes=78))
    visitor.visit(SCHEDULE)
    marks = visitor.page.locator(".mark")

    expect(marks).to_have_text(["ended", "ended", "now, 12 min left", "now, 12 min left"])
    visitor.check_page("schedule during the event")
    visitor.page.set_viewport_size(DESKTOP)
    line, talk = visitor.page.locator(".now-line").bounding_box(), visitor.page.locator("#t-0x2").bounding_box()
    assert talk["y"] < line["y"] < talk["y"] + talk["height"]
    visitor.page.get_by_role("link", name="Jump to now").click()
    assert visitor.path == f"{SCHEDULE}#t-0x2"
    visitor.page.clock.fast_forward(60_000)
    expect(marks.nth(2)).to_have_text("now, 11 min left")
    visitor.page.clock.fast_forward(11 * 60_000)
    expect(marks.nth(2)).to_have_text("ended")


@pytest.mark.parametrize("time", [FRIDAY - dt.timedelta(hours=1), FRIDAY + dt.timedelta(days=9)])
def test_before_and_after_the_event_there_is_no_link_to_now(visitor, event, time):
    visitor.page.clock.install(time=time)
    visitor.visit(SCHEDULE)

    expect(visitor.page.locator("#t-0x0 .mark")).to_have_count(0 if time < FRIDAY else 1)
    expect(visitor.page.locator("#jump")).to_be_hidden()


def test_the_schedule_of_a_running_event_opens_at_the_running_talk(visitor, session):
    start = days_from_now(-1)
    event = make_event(session, "Running Days", slug="running", starts_at=start, timezone="UTC", day_starts_at=0)
    for number in range(30):
        make_talk(session, event, f"Past {number}", starts_at=start + dt.timedelta(minutes=number), duration=1)
    make_talk(session, event, "Running", starts_at=days_from_now(-0.1), duration=24 * 60, stub="runs")
    session.commit()
    visitor.page.set_viewport_size(PHONE)
    visitor.visit("/event/running/schedule")

    expect(visitor.page.locator("#t-runs")).to_be_in_viewport()
    visitor.visit("/event/running/schedule#content")
    expect(visitor.page.locator("h1")).to_be_in_viewport()


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_the_script_moves_nothing(visitor, event, size):
    visitor.page.set_viewport_size(size)
    visitor.visit(SCHEDULE)
    with visitor.page.expect_response("**/guest/stars/*"):
        star_of(visitor, "Tides 1").click()
    # The clock of the page, without the timers, which the measurement needs.
    visitor.page.clock.set_fixed_time(FRIDAY + dt.timedelta(minutes=78))
    for path in (SCHEDULE, "/event/harbour", "/event/harbour/tides-1", "/event/harbour/calendar", "/"):
        visitor.visit(path)
        assert visitor.page.evaluate(SHIFTS) <= 0.01, path
    visitor.visit(SCHEDULE)
    expect(visitor.page.locator(".mark")).to_have_count(4)


# Displays, addresses, time zones


def test_a_display_renews_itself_each_minute_until_it_is_paused(visitor, session, event):
    visitor.page.clock.install()
    visitor.visit("/event/harbour/now?screen=1")
    assert "First talk: Packaging 1" in visitor.text
    visitor.check_page("display with scripts")

    def rename(title):
        session.query(Talk).filter_by(stub="0x0").one().title = title
        session.commit()

    rename("Renamed")
    with visitor.page.expect_response("**/now?screen=1"):
        visitor.page.clock.fast_forward(62_000)
    expect(visitor.page.locator("main")).to_contain_text("First talk: Renamed")
    visitor.press("Pause")
    expect(visitor.page.get_by_role("button", name="Pause")).to_have_attribute("aria-pressed", "true")
    rename("Renamed again")
    visitor.page.clock.fast_forward(190_000)
    visitor.press("Pause")
    expect(visitor.page.locator("main")).to_contain_text("First talk: Renamed")
    with visitor.page.expect_response("**/now?screen=1"):
        visitor.page.clock.fast_forward(62_000)
    expect(visitor.page.locator("main")).to_contain_text("First talk: Renamed again")


def test_an_address_is_copied(visitor, event):
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.visit("/event/harbour/calendar")
    visitor.check_page("calendar with scripts")
    visitor.press("Copy Harbour Days")

    expect(visitor.page.locator(".message")).to_have_text("The address is copied.")
    address = visitor.page.get_by_label("Address for your calendar Harbour Days").input_value()
    assert visitor.page.evaluate("() => navigator.clipboard.readText()") == address


def test_a_visitor_elsewhere_gets_the_own_time_zone(visitor, event):
    def live_in(zone):
        session = visitor.context.new_cdp_session(visitor.page)
        session.send("Emulation.setTimezoneOverride", {"timezoneId": zone})
        return session

    here = live_in("Europe/Lisbon")
    visitor.visit(SCHEDULE)
    visitor.press("Show times of Lisbon too", role="link")
    assert "09:00 for you" in visitor.text
    assert visitor.path == f"{SCHEDULE}?zone=Europe%2FLisbon"
    here.detach()
    live_in("Europe/Berlin")
    visitor.visit(SCHEDULE)
    expect(visitor.page.get_by_role("link", name="Another time zone")).to_have_attribute("href", "#filter-zone")


# Without scripts


def test_formats_of_the_browser_are_only_loaded_where_they_matter(visitor, event):
    # The first use of Intl takes tens of milliseconds on a telephone.
    visitor.page.add_init_script("""
      window.uses = 0;
      delete window.Temporal;
      const count = (method) => (...call) => { uses += 1; return method(...call); };
      const counted = {apply: count(Reflect.apply), construct: count(Reflect.construct)};
      for (const name of ["DateTimeFormat", "RelativeTimeFormat"]) Intl[name] = new Proxy(Intl[name], counted);
    """)
    session = visitor.page.context.new_cdp_session(visitor.page)
    uses = {}
    for zone in ("Europe/Berlin", "Europe/Lisbon"):
        session.send("Emulation.setTimezoneOverride", {"timezoneId": zone})
        for path in ("/", "/event/harbour/packaging-1", SCHEDULE):
            visitor.visit(path)
            if (zone, path) == ("Europe/Lisbon", SCHEDULE):
                expect(visitor.page.get_by_role("link", name="Show times of Lisbon too")).to_be_visible()
            uses[zone, path] = visitor.page.evaluate("uses")

    assert [place for place, number in uses.items() if number] == [("Europe/Lisbon", SCHEDULE)]


def test_a_page_without_scripts_offers_nothing_that_needs_them(new_visitor, event):
    visitor = new_visitor(javascript=False)
    visitor.visit(SCHEDULE)
    for name in ("Jump to now", "Clear"):
        expect(visitor.page.get_by_text(name, exact=True)).to_be_hidden()
    visitor.page.get_by_label("Filter by title").fill("typing")
    visitor.page.locator("main").get_by_role("button", name="Apply").click()
    assert visitor.path == f"{SCHEDULE}?q=typing&zone="
    assert shown_titles(visitor) == ["Typing 1", "Typing 2"]
    visitor.visit("/event/harbour/calendar")
    expect(visitor.page.get_by_text("Copy Harbour Days", exact=True)).to_be_hidden()
    visitor.visit("/event/harbour/now?screen=1")
    expect(visitor.page.get_by_text("Pause", exact=True)).to_be_hidden()
    visitor.press("Reload", role="link")
    assert visitor.path == "/event/harbour/now?screen=1"


def test_a_script_that_does_not_load_changes_nothing(visitor, session, event):
    visitor.page.route("**/static/site.js*", lambda route: route.fulfill(status=404, content_type="text/javascript"))
    visitor.visit(SCHEDULE)
    star_of(visitor, "Tides 1").click()
    visitor.page.wait_for_url("**/guest/event/harbour/**")

    assert "The talk is starred." in visitor.text
    assert count(session, DeviceStar) == 1
