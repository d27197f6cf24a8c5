"""The schedule of an event: days, filters, time zones, and the cache of what the programme shows."""

import datetime as dt
import re
from pathlib import Path

import pytest

import joindin
from joindin.models import Event, EventHost
from joindin.representations.programme.filters import GROUPS
from joindin.resources.web.programme import schedule
from joindin.utils.datetimes import UTC
from tests.browser_client import main_text
from tests.factories import NOW, make_event, make_room, make_star, make_talk, make_track, make_user, parse_instant

SCRIPT = Path(joindin.__file__).parent / "static/site.js"
FRIDAY = parse_instant("2027-07-09T08:00")


@pytest.fixture
def event(session):
    return make_event(
        session, "Harbour Days", slug="harbour", starts_at=FRIDAY, ends_at=FRIDAY + dt.timedelta(days=2),
        timezone="Europe/Berlin",
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
        add("Opening", "2027-07-09T08:00", hall, speakers=["Ada Lovelace"]),
        add("Packaging", "2027-07-09T09:00", hall, tracks=[python], speakers=["Bob Birch"]),
        add("Typing", "2027-07-09T09:00", cellar, tracks=[python], type="Workshop"),
        add("Night talk", "2027-07-09T22:30", cellar),
        add("Closing", "2027-07-10T10:00", hall, language="Deutsch"),
    ]


def titles(reply):
    return re.findall(r'<h3 id="h-[^>]*>.*?<a [^>]*>(.*?)</a></h3>', reply.text)


def test_all_days_are_on_one_page_in_order(browser, talks):
    reply = browser.get("/event/harbour/schedule")
    assert titles(reply) == ["Opening", "Packaging", "Typing", "Night talk", "Closing"]
    assert reply.headers["Cache-Control"] == "no-cache, public"


def test_a_talk_after_midnight_belongs_to_the_evening(browser, talks):
    assert titles(browser.get("/event/harbour/schedule/2027-07-09"))[-1] == "Night talk"
    assert titles(browser.get("/event/harbour/schedule/2027-07-10")) == ["Closing"]


@pytest.mark.parametrize("day", ["2027-07-08", "2027-7-9", "20270709", "yesterday", "0000-00-00", "2027-07-09%00"])
def test_another_day_is_not_found(browser, talks, day):
    assert browser.get(f"/event/harbour/schedule/{day}").status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=lovelace", ["Opening"]),
        ("q=PYTHON", ["Packaging", "Typing"]),
        ("q=hall+bob", ["Packaging"]),
        ("room=cellar", ["Typing", "Night talk"]),
        ("room=cellar&day=2027-07-10", []),
        ("room=cellar&room=hall&q=typing", ["Typing"]),
        ("room=none&q=%00", []),
        ("type=x", []),
        ("starred=1", ["Opening", "Packaging", "Typing", "Night talk", "Closing"]),
        ("q=%FF&track=99999999999999999999", []),
    ],
)
def test_filters_of_the_address_select_talks(browser, talks, query, found):
    reply = browser.get(f"/event/harbour/schedule?{query}")
    assert (reply.status_code, titles(reply)) == (200, found)


def test_another_day_names_the_days_with_talks(browser, talks):
    reply = browser.get("/event/harbour/schedule/2027-07-12")

    days = re.findall(r'<li><a href="/event/harbour/schedule/([\d-]+)">', reply.text)
    assert (reply.status_code, days) == (404, ["2027-07-09", "2027-07-10"])
    assert reply.headers["Cache-Control"] == "no-cache, public"


def test_hosts_see_which_talks_overlap_in_a_room(browser, another_browser, session, event, talks):
    make_talk(session, event, "Linting", starts_at=talks[1].starts_at, room_id=talks[1].room_id)
    make_talk(session, event, "Void", starts_at=talks[0].starts_at, room_id=talks[0].room_id, state="cancelled")
    host = make_user(session)
    session.add(EventHost(event_id=event.id, user_id=host.id))
    session.commit()

    browser.sign_in_directly(host)
    another_browser.sign_in_directly(make_user(session))

    text = browser.get("/event/harbour/schedule").text
    marked = [part for part in text.split("<article")[1:] if "<strong>overlaps</strong>" in part]
    assert [re.search(r"<a [^>]*>(.*?)</a></h3>", part)[1] for part in marked] == ["Packaging", "Linting"]
    assert "overlaps</strong>" not in another_browser.get("/event/harbour/schedule").text


