"""Stories of the schedule: many rooms (T5), difficult days (T6), two time zones (T9), and the screen of a foyer (T8)."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from joindin.utils.datetimes import utc_now
from tests.browser.conftest import FLAGS
from tests.browser.page_driver import DESKTOP, NARROW, PHONE
from tests.browser.requirements import chromium
from tests.factories import make_event, make_room, make_talk, parse_instant

FRIDAY = parse_instant("2027-07-09T08:00")
LONG_TITLE = "A talk with a rather long title, whose words do not fit into one line of a narrow column"
MINUTE = dt.timedelta(minutes=1)

# Box of each talk by its short name, in the order of the page.
BOXES = """() => Object.fromEntries([...document.querySelectorAll(".slots > li")].map(item => {
  const {x, y, width, height} = item.getBoundingClientRect();
  return [item.id.slice(2), {x, y, right: x + width, bottom: y + height}];
}))"""

# Elements of talks whose text is larger than they are.
CLIPPED = """() => [...document.querySelectorAll(".slots *, .room-name")]
  .filter(it => it.clientWidth && !it.closest(".visually-hidden"))
  .filter(it => it.scrollWidth > it.clientWidth + 1 || it.scrollHeight > it.clientHeight + 1)
  .map(it => it.outerHTML.slice(0, 200))"""

# Talks whose layout the browser has put off until the reader comes near.
SKIPPED = """() => [...document.querySelectorAll(".slots > li")]
  .filter(item => !item.querySelector("h3").checkVisibility({contentVisibilityAuto: true}))
  .map(item => item.id.slice(2))"""

FOCUSED_TALK = """() => document.activeElement.closest(".slots > li")?.id.slice(2)"""


def make_conference(session, slug, rooms):
    event = make_event(
        session, "Harbour Days", slug=slug, starts_at=FRIDAY, ends_at=FRIDAY + dt.timedelta(days=2), timezone="Europe/Berlin"
    )  # fmt: skip
    return event, {name: make_room(session, event, name).id for name in rooms}


@pytest.fixture
def large_event(session):
    """Eighty talks in eight rooms on one day."""
    return make_large_event(session, "large", 80)


@pytest.fixture
def larger_event(session):
    return make_large_event(session, "larger", 96)


def make_large_event(session, slug, talks):
    event, rooms = make_conference(session, slug, [f"Room {number}" for number in range(1, 9)])
    for number in range(talks):
        make_talk(
            session, event, LONG_TITLE if number % 9 == 0 else f"Talk {number}", stub=f"t{number:03}",
            starts_at=FRIDAY + number // 8 * 50 * MINUTE, duration=40, room_id=rooms[f"Room {number % 8 + 1}"],
            speakers=["Ada Lovelace"],
        )  # fmt: skip
    session.commit()
    return event


def boxes(visitor, size):
    visitor.page.set_viewport_size(size)
    return visitor.page.evaluate(BOXES)


@pytest.mark.parametrize("size", [NARROW, PHONE, DESKTOP], ids=["narrow", "phone", "desktop"])
def test_no_text_of_eighty_talks_is_clipped(visitor, large_event, size):
    visitor.page.set_viewport_size(size)
    visitor.visit("/event/large/schedule")

    assert visitor.page.evaluate(SKIPPED) == []
    assert visitor.page.evaluate(CLIPPED) == []
    assert visitor.page.evaluate("() => document.documentElement.scrollWidth") <= size["width"]


def test_eighty_talks_are_a_list_on_a_phone_and_a_grid_on_a_desktop(visitor, large_event):
    visitor.visit("/event/large/schedule")
    listed, placed = boxes(visitor, PHONE), boxes(visitor, DESKTOP)
    visitor.check_page("schedule of eight rooms")

    assert len({round(box["x"]) for box in listed.values()}) == 1
    assert len({round(box["x"]) for box in placed.values()}) == 8
    assert list(listed) == list(placed) == [f"t{number:03}" for number in range(80)]
    tops = [box["y"] for box in listed.values()]
    assert tops == sorted(tops)


def test_the_tab_key_follows_the_time(visitor, large_event):
    visitor.visit("/event/large/schedule")
    visitor.page.locator("#t-t000 h3 a").focus()
    talks = []
    while (talk := visitor.page.evaluate(FOCUSED_TALK)) is not None:
        if talk not in talks[-1:]:
            talks.append(talk)
        visitor.page.keyboard.press("Tab")

    assert talks == [f"t{number:03}" for number in range(80)]


def test_the_times_of_a_list_lead_to_their_talks(visitor, large_event):
    visitor.page.set_viewport_size(PHONE)
    visitor.visit("/event/large/schedule")
    times = visitor.page.get_by_role("navigation", name="Times", exact=True)
    times.get_by_role("link", name="12:30").click()

    assert visitor.path == "/event/large/schedule#t-t024"
    assert visitor.page.locator("#t-t024").bounding_box()["y"] < PHONE["height"] / 2
    visitor.page.set_viewport_size(DESKTOP)
    assert not times.is_visible()


SUM_OF_SHIFTS = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => list.getEntries().forEach(entry => { sum += entry.value; }))
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(sum), 300);
})"""


