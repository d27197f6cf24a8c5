"""Pages of an event before it is public: hosts and editors see them with a banner, and everyone else finds nothing."""

from types import SimpleNamespace

import pytest

from joindin.models import Event, EventAlias, EventHost, EventSlug, TalkSlug
from joindin.operations.event_approval import approve_event
from joindin.representations.programme.days import programme_day
from joindin.utils.datetimes import utc_now
from tests.agenda_series import make_series
from tests.browser_client import Browser, main_text, without_tokens
from tests.factories import make_event, make_event_comment, make_talk, make_user
from tests.german_pages import GERMAN, check_german
from tests.resources.hidden_events import MARK, STATES, make_hidden_event

SLUG = MARK.lower()
PAGE = f"/event/{SLUG}"
PARTS_WITH_PREVIEW = (
    *("", "/schedule", "/programme", "/talks", "/speakers", "/rooms", "/slides"),
    *("/hosts", "/comments", "/talk-comments"),
)
PARTS_WITHOUT_PREVIEW = (
    *("/mine", "/attendees", "/now", "/calendar", "/feedback", "/details"),
    *(".ics", "/schedule.ics", "/schedule.xml", "/schedule.json", "/card.png", "/changes", "/changes.atom"),
)
WAITS = "The event waits for approval. The hosts get a mail when it is decided."
# Lists, searches, feeds and files for search engines.
LISTS = (
    *("/", "/event", "/event?when=all", f"/event?q={MARK}", f"/search?q={MARK}", f"/tag/{SLUG}", "/embed/list"),
    *("/sitemap/events-1.xml", "/feed/rss", "/feed/ics", "/api/events", f"/v2.1/events?title={MARK}"),
)
ROLES_WITH_PREVIEW = ("host", "co-host", "editor", "admin")


@pytest.fixture
def hidden(session):
    return make_hidden_event(session, "pending")


@pytest.fixture
def host_browser(app, hidden):
    return Browser(app).sign_in_directly(hidden.host)


def make_browsers(app, session, hidden):
    """Return a browser for each role."""
    co_host = make_user(session, "co-host")
    session.add(EventHost(event_id=hidden.event.id, user_id=co_host.id))
    other_host = make_user(session)
    make_event(session, "Public Days", host=other_host)
    users = {
        "other": make_user(session),
        "trusted": make_user(session, is_trusted=True),
        "other host": other_host,
        "speaker": hidden.participant,
        "host": hidden.host,
        "co-host": co_host,
        "editor": make_user(session, is_editor=True),
        "admin": make_user(session, is_admin=True),
    }
    return {"visitor": Browser(app), **{role: Browser(app).sign_in_directly(user) for role, user in users.items()}}


def addresses_with_preview(hidden):
    talk, day = hidden.talk, programme_day(hidden.event, hidden.talk.starts_at)
    below = (*PARTS_WITH_PREVIEW, f"/{talk.slug}", f"/rooms/{hidden.room.slug}", f"/schedule/{day.isoformat()}")
    return [f"{PAGE}{part}" for part in below]


@pytest.mark.parametrize("state", STATES)
def test_hosts_and_editors_alone_see_the_pages(app, session, state):
    hidden = make_hidden_event(session, state)
    browsers = make_browsers(app, session, hidden)
    session.commit()
    paths = addresses_with_preview(hidden)
    others = [f"{PAGE}{part}" for part in PARTS_WITHOUT_PREVIEW] + [f"{PAGE}/{hidden.talk.slug}/comments"]

    found = {role: {browser.get(path).status_code for path in paths} for role, browser in browsers.items()}
    beside = {role: {browser.get(path).status_code for path in others} for role, browser in browsers.items()}

    seeing = () if state == "private" else ROLES_WITH_PREVIEW
    assert found == {role: {200 if role in seeing else 404} for role in browsers}
    assert beside == {role: {404} for role in browsers}


def test_others_get_the_response_of_an_unknown_event_for_the_same_statements(app, session, hidden, count_statements):
    browsers = make_browsers(app, session, hidden)
    session.commit()
    unknown = f"/event/{SLUG[::-1]}"

    for role in browsers.keys() - ROLES_WITH_PREVIEW:
        replies, statements = [], []
        browsers[role].get(unknown)
        for path in (unknown, PAGE):
            with count_statements() as executed:
                replies.append(browsers[role].get(path))
            statements.append(list(executed))
        texts = [without_tokens(reply.text).replace(path, "/") for reply, path in zip(replies, (unknown, PAGE))]
        assert texts[0] == texts[1], role
        assert statements[0] == statements[1], role
        assert replies[0].headers["Cache-Control"] == replies[1].headers["Cache-Control"]


