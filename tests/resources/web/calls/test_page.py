"""The list of calls for papers, and the words with which all pages say when a call closes."""

import datetime as dt
import re

import pytest

from joindin.models import EventSettings
from joindin.performance.caching.visitor_preferences import ZONE_COOKIE
from tests.browser_client import Browser, main_text
from tests.factories import parse_instant
from tests.german_pages import GERMAN, check_german
from tests.resources.web.calls.conftest import DAY, NOW

MINUTE = dt.timedelta(minutes=1)


def text_of(reply):
    return " ".join(main_text(reply).split())


def entry_of(reply, name):
    """Return the text of the entry of an event in the list."""
    entries = re.findall(r"<li>\s*<h3>.*?</li>", reply.text, re.DOTALL)
    texts = [" ".join(re.sub("<[^>]*>", " ", entry).split()) for entry in entries]
    return next(text for text in texts if text.startswith(name))


def with_zone(app, zone):
    browser = Browser(app)
    browser.set_cookie(ZONE_COOKIE, zone)
    return browser


def test_a_call_says_when_it_closes_here_and_in_utc(browser, session, make_call):
    event = make_call(
        "Tides", parse_instant("2033-08-06T21:59"), tags=["sea", "php"], location="Quay 1", slug="tides",
    )  # fmt: skip
    session.add(EventSettings(event_id=event.id, language="de"))
    session.commit()

    reply = browser.get("/cfp")

    assert entry_of(reply, "Tides") == (
        "Tides Closes in 3 days · Sat, 6 Aug 2033, 23:59 Berlin (21:59 UTC)"
        " Tue, 1 Nov – Thu, 3 Nov 2033 · Quay 1 · Deutsch · # sea · # php https://cfp.example"
    ).replace("# ", "#")
    assert '<time datetime="2033-08-06T23:59:00+02:00">Sat, 6 Aug 2033, 23:59</time>' in reply.text
    assert "Closes in 3 days · Sat, 6 Aug 2033, 23:59 Berlin (21:59 UTC)" in text_of(
        browser.get("/event/tides", headers={"Accept-Language": "en"})
    )
    assert "Closes in 3 days · Sat, 6 Aug 2033, 23:59 Berlin (21:59 UTC)" in text_of(
        browser.get("/", headers={"Accept": "text/html"})
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"closes_at": "2033-08-05T22:00"}, "Sat, 6 Aug 2033, until the end of the day in Berlin (21:59 UTC)"),
        (
            {"closes_at": "2033-08-06T07:00", "timezone": "America/Los_Angeles"},
            "Sat, 6 Aug 2033, until the end of the day in Los Angeles (Sun, 7 Aug 2033, 06:59 UTC)",
        ),
        (
            {"closes_at": "2033-08-07T11:59", "is_cfp_anywhere": True},
            "Sat, 6 Aug 2033, until the end of the day anywhere on earth (Sun, 7 Aug 2033, 11:59 UTC)",
        ),
        (
            {"closes_at": "2033-08-07T06:00", "is_cfp_anywhere": True},
            "Sat, 6 Aug 2033, 18:00 anywhere on earth (Sun, 7 Aug 2033, 06:00 UTC)",
        ),
        ({"closes_at": "2033-08-06T12:00", "timezone": "UTC"}, "Sat, 6 Aug 2033, 12:00 UTC"),
        ({"closes_at": "2033-08-06T00:00", "timezone": None}, "Sat, 6 Aug 2033, until the end of the day in UTC"),
    ],
)
def test_the_end_of_a_day_is_said_in_words(browser, make_call, session, fields, words):
    make_call(**fields | {"closes_at": parse_instant(fields["closes_at"])})
    session.commit()

    assert f" days · {words}" in text_of(browser.get("/cfp"))


