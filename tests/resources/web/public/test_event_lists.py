"""The list of events with its search, and the list of open calls."""

import datetime as dt
import html
import re

import pytest

from joindin.models import EventSettings
from joindin.queries.agenda import agenda_lists, selections
from tests.browser_client import Browser, main_text
from tests.factories import days_from_now, make_event, make_pending_event, make_place

CALL = {"cfp_starts_at": days_from_now(-3), "cfp_url": "https://example.org/cfp"}


@pytest.fixture
def browser(app, session):
    return Browser(app)


def names(reply, known):
    """Return those of the known names that the page has, in its order."""
    text = main_text(reply)
    return sorted((name for name in known if name in text), key=text.index)


def test_coming_events_are_listed_by_start(browser, session):
    make_event(session, "Later", starts_at=days_from_now(9))
    make_event(session, "Sooner", starts_at=days_from_now(2))
    make_event(session, "Over", starts_at=days_from_now(-9))
    make_pending_event(session, name="Pending")

    assert names(browser.get("/event"), ["Later", "Sooner", "Over", "Pending"]) == ["Sooner", "Later"]


def test_past_events_are_listed_from_the_latest(browser, session):
    for name, day in (("Older", -20), ("Newer", -9), ("Next week", 3)):
        make_event(session, name, starts_at=days_from_now(day))

    assert names(browser.get("/event?when=past"), ["Older", "Newer", "Next week"]) == ["Newer", "Older"]
    assert names(browser.get("/event?when=all"), ["Older", "Newer", "Next week"]) == ["Next week", "Newer", "Older"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=python", ["Python Days"]),
        ("tag=PHP", ["Elephant Conf"]),
        ("tag=nothing", []),
        ("q=conf&tag=php", ["Elephant Conf"]),
        ("from=2033-06-01&to=2033-06-30", ["Elephant Conf"]),
        ("from=2033-06-30", ["Python Days"]),
        ("to=junk", ["Elephant Conf", "Python Days"]),
        ("q=%00", ["Elephant Conf", "Python Days"]),
        ("when=junk", ["Elephant Conf", "Python Days"]),
        ("tag=%23php", ["Elephant Conf"]),
        ("place=Harbour+Hall", ["Elephant Conf"]),
        ("place=harbour", []),
        ("place=99999999999999999999", []),
        ("mode=online", ["Python Days"]),
        ("mode=onsite", ["Elephant Conf", "Python Days"]),
        ("mode=junk", ["Elephant Conf", "Python Days"]),
        ("cfp=open", ["Python Days"]),
        ("cfp=junk", ["Elephant Conf", "Python Days"]),
        ("lang=de", ["Elephant Conf", "Python Days"]),
        ("lang=en", []),
        ("lang=xx", ["Elephant Conf", "Python Days"]),
        ("sort=latest", ["Python Days", "Elephant Conf"]),
        ("when=all&sort=soonest", ["Elephant Conf", "Python Days"]),
        ("q=conf&tag=php&place=harbour+hall&from=2033-06-01&to=2033-06-30&mode=onsite&lang=de", []),
        ("q=conf&tag=php&place=Harbour+Hall&from=2033-06-01&to=2033-06-30&mode=onsite&lang=de", ["Elephant Conf"]),
    ],
)
def test_filters_narrow_the_list(browser, session, query, expected):
    june, july = (days_from_now(0).replace(year=2033, month=month, day=9) for month in (6, 7))
    place = make_place(session, "Harbour Hall")
    elephants = make_event(session, "Elephant Conf", tags=["php"], starts_at=june, place_id=place.id)
    session.add(EventSettings(event_id=elephants.id, language="de"))
    python = make_event(
        session, "Python Days", tags=["python"], starts_at=july, location="Oslo and online",
        cfp_ends_at=days_from_now(1), **CALL,
    )  # fmt: skip
    session.add(EventSettings(event_id=python.id, language="en", spoken_language="de"))
    session.commit()

    reply = browser.get(f"/event?{query}")

    assert (reply.status_code, names(reply, ["Elephant Conf", "Python Days"])) == (200, expected)