def test_a_preview_is_neither_stored_nor_indexed_and_offers_nothing_that_is_not_there_yet(
    hidden, host_browser, browser
):
    for path in addresses_with_preview(hidden):
        reply = host_browser.get(path)
        assert "no-store" in reply.headers["Cache-Control"]
        assert "public" not in reply.headers["Cache-Control"]
        assert reply.headers["X-Robots-Tag"] == "noindex"
        assert WAITS in reply.text
        assert "ld+json" not in reply.text
        missing = [f'"{PAGE}{part}' for part in PARTS_WITHOUT_PREVIEW]
        missing += [
            'id="stars"',
            'class="star"',
            f"/f/{hidden.talk.stub}",
            "/attend",
            "/series/",
            "/report",
            'id="text"',
        ]
        if path != f"{PAGE}/talk-comments":
            missing.append(f"/talk/{hidden.talk.stub}")
        assert [part for part in missing if part in reply.text] == [], path
        assert browser.get(path).status_code == 404
    assert f"{MARK} talk" in host_browser.get(PAGE).text


def test_a_preview_leads_to_the_hosts_and_to_the_comments_that_it_has(session, hidden, host_browser):
    for number in range(4):
        make_event_comment(session, hidden.event, hidden.participant, text=f"Remark {number}")
    session.commit()

    page, hosts, comments, of_talks = (
        host_browser.get(f"{PAGE}{part}").text for part in ("", "/hosts", "/comments", "/talk-comments")
    )

    assert [f'href="{PAGE}{part}"' in page for part in ("/hosts", "/comments")] == [True, True]
    assert f'<a href="{PAGE}/comments">All comments</a>' in page
    assert ('href="/user/hanna"' in hosts, f'href="{PAGE}/manage/people/"' in hosts) == (True, True)
    assert [f"Remark {number}" in comments for number in range(4)] == [True] * 4
    assert (f"{MARK} reported" in comments, f'href="{PAGE}/talk-comments"' in comments) == (False, True)
    assert f"{MARK} talk comment" in of_talks


@pytest.mark.parametrize("part", ["/hosts", "/comments", "/talk-comments"])
def test_others_get_the_response_of_an_unknown_event_below_it(app, session, hidden, part):
    browsers = make_browsers(app, session, hidden)
    session.commit()
    unknown = f"/event/{SLUG[::-1]}"

    for role in browsers.keys() - ROLES_WITH_PREVIEW:
        replies = [(browsers[role].get(f"{path}{part}"), path) for path in (unknown, PAGE)]
        texts = [without_tokens(reply.text).replace(path, "/") for reply, path in replies]
        assert texts[0] == texts[1], role
        assert [reply.status_code for reply, _ in replies] == [404, 404]


def test_lists_and_feeds_have_the_event_for_every_role_once_it_is_public_and_not_before(app, session, hidden):
    browsers = make_browsers(app, session, hidden)
    session.commit()

    def listings():
        return {
            (role, path)
            for role, browser in browsers.items()
            for path in LISTS
            for text in [browser.get(path, headers={"Accept": "text/html"}).text]
            if f"{MARK} Days" in text or f"{PAGE}<" in text
        }

    before = listings()
    approve_event(session, hidden.event.id, reviewer=make_user(session, is_admin=True))
    session.commit()

    assert before == set()
    assert listings() == {(role, path) for role in browsers for path in LISTS}


def test_the_banner_names_the_next_step_of_the_caller(app, session, hidden):
    browsers = make_browsers(app, session, hidden)
    session.commit()
    desk = f'href="/desk/events/{hidden.event.id}/"'

    links = {
        role: (f'href="{PAGE}/manage/details/"' in text, desk in text)
        for role in ROLES_WITH_PREVIEW
        for text in [browsers[role].get(PAGE).text]
    }

    assert links == {"host": (True, False), "co-host": (True, False), "editor": (False, True), "admin": (True, True)}