def test_type_and_language_are_filters(browser, talks):
    typing, closing = talks[2], talks[4]
    assert titles(browser.get(f"/event/harbour/schedule?type={typing.type_id}")) == ["Typing"]
    assert titles(browser.get(f"/event/harbour/schedule?language={closing.language_id}")) == ["Closing"]


def test_recorded_is_a_filter_of_programmes_with_both_kinds(browser, session, talks):
    before = browser.get("/event/harbour/schedule").text
    for talk in talks[1:3]:
        talk.has_recording_opt_out = True
    session.commit()

    pages = {value: browser.get(f"/event/harbour/schedule?recorded={value}") for value in ("yes", "no", "maybe")}
    both = browser.get("/event/harbour/schedule?recorded=yes&recorded=no")
    text = main_text(browser.get("/event/harbour/schedule?q=python"))

    assert 'name="recorded"' not in before
    assert titles(pages["yes"]) == ["Opening", "Night talk", "Closing"]
    assert titles(pages["no"]) == ["Packaging", "Typing"]
    assert (titles(pages["maybe"]), len(titles(both))) == ([], 5)
    assert "Remove “not recorded”" in main_text(pages["no"])
    assert "recorded (0) not recorded (2)" in text
    german = browser.get("/event/harbour/schedule", headers={"Accept-Language": "de"})
    assert "Aufzeichnung aufgezeichnet (3) nicht aufgezeichnet (2)" in main_text(german)


def test_level_is_a_filter_with_the_lowest_first(browser, session, talks):
    talks[0].level = "advanced"
    session.commit()
    before = browser.get("/event/harbour/schedule").text
    talks[1].level = talks[2].level = "beginner"
    session.commit()

    pages = {value: browser.get(f"/event/harbour/schedule?level={value}") for value in ("beginner", "advanced", "x")}
    both = browser.get("/event/harbour/schedule?level=beginner&level=advanced")
    text = main_text(browser.get("/event/harbour/schedule?q=python"))

    assert 'name="level"' not in before
    assert titles(pages["beginner"]) == ["Packaging", "Typing"]
    assert (titles(pages["advanced"]), titles(pages["x"]), len(titles(both))) == (["Opening"], [], 3)
    assert "Remove “Beginner”" in main_text(pages["beginner"])
    assert "Level Beginner (2) Advanced (0)" in text
    assert all('content="noindex"' in page.text for page in pages.values())
    german = browser.get("/event/harbour/schedule", headers={"Accept-Language": "de"})
    assert "Niveau Einstieg (2) Fortgeschritten (1)" in main_text(german)
    assert "level=beginner " in browser.get("/event/harbour/schedule").text


def test_the_script_has_the_filters_of_the_address():
    names = re.search(r"FILTERS = \[(.*)\];", SCRIPT.read_text())[1]
    assert re.findall(r"\w+", names) == ["q", *GROUPS]


def test_choices_have_the_number_of_talks_that_the_other_filters_leave(browser, talks):
    text = main_text(browser.get("/event/harbour/schedule?q=python"))
    assert "2 talks match. There are 5 talks." in text
    assert "Hall (1)" in text
    assert "Cellar (1)" in text
    assert "Remove “python”" in text


def test_filters_name_the_days_in_the_language_of_the_page(browser, talks):
    text = main_text(browser.get("/event/harbour/schedule?day=2027-07-10", headers={"Accept-Language": "de"}))
    assert "Fr., 9. Juli 2027 (4)" in text
    assert "„Sa., 10. Juli 2027“ entfernen" in text


def test_choices_of_rooms_and_tracks_are_in_the_order_of_the_hosts(session, browser):
    event = make_event(session, "Order", slug="order", starts_at=NOW)
    for position, name in enumerate(["Zebra", "adder", "Yak"]):
        track, room = (
            make(session, event, f"{name} {make.__name__}", position=position) for make in (make_track, make_room)
        )
        make_talk(session, event, starts_at=NOW, tracks=[track], room_id=room.id)
    session.commit()

    page = browser.get("/event/order/schedule").text

    for kind in ("make_track", "make_room"):
        choices = re.findall(rf'<span dir="auto">(\w+) {kind}</span> <span class="muted">', page)
        assert choices == ["Zebra", "adder", "Yak"]


