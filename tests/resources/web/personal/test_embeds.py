"""The page with HTML for other web sites."""

from html import unescape

import pytest

from joindin.models import EventSettings
from tests.browser_client import Browser, main_text
from tests.conftest import WEBSITE_URL
from tests.factories import make_event, make_pending_event, make_talk, make_user

PATH = "/me/embed/"


@pytest.fixture
def ada(session):
    return make_user(session, "ada l", full_name='Ada "L"')


@pytest.fixture
def own(app, session, ada):
    session.commit()
    return Browser(app).sign_in_directly(ada)


def snippets(reply):
    return [unescape(part.partition('"')[0]) for part in reply.text.split(' readonly value="')[1:]]


def test_speakers_and_hosts_copy_frames_of_what_is_public(session, own, ada):
    event = make_event(session, "Tides & <Days>", slug="tides", host=ada)
    make_event(session, "Plain", slug="plain", host=ada)
    make_pending_event(session, "Waiting", host=ada)
    make_talk(session, event, "Ebbs", stub="0ebb5", slug="ebbs", speakers=[ada])
    make_talk(session, event, "Of others", speakers=["Bob"])
    make_talk(session, event, "Hidden", speakers=[ada], is_active=False)
    session.commit()

    reply = own.get(PATH)

    frames = [snippet.split('"')[1] for snippet in snippets(reply)]
    assert sorted(frames) == [
        f"{WEBSITE_URL}/embed/{path}"
        for path in ("event/tides/schedule", "plain", "talk/0ebb5", "tides", "user/ada%20l")
    ]
    assert {own.get(frame.removeprefix(WEBSITE_URL)).status_code for frame in frames} == {200}
    assert (
        f'<iframe src="{WEBSITE_URL}/embed/talk/0ebb5" title="Ebbs" width="100%" height="250" loading="lazy"></iframe>'
        f'<p><a href="{WEBSITE_URL}/event/tides/ebbs">Ebbs</a></p>'
    ) in snippets(reply)
    assert f'<p><a href="{WEBSITE_URL}/event/tides">Tides &amp; &lt;Days&gt;</a></p>' in "".join(snippets(reply))
    assert 'title="Ada &quot;L&quot;"' in "".join(snippets(reply))
    assert reply.text.count("data-copied") == len(frames)
    assert "HTML des Vortrags Ebbs" in main_text(own.get(PATH, headers={"Accept-Language": "de"}))
    assert 'href="/me/embed/" aria-current="page"' in reply.text


def test_the_frame_of_an_event_is_not_that_of_the_list_of_events(session, own, ada):
    event = make_event(session, "Lists", slug="list", host=ada)
    session.commit()

    assert f'"{WEBSITE_URL}/embed/{event.id}"' in snippets(own.get(PATH))[0]


def test_events_that_allow_no_frames_have_no_html(session, own, ada):
    event = make_event(session, "Tides", slug="tides", host=ada)
    make_talk(session, event, "Ebbs", speakers=[ada])
    session.add(EventSettings(event_id=event.id, is_embed_allowed=False))
    session.commit()

    reply = own.get(PATH)

    assert len(snippets(reply)) == 1
    assert "The hosts do not allow that other web sites show their event." in main_text(reply)
    assert "Other web sites may not show this event. Settings" in main_text(reply)


def test_people_without_talks_and_events_are_told_so(own):
    reply = own.get(PATH)
    assert (reply.status_code, snippets(reply)) == (200, [])
    assert "You have neither a talk nor an event that is public here." in main_text(reply)


def test_the_page_is_private(browser, own):
    assert "private" in own.get(PATH).headers["Cache-Control"]
    assert browser.get(PATH).status_code == 302


def test_long_lists_have_pages(session, own, ada):
    event = make_event(session, "Tides", slug="tides")
    for number in range(21):
        make_talk(session, event, f"Talk {number}", speakers=[ada])
    session.commit()

    assert [len(snippets(own.get(f"{PATH}?page={number}"))) for number in (1, 2)] == [21, 2]


def test_the_page_costs_the_same_statements_whatever_its_length(session, own, ada, count_statements):
    def cost():
        session.commit()
        with count_statements() as statements:
            own.get(PATH)
        return len(statements)

    make_talk(session, make_event(session, host=ada), speakers=[ada])
    one = cost()
    for _ in range(6):
        make_talk(session, make_event(session, host=ada), speakers=[ada])

    assert cost() == one


def test_people_find_the_page_on_their_own(session, browser, own, ada):
    make_talk(session, make_event(session), speakers=[ada])
    session.commit()

    assert 'href="/me/embed/"' in own.get("/user/ada%20l").text
    assert "/me/embed/" not in browser.get("/user/ada%20l").text