def test_the_time_of_the_reader_is_that_of_the_cookie_or_of_the_address(app, browser, session, make_call):
    make_call("Tides", parse_instant("2033-08-06T21:59"), slug="tides")
    session.commit()
    tokyo = with_zone(app, "Asia/Tokyo")
    own = "(21:59 UTC) · Sun, 7 Aug 2033, 06:59 for you"

    for address in ("/cfp", "/event/tides", "/"):
        headers = {"Accept": "text/html"}
        assert own in text_of(tokyo.get(address, headers=headers))
        # The pages of visitors are cached, apart for each zone.
        assert "for you" not in text_of(browser.get(address, headers=headers))
        assert own in text_of(tokyo.get(address, headers=headers))
        assert "for you" not in text_of(with_zone(app, "Europe/Paris").get(address, headers=headers))
    assert "Sat, 6 Aug 2033, 23:59 Berlin (21:59 UTC) · 17:59 for you" in text_of(
        browser.get("/cfp?zone=america/new_york")
    )
    assert "for you" not in text_of(tokyo.get("/cfp?zone="))
    assert "for you" not in text_of(browser.get("/cfp?zone=Atlantis"))
    assert browser.get("/cfp?zone=%00&zone=x").status_code == 200


def test_a_zone_of_the_address_stays_in_the_links_and_can_be_remembered(app, browser, session, make_call):
    for number in range(21):
        make_call(f"Conf {number}", tags=["sea"])
    session.commit()

    page = browser.get("/cfp?tag=sea&zone=Asia/Tokyo").text

    assert 'href="/cfp?zone=Asia%2FTokyo">#' in page
    assert 'href="/cfp?tag=sea&amp;zone=Asia%2FTokyo&amp;page=2"' in page
    assert '<button class="small" name="zone" value="Asia/Tokyo">Remember my time zone</button>' in page
    remembered = with_zone(app, "Asia/Tokyo").get("/cfp?tag=sea").text
    assert 'href="/cfp?tag=sea&amp;page=2"' in remembered
    assert '<button class="small" name="zone" value="">Forget my time zone</button>' in remembered


def test_the_days_that_remain_follow_the_clock_of_the_event(browser, session, make_call, clock):
    make_call("Tides", parse_instant("2033-08-06T21:59"))
    session.commit()

    shown = {}
    for instant in ("2033-08-03T21:59", "2033-08-03T22:00", "2033-08-05T22:00", "2033-08-06T21:58", "2033-08-06T21:59"):
        clock.move_to(parse_instant(instant))
        text = text_of(browser.get("/cfp"))
        shown[instant] = re.findall(r"Closes (\w+(?: \d+ days)?) ·", text) or "No call is open." in text

    assert list(shown.values()) == [["in 3 days"], ["in 2 days"], ["today"], ["today"], True]


@pytest.mark.parametrize("path", ["/cfp", "/cfps.atom", "/cfps.ics"])
def test_calls_come_into_a_list_and_leave_it_without_a_write(browser, session, make_call, clock, path):
    make_call("Later", NOW + 7 * DAY + dt.timedelta(hours=1))
    make_call("Over", NOW + 2 * DAY, starts_at=NOW - DAY, ends_at=NOW + dt.timedelta(hours=2))
    session.commit()
    shown = []
    for hours in (0, 1, 2):
        clock.move_to(NOW + dt.timedelta(hours=hours))
        text = browser.get(f"{path}?within=7").text
        shown.append([name for name in ("Later", "Over") if name in text])

    assert shown[:2] == [["Over"], ["Later", "Over"]]
    clock.move_to(NOW + dt.timedelta(hours=2, minutes=1))
    assert "Over" not in browser.get(path).text


def test_announced_calls_stand_apart(browser, session, make_call):
    make_call("Soon", NOW + 50 * DAY, opens_at=parse_instant("2033-08-05T22:00"))
    make_call("Here", NOW + 60 * DAY)
    session.commit()

    text = text_of(browser.get("/cfp"))

    assert "Open calls Here Closes in 60 days" in text
    assert (
        "Announced calls Soon Opens in 3 days · Sat, 6 Aug 2033 · Closes on Thu, 22 Sept 2033, 12:00 Berlin (10:00 UTC)"
        in text
    )