def test_a_filtered_page_is_not_indexed_and_names_the_bare_address(browser, talks):
    bare, filtered = (browser.get(f"/event/harbour/schedule{query}").text for query in ("", "?q=python"))
    assert 'content="noindex"' not in bare
    assert 'content="noindex"' in filtered
    assert re.search(r'rel="canonical" href="([^"]*)"', filtered)[1].endswith("/event/harbour/schedule")


def test_first_lines_of_abstracts_are_shown_on_request(browser, session, talks):
    talks[0].description, talks[1].description = "\n How <we> begin.\nAnd more.", ""
    session.commit()
    bare, with_lines = (browser.get(f"/event/harbour/schedule{query}") for query in ("", "?text=1"))

    assert '<p dir="auto">How &lt;we&gt; begin.</p>' in with_lines.text
    assert "And more" not in with_lines.text
    assert "begin." not in bare.text
    assert "begin." not in browser.get("/event/harbour/schedule?text=2").text
    assert '<p dir="auto"></p>' not in with_lines.text
    assert 'content="noindex"' in with_lines.text
    assert re.search(r'rel="canonical" href="([^"]*)"', with_lines.text)[1].endswith("/event/harbour/schedule")
    assert 'href="?text=1">With first lines</a>' in bare.text
    assert 'href="?">Without first lines</a>' in with_lines.text


def test_a_compact_schedule_shows_no_speakers_and_finds_them(browser, talks):
    bare, compact = (browser.get(f"/event/harbour/schedule{query}").text for query in ("", "?compact=1&text=1"))

    assert '<p><span dir="auto">Ada Lovelace</span></p>' in bare
    assert '<p hidden><span dir="auto">Ada Lovelace</span></p>' in compact
    assert titles(browser.get("/event/harbour/schedule?compact=1&q=lovelace")) == ["Opening"]
    assert 'href="?compact=1">Without speakers</a>' in bare
    assert 'href="?text=1">With speakers</a>' in compact
    assert '<input type="hidden" name="compact" value="1">' in compact
    assert 'content="noindex"' in compact


def test_links_and_filters_keep_the_first_lines(browser, talks):
    page = browser.get("/event/harbour/schedule/2027-07-09?view=list&text=1&q=python").text

    assert 'href="/event/harbour/schedule?view=list&amp;text=1&amp;q=python">All days' in page
    assert 'href="/event/harbour/schedule/2027-07-10?view=list&amp;text=1&amp;q=python">' in page
    assert 'href="?view=grid&amp;text=1&amp;q=python">Show as a grid' in page
    assert 'href="?view=list&amp;text=1">Remove “python”' in page
    assert 'href="?view=list&amp;q=python">Without first lines' in page
    assert '<input type="hidden" name="text" value="1">' in page


@pytest.mark.parametrize("address", ["schedule?starred=1", "schedule/list/starred", "schedule/grid/starred"])
def test_a_user_selects_their_starred_talks(browser, session, talks, address):
    ada = make_user(session)
    make_star(session, talks[2], ada)
    browser.sign_in_directly(ada)
    assert titles(browser.get(f"/event/harbour/{address}", follow_redirects=True)) == ["Typing"]


def test_times_of_another_zone_stand_beside_those_of_the_event(browser, talks):
    text = main_text(browser.get("/event/harbour/schedule?zone=Asia/Tokyo"))
    assert "10:00–10:30 17:00 for you" in text
    assert "00:30–01:00 (+1 day) 07:30 for you (+1 day)" in text
    assert "12:00–12:30 19:00 for you" in text


def test_a_shift_of_the_day_is_told(browser, talks):
    text = main_text(browser.get("/event/harbour/schedule/2027-07-09?zone=Pacific/Honolulu"))
    assert "10:00–10:30 22:00 for you (−1 day)" in text


def test_a_visitor_to_the_west_sees_a_talk_after_midnight_on_the_evening(browser, talks):
    text = main_text(browser.get("/event/harbour/schedule/2027-07-09?zone=Europe/Lisbon"))
    assert "10:00–10:30 09:00 for you Opening" in text
    assert "00:30–01:00 (+1 day) 23:30 for you Night talk" in text


def test_a_shift_of_two_days_is_told(browser, session, talks):
    event = talks[0].event_id
    session.get(Event, event).timezone = "Pacific/Honolulu"
    talks[3].starts_at = parse_instant("2027-07-10T10:30")
    session.commit()
    text = main_text(browser.get("/event/harbour/schedule?zone=Pacific/Kiritimati"))
    assert "00:30–01:00 (+1 day) 00:30 for you (+2 days) Night talk" in text


