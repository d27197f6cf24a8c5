"""The page and the feed of the changes of a programme."""

import datetime as dt

import feedparser
import pytest
from sqlalchemy import delete, func, insert, select, update

from joindin.models import EventSettings, ProgrammeChange, Talk, TalkSpeaker
from tests.browser_client import Browser, main_text
from tests.factories import make_event, make_room, make_star, make_talk, make_talk_type, make_user, parse_instant
from tests.german_pages import GERMAN, check_german

PAGE, FEED = "/event/harbour/changes", "/event/harbour/changes.atom"
START = parse_instant("2037-07-09T08:00")
LATER = START + dt.timedelta(hours=1)
CHANGED_AT = parse_instant("2020-06-30T22:30")
NONE_YET = "There are no changes of the programme yet."


@pytest.fixture
def event(session):
    return make_event(session, "Harbour", slug="harbour", starts_at=START, timezone="Europe/Berlin")


@pytest.fixture
def hall(session, event):
    return make_room(session, event, "Hall")


@pytest.fixture
def talk(session, event, hall):
    """A talk in the hall that was announced without a record of it."""
    talk = make_talk(session, event, "On <tides>", slug="on-tides", starts_at=START, room_id=hall.id)
    session.execute(delete(ProgrammeChange))
    session.commit()
    return talk


@pytest.fixture
def reader(app, session):
    return make_user(session, "ada")


def change_talk(session, talk, at=CHANGED_AT, **values):
    """Change the talk at an instant."""
    last = session.scalar(select(func.max(ProgrammeChange.id))) or 0
    session.execute(update(Talk).where(Talk.id == talk.id).values(values))
    session.execute(update(ProgrammeChange).where(ProgrammeChange.id > last).values(changed_at=at))
    session.commit()


def lines_of(reply):
    """Return the text of the page from the first day on."""
    return main_text(reply).partition("Feed (Atom) ")[2]


def entries_of(reply):
    feed = feedparser.parse(reply.data)
    assert (reply.status_code, feed.bozo, feed.version) == (200, False, "atom10")
    return feed.entries


def add_changes(session, event, number, **values):
    columns = {"event_id": event.id, "state_before": "shown", "state_after": "cancelled", "changed_at": CHANGED_AT}
    session.execute(insert(ProgrammeChange), [columns | values for _ in range(number)])
    session.commit()


def test_without_changes_the_page_says_so(browser, talk):
    assert lines_of(browser.get(PAGE)) == NONE_YET
    assert entries_of(browser.get(FEED)) == []


@pytest.mark.parametrize(
    ("values", "line"),
    [
        (
            {"starts_at": LATER},
            "Moved On <tides> was Thu, 9 Jul 2037, 10:00 · now Thu, 9 Jul 2037, 11:00, Hall",
        ),
        ({"room_id": None}, "Other room On <tides> was Hall · now Thu, 9 Jul 2037, 10:00, without a room"),
        ({"state": "cancelled"}, "Cancelled On <tides> Thu, 9 Jul 2037, 10:00, Hall"),
        (
            {"is_active": False},
            "Taken out A talk was taken out of the programme. was Thu, 9 Jul 2037, 10:00, Hall",
        ),
    ],
)
def test_the_page_says_in_words_what_was_and_what_is(browser, session, talk, values, line):
    change_talk(session, talk, **values)

    # The day and the time of the change are those at the venue.
    assert lines_of(browser.get(PAGE)) == f"Wed, 1 Jul 2020 00:30 {line}"


