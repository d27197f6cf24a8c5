"""oEmbed: frames of events, talks and people for programs that know the addresses of their pages."""

import re
from xml.etree import ElementTree

import pytest

from joindin.models import EventSettings
from tests.conftest import WEBSITE_URL
from tests.factories import make_event, make_pending_event, make_talk, make_user

PAGES = {
    "/event/harbour": ("Harbour <Days>", "/embed/harbour"),
    "/event/harbour/tides": ("Tides", "/embed/talk/0t1de"),
    "/talk/0t1de": ("Tides", "/embed/talk/0t1de"),
    "/user/ada": ("Ada", "/embed/user/ada"),
}


@pytest.fixture
def event(session):
    event = make_event(session, "Harbour <Days>", slug="harbour")
    ada = make_user(session, "ada", full_name="Ada")
    make_talk(session, event, "Tides", slug="tides", stub="0t1de", speakers=[ada])
    make_talk(session, event, "Hidden", slug="hidden", is_active=False)
    make_pending_event(session, slug="pending")
    return event


def ask(browser, path, **params):
    return browser.get("/oembed", query_string={"url": f"{WEBSITE_URL}{path}", **params})


@pytest.mark.parametrize("path", PAGES)
def test_pages_have_frames_that_exist(browser, event, path):
    title, frame = PAGES[path]

    reply = ask(browser, path)

    document = reply.json
    assert (document["type"], document["version"], document["title"]) == ("rich", "1.0", title)
    assert (document["provider_url"], document["width"]) == (f"{WEBSITE_URL}/", 600)
    assert f'<iframe src="{WEBSITE_URL}{frame}" ' in document["html"]
    assert f'height="{document["height"]}"' in document["html"]
    assert browser.get(frame).status_code == 200
    assert reply.headers["Vary"] == "Accept-Encoding"


def test_xml_has_the_same_values(browser, event):
    document, reply = ask(browser, "/event/harbour").json, ask(browser, "/event/harbour", format="xml")

    root = ElementTree.fromstring(reply.text)
    assert (reply.mimetype, root.tag) == ("text/xml", "oembed")
    assert {element.tag: element.text for element in root} == {name: str(value) for name, value in document.items()}


def test_frames_are_no_larger_than_asked_for(browser, event):
    small = ask(browser, "/user/ada", maxwidth="300", maxheight="200").json
    unlimited = ask(browser, "/user/ada", maxwidth="none", maxheight="9999").json

    assert (small["width"], small["height"]) == (300, 200)
    assert 'height="200"' in small["html"]
    assert (unlimited["width"], unlimited["height"]) == (600, 600)


@pytest.mark.parametrize(
    "address",
    [
        *("", "x", "//", "http://[", f"{WEBSITE_URL}", f"{WEBSITE_URL}/event", f"{WEBSITE_URL}/event/harbour/schedule"),
        *(f"{WEBSITE_URL}{path}" for path in ("/event/none", "/event/pending", "/event/harbour/hidden", "/talk/none")),
        *(f"{WEBSITE_URL}/user/none", f"{WEBSITE_URL}/event/%00", "https://other.example/event/harbour"),
        f"javascript:{WEBSITE_URL}/event/harbour",
    ],
)
def test_other_addresses_are_not_found(browser, event, address):
    assert browser.get("/oembed", query_string={"url": address}).status_code == 404


def test_hosts_may_forbid_frames(browser, session, event):
    session.add(EventSettings(event_id=event.id, is_embed_allowed=False))

    assert [ask(browser, path).status_code for path in PAGES] == [404, 404, 404, 200]


def test_other_formats_are_not_implemented(browser, event):
    assert ask(browser, "/event/harbour", format="yaml").status_code == 501


@pytest.mark.parametrize("path", [path for path in PAGES if not path.startswith("/talk/")])
def test_pages_name_their_description(browser, event, path):
    links = re.findall(r'type="(application/json|text/xml)\+oembed" href="([^"]*)"', browser.get(path).text)

    assert [kind for kind, _ in links] == ["application/json", "text/xml"]
    for _, address in links:
        reply = browser.get(address.replace("&amp;", "&").removeprefix(WEBSITE_URL))
        assert (reply.status_code, PAGES[path][1] in reply.text) == (200, True)