def test_new_and_extended_calls_are_marked(browser, session, make_call, clock):
    make_call("Fresh", opens_at=NOW - 6 * DAY)
    make_call("Approved", approved_at=NOW - DAY)
    make_call("Longer", parse_instant("2033-08-16T12:00"), cfp_former_ends_at=parse_instant("2033-08-09T12:00"))
    make_call("Hours", parse_instant("2033-08-16T12:00"), cfp_former_ends_at=parse_instant("2033-08-16T10:00"))
    make_call("Plain", slug="plain")
    session.commit()

    reply = browser.get("/cfp")
    marks = {name: entry_of(reply, name) for name in ("Fresh", "Approved", "Longer", "Hours", "Plain")}

    assert marks["Fresh"].startswith("Fresh New Closes")
    assert marks["Approved"].startswith("Approved New Closes")
    assert marks["Longer"].startswith(
        "Longer Extended Closes in 13 days · Tue, 9 Aug 2033 Tue, 16 Aug 2033, 14:00 Berlin"
    )
    assert "Tue, 16 Aug 2033, 12:00 Tue, 16 Aug 2033, 14:00 Berlin" in marks["Hours"]
    assert '<del><time datetime="2033-08-09T14:00:00+02:00">Tue, 9 Aug 2033</time></del>' in reply.text
    assert marks["Plain"].startswith("Plain Closes")
    clock.move_to(NOW + DAY)
    assert entry_of(browser.get("/cfp"), "Fresh").startswith("Fresh Closes")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tag=PHP", ["Sea"]),
        ("tag=%23php", ["Sea"]),
        ("tag=nothing", []),
        ("country=no", ["Sea"]),
        ("country=NO&tag=php", ["Sea"]),
        ("country=xyz", ["Sea", "Net"]),
        ("mode=online", ["Net"]),
        ("mode=junk", ["Sea", "Net"]),
        ("within=7", ["Sea"]),
        ("within=30&mode=online", ["Net"]),
        ("within=8", ["Sea", "Net"]),
        ("within=-1&tag=%00&country=%00", ["Sea", "Net"]),
        ("within=7&within=30", ["Sea"]),
    ],
)
def test_filters_narrow_the_list_and_its_feeds(browser, session, make_call, query, expected):
    make_call("Sea", NOW + 5 * DAY, tags=["php"], country_code="NO", href="https://sea.example")
    make_call("Net", NOW + 20 * DAY, location="online", href="https://net.example")
    session.commit()

    page = browser.get(f"/cfp?{query}")
    feeds = [browser.get(f"{path}?{query}").text for path in ("/cfps.atom", "/cfps.ics")]

    assert [
        name for name in ("Sea", "Net") if f">{name}</a></h3>" in page.text.replace("</a> </h3>", "</a></h3>")
    ] == expected
    for feed in feeds:
        assert [name for name in ("Sea", "Net") if re.search(rf"[>:] ?{name}\b", feed)] == expected


def test_links_to_feeds_carry_the_filters(browser, session, make_call):
    make_call(tags=["php"])
    session.commit()

    page = browser.get("/cfp?tag=php&within=14&junk=1").text

    for address in ("/cfps.atom", "/cfps.ics", "/cfp/conference-data.json"):
        assert f'href="{address}?tag=php&amp;within=14"' in page
    assert page.count('rel="alternate"') == 2
    assert '<meta name="robots" content="noindex">' in page
    assert "1 call matches." in page


def test_no_match_shows_the_numbers_without_each_filter(browser, session, make_call):
    make_call("Sea", tags=["php"], country_code="NO")
    make_call("Land", tags=["land"], country_code="DE")
    session.commit()

    reply = browser.get("/cfp?tag=php&country=de&mode=onsite")
    text = text_of(reply)

    assert "No call matches." in text
    assert "Without “#php”: 1 call" in text
    assert "Without “Germany”: 1 call" in text
    assert "Without “On site”: 0 calls" in text
    assert '<a href="/cfp?tag=php&amp;mode=onsite">1 call</a>' in reply.text