def test_changes_are_the_newest_first_by_day(browser, session, event, talk):
    cellar = make_room(session, event, "Cellar")
    change_talk(session, talk, CHANGED_AT - dt.timedelta(days=2), starts_at=LATER)
    change_talk(session, talk, CHANGED_AT - dt.timedelta(hours=1), state="cancelled")
    change_talk(session, talk, CHANGED_AT, state="confirmed", room_id=cellar.id)

    text = lines_of(browser.get(PAGE))

    marks = [
        "Wed, 1 Jul 2020",
        "Takes place after all",
        "Cellar",
        "Tue, 30 Jun 2020",
        "Cancelled",
        "Mon, 29 Jun",
        "Moved",
    ]
    positions = [text.index(mark) for mark in marks]
    assert positions == sorted(positions)


def test_a_new_talk_leads_to_its_page(browser, session, event):
    make_talk(session, event, "Tides", slug="tides", starts_at=START)
    session.commit()

    reply = browser.get(PAGE)

    assert "New talk Tides Thu, 9 Jul 2037, 10:00" in main_text(reply)
    assert '<a href="/event/harbour/tides" dir="auto">Tides</a>' in reply.text


@pytest.mark.parametrize(("number", "is_listed"), [(10, True), (11, False)])
def test_talks_that_are_added_together_are_one_entry(browser, session, event, number, is_listed):
    for each in range(number):
        make_talk(session, event, f"Tides {each}")
    session.commit()

    text = main_text(browser.get(PAGE))
    [entry] = entries_of(browser.get(FEED))

    assert (f"{number} talks were added" in text, entry.title) == (True, f"{number} talks were added")
    assert ("Tides 3" in text, "Tides 3" in entry.summary) == (is_listed, is_listed)


@pytest.mark.parametrize("is_deleted", [False, True])
def test_no_title_of_a_talk_that_is_gone_is_shown(browser, session, talk, is_deleted):
    change_talk(session, talk, CHANGED_AT - dt.timedelta(days=1), starts_at=LATER)
    change_talk(session, talk, CHANGED_AT - dt.timedelta(days=1), state="cancelled")
    if is_deleted:
        session.execute(delete(Talk))
        session.commit()
    else:
        change_talk(session, talk, is_active=False)

    page, feed = browser.get(PAGE), browser.get(FEED)

    assert "tides" not in page.text + feed.text
    assert main_text(page).count("A talk that is not in the programme any more") == 2
    titles = [entry.title for entry in entries_of(feed)]
    assert titles[0] == "A talk was taken out of the programme."
    assert titles[1:] == [f"{kind}: A talk that is not in the programme any more" for kind in ("Cancelled", "Moved")]


def test_a_talk_that_was_taken_out_and_is_back_has_its_title(browser, session, talk):
    change_talk(session, talk, CHANGED_AT - dt.timedelta(days=1), is_active=False)
    change_talk(session, talk, is_active=True)

    text = main_text(browser.get(PAGE))

    assert ("Takes place after all On <tides>" in text, "Taken out On <tides>" in text) == (True, True)


@pytest.mark.parametrize("fields", [{"is_private": True}, {"is_pending": True}, {"is_active": False}])
@pytest.mark.parametrize("path", [PAGE, FEED])
def test_changes_of_an_event_that_is_not_public_are_not_found(browser, session, event, talk, path, fields):
    change_talk(session, talk, starts_at=LATER)
    for name, value in fields.items():
        setattr(event, name, value)
    session.commit()

    assert browser.get(path).status_code == 404


def test_changes_of_other_events_are_not_listed(browser, session, talk):
    make_talk(session, make_event(session))
    session.commit()

    assert lines_of(browser.get(PAGE)) == NONE_YET