@pytest.mark.parametrize(
    ("timezone", "starts_at", "ends_at", "days"),
    [
        # Local days 2 and 3 of June; in UTC 1 and 2.
        ("Pacific/Kiritimati", "2033-06-01 10:00", "2033-06-02 09:59", [2]),
        ("Pacific/Kiritimati", "2033-06-01 10:00", "2033-06-02 10:00", [2, 3]),
        # Local days 1 and 2 of June; in UTC 2 and 3.
        ("Pacific/Pago_Pago", "2033-06-02 10:59", "2033-06-02 10:59", [1]),
        ("Pacific/Pago_Pago", "2033-06-02 11:00", "2033-06-03 10:59", [2]),
        ("Europe/Berlin", "2033-06-01 22:00", "2033-06-04 21:59", [2, 3, 4]),
        ("Europe/Berlin", "2033-05-01 00:00", "2033-06-02 21:59", [1, 2]),
        (None, "2033-06-02 00:00", "2033-06-02 23:59", [2]),
        ("Unknown/Zone", "2033-06-02 00:00", "2033-06-02 23:59", [2]),
        ('$."\\', "2033-06-02 00:00", "2033-06-02 23:59", [2]),
        ("SystemV/HST10", "2033-06-02 09:59", "2033-06-02 10:00", [1, 2]),
    ],
)
def test_days_are_those_of_the_time_zone_of_the_event(browser, session, timezone, starts_at, ends_at, days):
    starts_at, ends_at = (dt.datetime.fromisoformat(f"{at}+00:00") for at in (starts_at, ends_at))
    make_event(session, "Elephant Conf", timezone=timezone, starts_at=starts_at, ends_at=ends_at)
    found = {
        day: names(browser.get(f"/event?when=all&from=2033-06-0{day}&to=2033-06-0{day}"), ["Elephant Conf"])
        for day in range(1, 7)
    }

    assert [day for day, shown in found.items() if shown] == days
    assert names(browser.get(f"/event?from=2033-06-0{days[-1]}"), ["Elephant Conf"]) == ["Elephant Conf"]
    assert names(browser.get(f"/event?from=2033-06-0{days[-1] + 1}"), ["Elephant Conf"]) == []
    assert names(browser.get("/event?to=2033-05-31"), ["Elephant Conf"]) == (
        ["Elephant Conf"] if starts_at.month == 5 else []
    )


def test_days_of_events_from_all_time_zones_follow_each_other_on_pages(browser, session):
    zones = ["Pacific/Kiritimati", "Europe/Berlin", "Pacific/Pago_Pago"]
    noon = dt.datetime(2033, 6, 2, 12, tzinfo=dt.UTC)
    for number in range(45):
        starts_at = noon + dt.timedelta(minutes=number)
        make_event(
            session, f"Meeting {number:02}", timezone=zones[number % 3], starts_at=starts_at, ends_at=starts_at,
        )  # fmt: skip
    known, address, shown = [f"Meeting {number:02}" for number in range(45)], "/event?from=2033-06-02&to=2033-06-02", []
    while address:
        reply = browser.get(address)
        shown.append(names(reply, known))
        address = link(reply, "next")

    # It is the third of June in Kiritimati.
    in_june_2 = [name for number, name in enumerate(known) if number % 3]
    assert shown == [in_june_2[:20], in_june_2[20:]]
    assert "30 events" in main_text(browser.get("/event?from=2033-06-02&to=2033-06-02"))


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("when", ["upcoming", "past", "all"])
def test_days_at_the_ends_of_the_calendar(browser, session, when, day):
    assert browser.get(f"/event?when={when}&from={day}&to={day}").status_code == 200


def test_an_active_filter_can_be_removed(browser, session):
    make_event(session, "Elephant Conf", tags=["php"])

    page = browser.get("/event?q=conf&tag=php").text

    assert 'href="/event?tag=php"' in page
    assert 'href="/event?q=conf"' in page
    assert '<meta name="robots" content="noindex">' in page


@pytest.mark.parametrize(
    ("query", "notice"),
    [
        ("q=conf&tag=php&from=2033-06-01&mode=onsite&cfp=open&lang=en&sort=latest&when=all&country=de", None),
        ("from=&to=&mode=&sort=+&city=", None),
        ("to=2033-13-01&sort=junk", "Not understood, and therefore left out: Last day, Order."),
        ("when=tomorrow&country=deu&lang=%F0%9F%98%80", "left out: Country, Language of the event, Period."),
        ("q=%00%00", "left out: Search."),
        ("tag=php&tag=python&when=all&when=past", "of which the first counts: Tag, Period."),
    ],
)
def test_values_that_are_ignored_are_named(browser, session, query, notice):
    text = main_text(browser.get(f"/event?{query}"))

    if notice is None:
        assert ("left out" in text, "counts:" in text) == (False, False)
    else:
        assert notice in text