@pytest.fixture
def long_list(visitor, larger_event):
    """The schedule on a phone, most of whose talks are far below the screen."""
    visitor.page.set_viewport_size(PHONE)
    visitor.visit("/event/larger/schedule")
    assert "t079" in visitor.page.evaluate(SKIPPED)
    return visitor


def test_talks_far_below_the_screen_are_found_and_linked(long_list):
    page = long_list.page
    assert page.evaluate("() => find('Talk 79')")
    expect(page.locator("#t-t079")).to_be_in_viewport()

    long_list.visit("/event/larger/schedule#t-t050")
    expect(page.locator("#t-t050")).to_be_in_viewport()
    assert "t050" not in page.evaluate(SKIPPED)
    assert abs(page.locator("#t-t050").bounding_box()["y"]) < PHONE["height"] / 8


def test_assistive_technology_reads_talks_far_below_the_screen(chrome, server, larger_event):
    # Chromium has the whole tree only while such a program runs.
    flags = [*FLAGS, "--force-renderer-accessibility"]
    with chrome.browser_type.launch(executable_path=chromium(), args=flags) as browser:
        page = browser.new_page(viewport=PHONE)
        page.goto(f"{server.url}/event/larger/schedule")
        assert "t079" in page.evaluate(SKIPPED)
        nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    names = {(node["role"]["value"], node.get("name", {}).get("value", "").strip()) for node in nodes if "role" in node}

    assert {
        ("article", "Talk 79"),
        ("heading", "Talk 79"),
        ("link", "Talk 79"),
        ("button", "Star “Talk 79”"),
    } <= names


def test_nothing_moves_while_a_reader_scrolls_through_the_talks(long_list):
    page = long_list.page
    for _ in range(40):
        page.mouse.wheel(0, 600)
        page.wait_for_timeout(20)

    assert "t095" not in page.evaluate(SKIPPED)
    assert page.evaluate(SUM_OF_SHIFTS) <= 0.01


def test_no_talk_is_skipped_on_paper_and_in_the_grid(long_list):
    long_list.page.emulate_media(media="print")
    assert long_list.page.evaluate(SKIPPED) == []
    long_list.page.emulate_media(media="screen")
    long_list.page.set_viewport_size(DESKTOP)
    assert long_list.page.evaluate(SKIPPED) == []


@pytest.fixture
def difficult_event(session):
    event, rooms = make_conference(session, "difficult", ["Hall", "Cellar", "Attic"])

    def add(stub, start, duration, room=None, day=0, **fields):
        make_talk(
            session, event, f"Talk {stub}", stub=stub, starts_at=parse_instant(f"2027-07-{9 + day:02}T{start}"),
            duration=duration, room_id=rooms.get(room), **fields,
        )  # fmt: skip

    add("open", "08:00", 30)
    add("one", "09:00", 40, "Hall")
    add("two", "09:00", 40, "Cellar")
    add("twice", "09:20", 40, "Cellar", moved_from=parse_instant("2027-07-09T13:00"), moved_from_room="Attic")
    add("lunch", "10:00", 90)
    add("side1", "10:00", 40, "Hall")
    add("side2", "10:40", 40, "Hall", state="cancelled")
    add("night", "22:30", 60, "Hall")
    add("attic", "09:00", 40, "Attic", day=1)
    add("next", "09:00", 40, "Hall", day=1)
    session.commit()
    return event