def test_a_rejected_event_shows_the_reason_and_is_submitted_again_from_its_page(app, session):
    hidden = make_hidden_event(session, "rejected")
    hidden.event.rejection_reason = "Name the city"
    session.commit()
    browser = Browser(app).sign_in_directly(hidden.host)

    shown = browser.get(PAGE).text
    reply = browser.send(f"{PAGE}/manage/submission/", page=PAGE)

    assert "Name the city" in shown
    assert "Submit it again" in shown
    assert (reply.status_code, WAITS in browser.get(PAGE).text) == (303, True)
    assert "Submit it again" not in browser.get(PAGE).text


def test_an_approved_event_has_its_public_pages_in_the_next_response(session, hidden, host_browser, browser):
    schedule = f"{PAGE}/schedule"
    waiting = host_browser.get(schedule), browser.get(schedule)
    approve_event(session, hidden.event.id, reviewer=make_user(session, is_admin=True))
    session.commit()
    approved = host_browser.get(schedule), browser.get(schedule)

    assert [reply.status_code for reply in (*waiting, *approved)] == [200, 404, 200, 200]
    assert all(f'href="{PAGE}/calendar"' in reply.text for reply in approved)
    assert 'class="star"' in approved[0].text
    assert WAITS not in approved[0].text
    assert "no-store" not in approved[0].headers["Cache-Control"]
    assert "X-Robots-Tag" not in approved[0].headers


def test_other_addresses_lead_those_to_the_page_who_see_it(app, session, hidden):
    event, talk = hidden.event, hidden.talk
    event.stub = "Zyx"
    session.add(EventSlug(slug="former", event_id=event.id))
    session.add(EventAlias(alias="elsewhere", event_id=event.id))
    session.add(TalkSlug(event_id=event.id, slug="former-talk", talk_id=talk.id))
    browsers = make_browsers(app, session, hidden)
    session.commit()
    talk_page = f"{PAGE}/{talk.slug}"
    addresses = {
        **dict.fromkeys(("/event/former", "/event/elsewhere", f"/event/{event.id}", "/e/zyx"), (301, PAGE)),
        f"/event/view/{event.id}": (301, PAGE),
        f"/event/view/{event.id}/talks": (301, f"{PAGE}/schedule"),
        "/event/former/schedule?view=list": (301, f"{PAGE}/schedule?view=list"),
        f"/event/former/{talk.slug}": (301, talk_page),
        f"{PAGE}/former-talk": (301, talk_page),
        f"/talk/{talk.stub}": (302, talk_page),
        f"/talk/{talk.stub}?qr": (302, talk_page),
        f"/talk/view/{talk.id}": (301, talk_page),
        f"/{talk.id}": (301, talk_page),
    }

    for role, browser in browsers.items():
        replies = {address: browser.get(address) for address in addresses}
        found = {address: (reply.status_code, reply.location) for address, reply in replies.items()}
        assert found == (addresses if role in ROLES_WITH_PREVIEW else dict.fromkeys(addresses, (404, None))), role


def test_others_get_the_response_of_an_unknown_event_at_its_other_addresses(app, session, hidden):
    hidden.event.stub = "zyxxy"
    session.add(EventSlug(slug="former", event_id=hidden.event.id))
    browsers = make_browsers(app, session, hidden)
    session.commit()
    pairs = {
        "/event/former": "/event/nothing",
        "/e/zyxxy": "/e/yxzzy",
        f"/event/view/{hidden.event.id}": "/event/view/9999",
        f"/talk/{hidden.talk.stub}": "/talk/zzzzz",
    }

    for role in browsers.keys() - ROLES_WITH_PREVIEW:
        for pair in pairs.items():
            replies = [browsers[role].get(path) for path in pair]
            texts = [without_tokens(reply.text).replace(path, "/") for reply, path in zip(replies, pair)]
            assert texts[0] == texts[1], (role, pair)
            assert [reply.status_code for reply in replies] == [404, 404]


def test_private_events_have_no_other_addresses(app, session):
    hidden = make_hidden_event(session, "private")
    session.add(EventSlug(slug="former", event_id=hidden.event.id))
    browsers = make_browsers(app, session, hidden)
    session.commit()
    paths = ("/event/former", f"/e/{hidden.event.stub}", f"/event/view/{hidden.event.id}", f"/talk/{hidden.talk.stub}")

    found = {role: {browser.get(path).status_code for path in paths} for role, browser in browsers.items()}

    assert found == {role: {404} for role in browsers}