def test_users_see_only_the_changes_of_their_talks_if_they_choose(app, session, event, talk, reader):
    spoken, claimed, other = (
        make_talk(session, event, title, starts_at=START) for title in ("Spoken", "Claimed", "Other")
    )
    make_star(session, talk, reader)
    session.add(TalkSpeaker(talk_id=spoken.id, name="Ada", user_id=reader.id))
    session.add(TalkSpeaker(talk_id=claimed.id, name="Ada", user_id=reader.id, is_pending=True))
    session.execute(delete(ProgrammeChange))
    for each in (talk, spoken, claimed, other):
        change_talk(session, each, starts_at=LATER)
    browser = Browser(app).sign_in_directly(reader)

    everything, own = browser.get(PAGE), browser.get(f"{PAGE}?mine=1")

    titles = ("On <tides>", "Spoken", "Claimed", "Other")
    assert [title in main_text(everything) for title in titles] == [True] * 4
    assert [title in main_text(own) for title in titles] == [True, True, False, False]
    link = '<a href="/event/harbour/changes?mine=1">Only my talks</a>'
    assert (link in everything.text, link in own.text) == (True, False)
    assert not own.cache_control.public


def test_users_without_own_changes_read_so(app, session, talk, reader):
    change_talk(session, talk, starts_at=LATER)

    text = main_text(Browser(app).sign_in_directly(reader).get(f"{PAGE}?mine=1"))

    assert "There are no changes of your talks yet." in text


def test_visitors_have_one_page_for_all(browser, session, talk):
    change_talk(session, talk, starts_at=LATER)

    plain, filtered = browser.get(PAGE), browser.get(f"{PAGE}?mine=1")

    assert "Only my talks" not in plain.text
    assert main_text(filtered) == main_text(plain)
    assert plain.cache_control.public
    assert browser.get(PAGE, headers={"If-None-Match": plain.headers["ETag"]}).status_code == 304


def test_the_filtered_page_is_left_out_of_search_engines(browser, talk):
    bare, filtered = (browser.get(path).text for path in (PAGE, f"{PAGE}?mine=1"))

    canonical = '<link rel="canonical" href="http://web.example/event/harbour/changes">'
    assert (canonical in bare, canonical in filtered) == (True, True)
    assert ('content="noindex"' in bare, 'content="noindex"' in filtered) == (False, True)


def test_page_and_feed_have_pages_of_fifty(app, session, event, talk, reader):
    add_changes(session, event, 51)
    add_changes(session, event, 1, talk_id=talk.id)
    make_star(session, talk, reader)
    session.commit()
    browser = Browser(app).sign_in_directly(reader)

    first, second, third = (browser.get(f"{PAGE}?page={number}") for number in (1, 2, 3))
    feeds = [feedparser.parse(browser.get(f"{FEED}?page={number}").data) for number in (1, 2)]

    assert [reply.text.count("<li id=") for reply in (first, second)] == [50, 2]
    assert 'href="/event/harbour/changes?page=2" rel="next"' in first.text
    assert (third.status_code, browser.get(f"{FEED}?page=3").status_code) == (404, 404)
    assert [browser.get(f"{PAGE}?mine=1&page={number}").status_code for number in (1, 2)] == [200, 404]
    assert [len(feed.entries) for feed in feeds] == [50, 2]
    links = [{link.rel: link.href for link in feed.feed.links} for feed in feeds]
    assert links[0]["next"] == "http://web.example/event/harbour/changes.atom?page=2"
    assert links[1]["previous"] == links[1]["first"] == "http://web.example/event/harbour/changes.atom"


@pytest.mark.parametrize("number", ["0", "-1", "x", "", "2", "9" * 30])
@pytest.mark.parametrize("path", [PAGE, FEED])
def test_a_number_that_is_no_page_is_not_found(browser, talk, path, number):
    assert browser.get(f"{path}?page={number}").status_code == 404


def test_entries_of_the_feed_are_stable(browser, session, event, talk):
    change_talk(session, talk, starts_at=LATER)

    reply = browser.get(FEED)

    [entry] = entries_of(reply)
    change = session.scalar(select(ProgrammeChange))
    assert entry.id == f"tag:web.example,2037:event/{event.id}/changes/{change.id}"
    assert (entry.title, entry.link) == ("Moved: On <tides>", "http://web.example/event/harbour/on-tides")
    assert entry.updated == entry.published == "2020-06-30T22:30:00+00:00"
    assert entry.summary == (
        "<p>On &lt;tides&gt; · was Thu, 9 Jul 2037, 10:00 · now Thu, 9 Jul 2037, 11:00, Hall</p>"
        '<p><a href="http://web.example/event/harbour/changes">http://web.example/event/harbour/changes</a></p>'
    )
    assert feedparser.parse(reply.data).feed.title == "Changes of the programme – Harbour"