def test_the_next_page_keeps_the_filters_while_events_are_added(browser, session):
    place = make_place(session, "Hall")
    for number in range(25):
        make_event(
            session, f"Meeting {number:02}", tags=["php"], place_id=place.id, starts_at=days_from_now(number + 1)
        )
    known = [f"Meeting {number:02}" for number in range(25)]
    query = "q=meet&tag=php&place=Hall&mode=onsite&from=2020-01-01&when=all&sort=soonest"
    first = browser.get(f"/event?{query}")
    for day in (0, 19, 30):
        make_event(session, f"Meeting on {day}", tags=["php"], place_id=place.id, starts_at=days_from_now(day))
    second = browser.get(link(first, "next"))

    assert (names(first, known), names(second, known)) == (known[:20], known[20:])
    assert ["Meeting on 19" in page.text for page in (first, second)] == [False, False]
    assert "Meeting on 30" in second.text
    assert set(query.split("&")) <= set(link(first, "next").partition("?")[2].split("&"))
    # The page before has one of the new events, too.
    assert names(browser.get(link(second, "prev")), known) == known[1:20]


def test_no_match_shows_the_numbers_without_each_filter(browser, session):
    for number in range(3):
        make_event(session, f"Elephant {number}", tags=["php"])
    make_event(session, "Snake", tags=["python"])

    reply = browser.get("/event?q=elephant&tag=python&mode=onsite")
    text = " ".join(main_text(reply).split())

    assert "No event matches." in text
    assert "Without “elephant”: 1 event" in text
    assert "Without “#python”: 3 events" in text
    assert "Without “On site”: 0 events" in text
    assert '<a href="/event?q=elephant&amp;mode=onsite">3 events</a>' in reply.text


def test_no_event_at_all(browser):
    assert "There are no events here." in main_text(browser.get("/event"))
    assert "There are no more events here." in main_text(browser.get("/event?page=after_4000000000_1"))