@pytest.fixture
def series(session):
    """A weekly series that waits for approval."""
    host = make_user(session, "hanna")
    parent = make_series(session, utc_now(), host=host, slug="meetup", is_active=False, is_pending=True)
    session.commit()
    return SimpleNamespace(event=parent, host=host, participant=make_user(session, "pat"))


@pytest.mark.parametrize("state", ["pending", "rejected"])
def test_hosts_and_editors_alone_see_the_page_of_a_series(app, session, series, state, count_statements):
    series.event.is_pending = state == "pending"
    browsers = make_browsers(app, session, series)
    session.commit()

    assert {role: browser.get("/event/meetup").status_code for role, browser in browsers.items()} == {
        role: 200 if role in ROLES_WITH_PREVIEW else 404 for role in browsers
    }
    for role in browsers.keys() - ROLES_WITH_PREVIEW:
        replies, statements = [], []
        for path in ("/event/puteem", "/event/meetup"):
            with count_statements() as executed:
                replies.append(browsers[role].get(path))
            statements.append(list(executed))
        assert without_tokens(replies[0].text).replace("puteem", "meetup") == without_tokens(replies[1].text), role
        assert statements[0] == statements[1], role


def test_the_preview_of_a_series_has_its_dates_and_the_next_step(app, session, series):
    browsers = make_browsers(app, session, series)
    session.commit()
    edit, desk = f'href="/event/{series.event.id}/series/"', f'href="/desk/events/{series.event.id}/"'

    replies = {role: browsers[role].get("/event/meetup") for role in ROLES_WITH_PREVIEW}

    for role, reply in replies.items():
        assert "no-store" in reply.headers["Cache-Control"]
        assert reply.headers["X-Robots-Tag"] == "noindex"
        assert reply.text.count("<time ") >= 52
        assert (WAITS in reply.text, edit in reply.text, "/attendance/" in reply.text) == (True, True, False)
        assert (desk in reply.text) == (role in ("editor", "admin"))
    assert browsers["host"].get(f"/event/view/{series.event.id}").location == "/event/meetup"
    assert 'href="/event/meetup"' in browsers["host"].get("/event/meetup/manage/submission/").text


def test_a_rejected_series_is_submitted_again_from_its_page(app, session, series):
    series.event.is_pending, series.event.rejection_reason = False, "Name the city"
    session.commit()
    browser = Browser(app).sign_in_directly(series.host)

    shown = browser.get("/event/meetup").text
    reply = browser.send("/event/meetup/manage/submission/", page="/event/meetup")

    assert ("Name the city" in shown, f'href="/event/{series.event.id}/series/"' in shown) == (True, False)
    assert (reply.status_code, WAITS in browser.get("/event/meetup").text) == (303, True)


def test_other_pages_of_a_series_have_no_preview(app, session, series):
    browser = Browser(app).sign_in_directly(series.host)

    assert [browser.get(f"/event/meetup{part}").status_code for part in ("/schedule", "/talks")] == [404, 404]


def test_the_page_of_an_event_of_many_talks_counts_them_by_day(session, hidden, host_browser):
    event = session.get_one(Event, hidden.event.id)
    for _ in range(20):
        make_talk(session, event)
    session.commit()

    text = main_text(host_browser.get(PAGE))

    assert "21 talks" in text
    assert f"{MARK} talk" not in text


def test_the_page_of_an_event_of_many_hidden_talks_lists_the_others(session, hidden, host_browser):
    event = session.get_one(Event, hidden.event.id)
    for _ in range(20):
        make_talk(session, event, is_active=False)
    session.commit()

    text = main_text(host_browser.get(PAGE))

    assert f"{MARK} talk" in text
    assert "21 talks" not in text


@pytest.mark.parametrize("state", ["pending", "rejected", "inactive"])
def test_the_banner_is_translated(app, session, state):
    hidden = make_hidden_event(session, state)
    hidden.event.description, hidden.talk.title = "", MARK
    session.commit()

    check_german(Browser(app).sign_in_directly(hidden.host).get(PAGE, headers=GERMAN), "event_pages", "organiser")
