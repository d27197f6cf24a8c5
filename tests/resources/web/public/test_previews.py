"""Pages of an event before it is public: hosts and editors see them with a banner, and everyone else finds nothing."""

import pytest

from joindin.models import Event, EventHost
from joindin.operations.event_approval import approve_event
from joindin.representations.programme.days import programme_day
from tests.browser_client import Browser, main_text
from tests.factories import make_event, make_user
from tests.german_pages import GERMAN, check_german
from tests.resources.hidden_events import MARK, STATES, make_hidden_event

SLUG = MARK.lower()
PAGE = f"/event/{SLUG}"
PARTS_WITH_PREVIEW = ("", "/schedule", "/programme", "/talks", "/speakers", "/rooms", "/slides")
PARTS_WITHOUT_PREVIEW = (
    *("/mine", "/comments", "/talk-comments", "/attendees", "/hosts", "/now", "/calendar", "/feedback", "/details"),
    *(".ics", "/schedule.ics", "/schedule.xml", "/schedule.json", "/card.png"),
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


def without_tokens(text):
    head, *rest = text.split('name="csrfmiddlewaretoken" value="')
    return head + "".join(part.partition('"')[2] for part in rest)


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
            f"/talk/{hidden.talk.stub}",
            f"/f/{hidden.talk.stub}",
            "/attend",
            "/series/",
        ]
        assert [part for part in missing if part in reply.text] == [], path
        assert browser.get(path).status_code == 404
    assert f"{MARK} talk" in host_browser.get(PAGE).text


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


def test_parents_of_series_have_no_preview(session, hidden, host_browser):
    hidden.event.is_series = True
    session.commit()

    assert [host_browser.get(f"{PAGE}{part}").status_code for part in ("", "/schedule")] == [404, 404]
    assert f'href="{PAGE}"' not in host_browser.get(f"{PAGE}/manage/submission/").text


def test_the_page_of_an_event_of_many_talks_counts_them_by_day(session, hidden, host_browser):
    session.get_one(Event, hidden.event.id).talk_count = 21
    session.commit()

    text = main_text(host_browser.get(PAGE))

    assert "1 talk" in text
    assert f"{MARK} talk" not in text


@pytest.mark.parametrize("state", ["pending", "rejected", "inactive"])
def test_the_banner_is_translated(app, session, state):
    hidden = make_hidden_event(session, state)
    hidden.event.description = ""
    session.commit()

    check_german(Browser(app).sign_in_directly(hidden.host).get(PAGE, headers=GERMAN), "event_pages", "organiser")