def test_no_open_call(browser):
    page = browser.get("/cfp")

    assert "No call is open. Be told of new calls: Feed (Atom)" in text_of(page)
    assert '<a href="/cfps.atom">' in page.text
    assert "There are no more calls" not in text_of(page)


def test_pages_follow_each_other(browser, session, make_call):
    for number in range(21):
        make_call(f"Conf {number:02}", NOW + (number + 1) * DAY)
    make_call("Announced", NOW + 60 * DAY, opens_at=NOW + DAY)
    session.commit()

    first, second, third = (browser.get(f"/cfp{query}") for query in ("", "?page=2", "?page=3"))

    assert [f"Conf {number:02}" in first.text for number in (0, 19, 20)] == [True, True, False]
    assert 'href="/cfp?page=2" rel="next"' in first.text
    assert "Open calls Conf 20" in text_of(second)
    assert "Announced calls Announced" in text_of(second)
    assert 'href="/cfp" rel="prev"' in second.text
    assert 'rel="next"' not in second.text
    assert third.status_code == 404


def test_the_page_costs_the_same_statements_for_any_number_of_calls(browser, session, make_call, count_statements):
    costs = []
    for number in (1, 15):
        for _ in range(number):
            make_call(tags=["php"], country_code="NO")
        session.commit()
        counts = []
        for path in ("/cfp", "/cfp?tag=php&country=no&mode=onsite&within=30", "/cfps.atom", "/cfps.ics",
                     "/cfp/conference-data.json"):  # fmt: skip
            with count_statements() as statements:
                browser.get(path)
            counts.append(len(statements))
        costs.append(counts)

    assert costs[0] == costs[1]


@pytest.mark.parametrize(
    "path", ["/cfp", "/cfp?tag=php&mode=onsite&within=14&zone=Asia/Tokyo", "/cfp?tag=no&country=de"]
)
def test_pages_are_translated(browser, session, make_call, path):
    make_call("Gezeiten", tags=["php"], cfp_former_ends_at=NOW + 3 * DAY, opens_at=NOW - DAY)
    make_call("Meer", parse_instant("2033-08-12T11:59"), is_cfp_anywhere=True)
    make_call("Später", NOW + 50 * DAY, opens_at=NOW + DAY)
    session.commit()

    check_german(browser.get(path, headers=GERMAN), "site", "feedback")


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_visitors_and_users_see_the_same_list(app, session, make_call, host, is_signed_in):
    make_call("Tides")
    session.commit()
    browser = Browser(app).sign_in_directly(host) if is_signed_in else Browser(app)

    assert "Closes in 9 days" in entry_of(browser.get("/cfp"), "Tides")


@pytest.mark.parametrize(
    ("fields", "is_open"),
    [
        ({"closes_at": NOW}, False),
        ({"closes_at": NOW + MINUTE}, True),
        # 3 August in Berlin, where it is noon of that day.
        ({"closes_at": parse_instant("2033-08-02T22:00")}, True),
        ({"closes_at": parse_instant("2033-08-01T22:00")}, False),
        # 2 August.
        ({"closes_at": parse_instant("2033-08-02T12:00"), "is_cfp_anywhere": True}, True),
        ({"closes_at": parse_instant("2033-08-01T12:00"), "is_cfp_anywhere": True}, False),
        ({"opens_at": None}, True),
        ({"opens_at": NOW + MINUTE}, False),
        ({"cfp_url": None}, True),
    ],
)
@pytest.mark.parametrize("path", ["/event?cfp=open", "/agenda?from=2033-11-01&cfp=open"])
def test_events_with_an_open_call_are_those_of_the_list_of_calls(browser, session, make_call, fields, is_open, path):
    make_call("Tides", **fields)
    session.commit()

    opened = main_text(browser.get("/cfp")).partition("Announced")[0]

    assert ("Tides" in opened) == is_open
    assert ("Tides" in main_text(browser.get(path))) == is_open