def test_pages_follow_each_other(browser, session):
    for number in range(45):
        make_event(session, f"Meeting {number:02}", starts_at=days_from_now(number // 4 + 1))
    known, address, shown = [f"Meeting {number:02}" for number in range(45)], "/event?q=meeting", []
    while address:
        reply = browser.get(address)
        shown.append((address, names(reply, known)))
        address = link(reply, "next")

    assert [page for _, page in shown] == [known[:20], known[20:40], known[40:]]
    assert 'rel="prev"' not in browser.get("/event?q=meeting").text
    assert '<meta name="robots" content="noindex">' in reply.text
    back = browser.get(link(reply, "prev"))
    assert names(back, known) == known[20:40]
    first = browser.get(link(back, "prev"))
    assert (names(first, known), link(first, "prev")) == (known[:20], None)
    assert link(first, "next") == shown[1][0]


def link(reply, rel):
    """Return the address of the next or previous page, None if there is none."""
    found = re.search(rf'href="([^"]*)" rel="{rel}"', reply.text)
    return found and html.unescape(found[1])


def test_running_events_stand_on_the_first_page_only(browser, session):
    make_event(session, "Running", starts_at=days_from_now(-1))
    for number in range(20):
        make_event(session, f"Meeting {number:02}", starts_at=days_from_now(number + 1))
    known = ["Running", "Meeting 00", "Meeting 19"]
    first = browser.get("/event")
    second = browser.get(link(first, "next"))

    assert names(first, known) == ["Running", "Meeting 00"]
    assert names(second, known) == ["Meeting 19"]
    assert names(browser.get(link(second, "prev")), known) == ["Running", "Meeting 00"]


def test_the_number_of_events_is_bounded(browser, session, monkeypatch):
    monkeypatch.setattr(selections, "MAX_COUNT", 3)
    for number in range(3):
        make_event(session, f"Meeting {number}")
    exact = main_text(browser.get("/event"))
    make_event(session, "Meeting 4")

    assert "3 events" in exact
    assert "more than" not in exact
    assert "more than 3 events" in main_text(browser.get("/event"))


@pytest.mark.parametrize("when", ["upcoming", "past", "all"])
def test_filters_that_rarely_match_together_are_searched_in_steps(browser, session, monkeypatch, when):
    monkeypatch.setattr(selections, "MAX_SCANNED_EVENTS", 4)
    monkeypatch.setattr(agenda_lists, "MAX_SORTED_MATCHES", 0)
    sign = -1 if when == "past" else 1
    for number in range(11):
        place = "Oslo and online" if number in (3, 10) else "Oslo"
        make_event(session, f"Meeting {number:02}", starts_at=days_from_now(sign * (number + 5)), location=place)
    known, address, shown = [f"Meeting {number:02}" for number in range(11)], f"/event?mode=online&when={when}", []
    while address:
        reply = browser.get(address)
        shown.append((names(reply, known), "only a part of them" in main_text(reply)))
        address = link(reply, "next")

    found = sorted(name for page, _ in shown for name in page)
    assert found == ["Meeting 03", "Meeting 10"]
    assert [is_partial for _, is_partial in shown] == [True, True, False]


def test_the_list_costs_the_same_statements_for_any_number_of_events(browser, session, count_statements):
    place, costs = make_place(session, "Hall"), []
    addresses = ["/event", "/event?q=meet&tag=php&place=Hall&mode=onsite&cfp=open&lang=en&from=2020-01-01", "/cfp"]
    addresses += ["/event?from=2020-01-01&to=2033-01-01"]
    for number in (2, 25):
        for _ in range(number):
            make_event(session, "Meeting", tags=["php"], place_id=place.id, cfp_ends_at=days_from_now(9), **CALL)
        session.commit()
        with count_statements() as statements:
            for address in addresses:
                browser.get(address)
        costs.append(len(statements))

    assert costs[0] == costs[1]


def test_the_selection_has_a_feed_if_feeds_can_express_it(browser, session):
    make_event(session, "Elephant Conf", tags=["php"])
    session.commit()

    page = browser.get("/event?q=conf&tag=php").text
    other = browser.get("/event?tag=php&mode=onsite").text

    for form in ("atom", "ics"):
        assert f'href="/events.{form}?q=conf&amp;tag=php"' in page
        assert "Elephant Conf" in browser.get(f"/events.{form}?q=conf&tag=php").text
    assert "/events." not in other
    assert "/events." not in browser.get("/event?tag=php&when=past").text


def test_a_card_shows_state_call_and_attendance(browser, session):
    make_event(
        session, "Elephant Conf", state="cancelled", description="\n  First line. \nSecond line.", attendee_count=3,
        cfp_ends_at=days_from_now(9), **CALL,
    )  # fmt: skip
    make_event(session, "Web", location=None, online_locations=["https://live.example"])

    text = main_text(browser.get("/event"))

    for part in ("Cancelled", "First line.", "3 attend", "Call for papers until", "online"):
        assert part in text
    assert "Second line." not in text


@pytest.mark.parametrize(
    "page",
    ["0", "-1", "x", "1001", "99999999999999999999", "", "after", "after_1_", "after_x_1", "after_1_9999999999",
     "after_999999999999_1", "before_-999999999999_1", "after_\u0661_1"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/event", "/cfp"])
def test_a_page_that_does_not_exist(browser, path, page):
    assert browser.get(f"{path}?page={page}").status_code == 404


@pytest.mark.parametrize(
    ("path", "language", "shown"),
    [
        ("/event", "en", "1–20 of 23"),
        ("/event", "de", "1–20 von 23"),
        ("/cfp", "en", "1–20 of 23"),
        ("/cfp?page=2", "en", "21–23 of 23"),
        ("/cfp?page=2", "de", "21–23 von 23"),
    ],
)
def test_pages_say_which_part_of_the_list_they_have(browser, session, path, language, shown):
    for day in range(23):
        make_event(session, starts_at=days_from_now(day + 1), cfp_ends_at=days_from_now(day + 1), **CALL)

    page = browser.get(path, headers={"Accept-Language": language}).text

    nav = page.partition('<nav class="pager"')[2].partition("</nav>")[0]
    assert re.findall('<span class="muted">(.*?)</span>', nav) == [shown]


def test_no_range_is_shown_of_a_list_that_is_not_counted(browser, session, monkeypatch):
    monkeypatch.setattr(selections, "MAX_COUNT", 20)
    for day in range(21):
        make_event(session, starts_at=days_from_now(day + 1))

    page = browser.get("/event").text

    assert 'class="pager"' in page
    assert " of 2" not in page