def test_the_zone_of_a_visitor_is_remembered_until_they_forget_it(browser, talks):
    page = "/event/harbour/schedule"
    asked = browser.get(f"{page}?zone=Europe/Lisbon&view=list").text
    kept = browser.post("/look/", {"zone": "europe/lisbon", "page": page})
    remembered = browser.get(page)
    other = browser.get(f"{page}?zone=Asia/Tokyo").text
    none = browser.get(f"{page}?zone=").text
    forgotten = browser.post("/look/", {"zone": "", "page": page})

    assert '<input type="hidden" name="page" value="/event/harbour/schedule?view=list">' in asked
    assert 'name="zone" value="Europe/Lisbon">Remember' in asked
    assert (kept.status_code, kept.headers["Location"]) == (303, page)
    assert "10:00–10:30 09:00 for you" in main_text(remembered)
    assert 'name="zone" value="">Forget' in remembered.text
    assert "zone=" not in remembered.text
    assert remembered.headers["Cache-Control"] == "no-cache, public"
    assert 'name="zone" value="Asia/Tokyo">Remember' in other
    assert "for you" not in none
    assert forgotten.status_code == 303
    assert "for you" not in browser.get(page).text


def test_a_remembered_zone_with_the_same_clock_shows_nothing_more(browser, talks):
    browser.post("/look/", {"zone": "Europe/Paris"})
    text = main_text(browser.get("/event/harbour/schedule"))
    assert "for you" not in text
    assert "my time zone" not in text


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Europe/Paris", "Mars/Olympus", "../../etc", "x" * 5000])
def test_a_zone_with_the_same_clock_or_an_unknown_one_shows_nothing_more(browser, talks, zone):
    assert "for you" not in main_text(browser.get(f"/event/harbour/schedule?zone={zone}"))


def test_a_cancelled_talk_is_shown_with_the_word(browser, session, talks):
    talks[0].state, talks[1].state = "cancelled", "tentative"
    session.commit()
    text = main_text(browser.get("/event/harbour/schedule"))
    assert "Cancelled Opening" in text
    assert "Not confirmed yet Packaging" in text


def test_a_moved_talk_is_shown_with_its_former_time_and_room(browser, session, talks):
    opening, packaging, typing, night, _closing = talks
    opening.moved_from, opening.moved_from_room = parse_instant("2027-07-09T09:00"), "Attic"
    packaging.moved_from, packaging.moved_from_room = packaging.starts_at, "<b>Attic</b>"
    typing.moved_from = parse_instant("2027-07-10T09:00")
    night.moved_from, night.moved_from_room = night.starts_at, "Cellar"
    session.commit()
    text = main_text(browser.get("/event/harbour/schedule"))
    assert "was 11:00, Attic" in text
    assert "was <b>Attic</b>" in text
    assert "was Sat, 10 Jul 2027, 11:00" in text
    assert text.count("was ") == 3


def test_the_style_of_the_grid_is_allowed_by_its_hash(browser, talks):
    reply = browser.get("/event/harbour/schedule")
    style = re.search("<style>(.*?)</style>", reply.text)[1]
    assert "grid-area" in style
    assert re.search(r"style-src 'self' 'sha256-[A-Za-z0-9+/]{43}='", reply.headers["Content-Security-Policy"])
    assert "<style>" not in browser.get("/event/harbour/schedule?view=list").text


def test_many_rooms_are_a_list_unless_a_grid_is_asked_for(browser, session, event):
    for number in range(10):
        make_talk(session, event, starts_at=FRIDAY, room_id=make_room(session, event, f"R{number}").id)
    assert "<style>" not in browser.get("/event/harbour/schedule").text
    assert "<style>" in browser.get("/event/harbour/schedule?view=grid").text


def test_a_large_programme_has_a_page_for_each_day(browser, session, event):
    for number in range(251):
        make_talk(session, event, f"Talk {number}", starts_at=FRIDAY + dt.timedelta(days=number % 2))
    reply = browser.get("/event/harbour/schedule?view=list")
    assert (reply.status_code, reply.headers["Cache-Control"]) == (302, "no-store")
    assert reply.headers["Location"].endswith("/event/harbour/schedule/2027-07-09?view=list")
    assert len(titles(browser.get("/event/harbour/schedule?q=talk+1"))) > 50