def is_apart(one, other):
    is_beside = one["right"] <= other["x"] + 1 or other["right"] <= one["x"] + 1
    return is_beside or one["bottom"] <= other["y"] + 1 or other["bottom"] <= one["y"] + 1


def test_a_difficult_day_is_placed_right(visitor, difficult_event):
    visitor.visit("/event/difficult/schedule")
    talks = boxes(visitor, DESKTOP)
    rooms = visitor.page.locator(".room-name").all_inner_texts()
    visitor.check_page("schedule of difficult days")

    assert len(talks) == 10
    assert all(is_apart(talks[one], talks[other]) for one in talks for other in talks if one < other)
    # The second day has the room that is used on it alone.
    assert [name for name in rooms if name] == ["Hall", "Cellar", "Hall", "Attic"]
    # A double booking: side by side in the same room.
    assert talks["one"]["right"] < talks["two"]["x"] < talks["twice"]["x"]
    assert talks["two"]["y"] < talks["twice"]["y"] < talks["two"]["bottom"]
    # Without a room: over all columns if nothing else is on, otherwise in a column of its own.
    assert talks["open"]["x"] <= talks["one"]["x"]
    assert talks["open"]["right"] >= talks["twice"]["right"]
    assert talks["lunch"]["x"] > talks["twice"]["x"]
    # Lunch lasts longer than both talks beside it.
    assert talks["lunch"]["y"] == pytest.approx(talks["side1"]["y"], abs=2)
    assert talks["lunch"]["bottom"] >= talks["side2"]["bottom"]
    # After midnight is the end of the first day.
    assert talks["night"]["y"] > talks["lunch"]["bottom"]
    assert talks["night"]["bottom"] < talks["attic"]["y"]
    assert talks["attic"]["x"] > talks["next"]["x"]


@pytest.mark.parametrize("size", [NARROW, DESKTOP], ids=["narrow", "desktop"])
def test_no_text_of_a_difficult_day_is_clipped(visitor, difficult_event, size):
    visitor.page.set_viewport_size(size)
    visitor.visit("/event/difficult/schedule?zone=Asia/Tokyo")

    assert visitor.page.evaluate(CLIPPED) == []
    assert "was 15:00, Attic" in visitor.text


def test_a_visitor_from_lisbon_sees_both_times_and_keeps_the_choice(visitor, difficult_event):
    visitor.visit("/event/difficult/schedule/2027-07-09?zone=Europe/Lisbon")
    visitor.check_page("schedule in two zones")
    visitor.press("Remember my time zone")
    remembered = visitor.text
    visitor.check_page("schedule in a remembered zone")
    visitor.press("Forget my time zone")

    assert "11:00–11:40 10:00 for you" in remembered
    assert "00:30–01:30 (+1 day) 23:30 for you Talk night" in remembered
    assert visitor.path == "/event/difficult/schedule/2027-07-09"
    assert "for you" not in visitor.text


def test_a_visitor_from_berlin_sees_one_time(visitor, difficult_event):
    for zone in ("Europe/Berlin", "Europe/Paris"):
        visitor.visit(f"/event/difficult/schedule?zone={zone}")

        assert "for you" not in visitor.text
        assert "my time zone" not in visitor.text


def test_the_screen_of_a_foyer_shows_what_is_on(visitor, session):
    now = utc_now().replace(second=0, microsecond=0)
    event = make_event(
        session, "Harbour Days", slug="foyer", starts_at=now - dt.timedelta(days=1), timezone="Europe/Berlin"
    )
    hall = make_room(session, event, "Hall")
    # Long enough for a slow machine.
    make_talk(session, event, "Running", starts_at=now - 60 * MINUTE, duration=180, room_id=hall.id)
    make_talk(session, event, "Following", starts_at=now + 40 * MINUTE, duration=30, room_id=hall.id)
    session.commit()

    visitor.visit("/event/foyer/now")
    visitor.press("Show on a large screen", role="link")
    visitor.check_page("screen of a foyer")
    visitor.press("Reload", role="link")

    assert visitor.path == "/event/foyer/now?screen=1"
    assert "Hall Now Running" in visitor.text
    assert "Following" in visitor.text
    assert visitor.page.locator("nav, header, footer").count() == 0
    assert visitor.page.evaluate("() => getComputedStyle(document.documentElement).colorScheme") == "dark"