def test_the_feed_is_sent_again_after_a_change_only(browser, session, talk):
    change_talk(session, talk, starts_at=LATER)
    first = browser.get(FEED)
    etag = {"If-None-Match": first.headers["ETag"]}

    assert browser.get(FEED, headers=etag).status_code == 304
    assert (first.content_type, first.headers["Access-Control-Allow-Origin"]) == (
        "application/atom+xml; charset=utf-8", "*",
    )  # fmt: skip
    change_talk(session, talk, state="cancelled")
    assert [entry.title for entry in entries_of(browser.get(FEED, headers=etag))] == [
        "Cancelled: On <tides>", "Moved: On <tides>",
    ]  # fmt: skip


def test_the_feed_has_the_language_of_the_event(browser, session, event, talk):
    session.add(EventSettings(event_id=event.id, language="de"))
    change_talk(session, talk, starts_at=LATER)

    [entry] = entries_of(browser.get(FEED, headers={"Accept-Language": "en"}))

    assert entry.title == "Verschoben: On <tides>"
    assert "vorher Do., 9. Juli 2037, 10:00 · jetzt Do., 9. Juli 2037, 11:00, Hall" in entry.summary


def test_the_page_is_translated(app, session, event, talk, reader):
    talk.type_id = make_talk_type(session, "Vortrag").id
    others = [make_talk(session, event, f"Meer {number}", type="Vortrag", starts_at=START) for number in range(4)]
    make_talk(session, event, "Insel", type="Vortrag")
    session.execute(delete(ProgrammeChange))
    values = ({"room_id": None}, {"state": "cancelled"}, {"is_active": False}, {"starts_at": LATER})
    for each, changed in zip((talk, *others), values):
        change_talk(session, each, **changed)
    change_talk(session, others[0], state="confirmed")
    for number in range(3):
        make_talk(session, event, f"Welle {number}", type="Vortrag")
    session.execute(delete(Talk).where(Talk.id == others[2].id))
    session.commit()
    browser = Browser(app).sign_in_directly(reader)

    for path in (PAGE, f"{PAGE}?mine=1", "/event/harbour/schedule"):
        check_german(browser.get(path, headers=GERMAN), "changes", "schedule")
    assert "Verschoben" in browser.get(PAGE, headers=GERMAN).text


@pytest.mark.parametrize("path", ["/event/harbour", "/event/harbour/schedule"])
def test_event_and_schedule_lead_to_the_changes_once_there_are_some(browser, session, event, talk, path):
    before = browser.get(path).text
    change_talk(session, talk, starts_at=LATER)
    after = browser.get(path).text

    link = '<a href="/event/harbour/changes">Changes</a>'
    assert (link in before, link in after) == (False, True)


@pytest.mark.parametrize("path", [PAGE, "/event/harbour/schedule"])
def test_readers_of_feeds_find_the_feed(browser, talk, path):
    assert 'type="application/atom+xml"' in browser.get(path).text
    assert 'href="/event/harbour/changes.atom"' in browser.get(path).text


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}?mine=1", FEED])
def test_the_number_of_statements_does_not_depend_on_the_number_of_changes(
    app, session, event, talk, reader, path, count_statements
):
    make_star(session, talk, reader)
    browser, costs = Browser(app).sign_in_directly(reader), []
    for number in (1, 30):
        add_changes(session, event, number, talk_id=talk.id)
        with count_statements() as statements:
            browser.get(path)
        costs.append(len(statements))

    assert costs[0] == costs[1]