def test_a_day_with_many_times_has_links_to_the_first_talk_of_each(browser, session, event, talks):
    assert 'class="times' not in browser.get("/event/harbour/schedule").text
    more = [
        make_talk(session, event, starts_at=parse_instant(f"2027-07-{day}:30")) for day in ("09T08", "09T09", "09T09")
    ]
    one, both = (browser.get(f"/event/harbour/schedule{day}").text for day in ("/2027-07-09", ""))
    nav = one.partition('aria-label="Times">')[2].partition("</nav>")[0]
    assert re.findall('<a href="#t-(.*?)">(.*?)</a>', nav) == [
        (talks[0].stub, "10:00"), (more[0].stub, "10:30"), (talks[1].stub, "11:00"), (more[1].stub, "11:30"),
        (talks[3].stub, "00:30"),
    ]  # fmt: skip
    assert 'aria-label="Times, Fri, 9 Jul 2027"' in both


def test_a_large_event_opens_on_the_day_that_it_is_there(browser, session, event, monkeypatch):
    monkeypatch.setattr(schedule, "MAX_TALKS_OF_PAGE", 3)
    for number in range(4):
        make_talk(session, event, starts_at=FRIDAY + dt.timedelta(days=number % 3))
    # Sunday 05:59 in Berlin belongs to Saturday.
    for now, day in (
        ("2027-07-10T12:00", 10),
        ("2027-07-11T03:59", 10),
        ("2027-07-11T04:00", 11),
        ("2028-01-01T00:00", 9),
    ):
        monkeypatch.setattr(schedule, "utc_now", lambda now=now: parse_instant(now))
        assert browser.get("/event/harbour/schedule").headers["Location"].endswith(f"/schedule/2027-07-{day:02}")


def test_a_star_of_another_user_does_not_render_the_schedule_again(app, browser, session, talks, count_statements):
    first = browser.get("/event/harbour/schedule")
    make_star(session, talks[0], make_user(session))
    session.commit()
    hits = len(app.extensions["fragment_cache"])

    with count_statements() as statements:
        reply = browser.get("/event/harbour/schedule")

    assert (reply.text, len(app.extensions["fragment_cache"])) == (first.text, hits)
    assert len(statements) == 2


def test_a_changed_talk_is_shown_at_once(browser, session, talks):
    browser.get("/event/harbour/schedule")
    talks[0].title = "Welcome"
    session.commit()
    assert titles(browser.get("/event/harbour/schedule"))[0] == "Welcome"


@pytest.mark.parametrize("number", [1, 40])
def test_the_number_of_statements_does_not_depend_on_the_number_of_talks(
    browser, session, event, number, count_statements
):
    for _ in range(number):
        make_talk(session, event, starts_at=FRIDAY, speakers=["Ada"])
    session.commit()
    with count_statements() as statements:
        browser.get("/event/harbour/schedule")
    assert len(statements) == 9


def test_an_empty_programme_says_so(browser, session, event):
    reply = browser.get("/event/harbour/schedule")

    assert "The programme is not published yet." in main_text(reply)
    assert '<a href="/event/harbour/calendar">Subscribe to the calendar' in reply.text


def test_a_hidden_talk_is_on_no_page(browser, session, event):
    make_talk(session, event, "Zyxomma", is_active=False, starts_at=dt.datetime(2027, 7, 9, 9, tzinfo=UTC))
    for page in ("schedule", "programme", "talks", "speakers", "now", "rooms", "slides"):
        assert "Zyxomma" not in browser.get(f"/event/harbour/{page}").text


def test_each_talk_has_a_button_for_a_star_and_users_see_theirs(browser, session, talks):
    ada = make_user(session)
    talks[0].title = 'A --> <b>"tag"</b> & more'
    make_star(session, talks[2], ada)
    visitor = browser.get("/event/harbour/schedule").text
    browser.sign_in_directly(ada)
    user = browser.get("/event/harbour/schedule").text

    assert visitor.count('form="stars"') == user.count('form="stars"') == 5
    assert "aria-pressed" not in visitor
    assert re.findall('value="([^"]*)" aria-pressed="true"', user) == [talks[2].stub]
    assert "<!--star" not in visitor
    assert "<b>" not in visitor
    assert "Star “A --&gt; &lt;b&gt;" in visitor
