"""Events on other web sites, in Chromium: the custom elements, and frames (Gancio contract, section 13)."""

import pytest

from joindin.operations.agenda.flyers import FlyerStore, set_event_flyer
from joindin.utils.images.flyers import process_flyer
from joindin.utils.media.local_folder import LocalFolder
from tests.browser.validators import axe_violations
from tests.browser_client import PASSWORD, make_user_with_password
from tests.factories import days_from_now, make_event, make_place, make_talk, make_user
from tests.utils.images.image_files import encode, make_image
from tests.utils.remote_servers import Site, build_response


@pytest.fixture
def event(session, server):
    host = make_user(session, "hanna", full_name="Hanna Host")
    place = make_place(session, "Harbour Hall", address="Quay 1")
    event = make_event(
        session, "Tides", host=host, slug="tides", tags=["Sea"], place_id=place.id, location="Harbour Hall, Quay 1",
        starts_at=days_from_now(10), ends_at=days_from_now(10.1), description="About tides.",
        description_html='<h2>About</h2><p>Of <b>tides</b>, see <a target="_blank" href="https://a.example/">here</a>.</p>',
    )  # fmt: skip
    make_event(session, "A second event", host=host, slug="second", tags=["Sea"], location=None)
    flyer = process_flyer(encode(make_image(size=(640, 320))))
    with FlyerStore(LocalFolder(server.instance / "media")) as files:
        set_event_flyer(session, event, flyer, alt_text="A wave", focal_point=(0.5, 0), files=files)
        session.commit()
    return event


@pytest.fixture
def page(chrome):
    """A window that may show any site; its errors are in ``page.errors``."""
    context = chrome.new_context()
    page = context.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda message: page.errors.append(message.text) if message.type == "error" else None)
    yield page
    context.close()


def blog(body):
    """A web site of another host with one page."""
    page = f'<!DOCTYPE html><html lang="en"><title>Blog</title><main><h1>Blog</h1>{body}</main></html>'
    # Its icon keeps the console empty.
    return Site({"/": build_response(page.encode(), "text/html; charset=utf-8"), "/favicon.ico": build_response(b"")})


@pytest.mark.parametrize("kind", ["module", "text/javascript"])
def test_elements_show_events_on_another_site(page, server, event, kind):
    body = f"""<script type="{kind}" src="{server.url}/gancio-events.es.js"></script>
        <gancio-events baseurl="{server.url}" title="Next" tags="sea" maxlength="1" theme="dark"></gancio-events>
        <gancio-event baseurl="{server.url}" id="tides"></gancio-event>"""
    with blog(body) as site:
        page.goto(site.url)
        page.locator("gancio-events").get_by_role("link", name="Tides").wait_for()
        page.locator("gancio-event").get_by_role("link", name="Tides").wait_for()
        page.wait_for_load_state("networkidle")
        images = page.evaluate("""() => [...document.querySelectorAll("gancio-events, gancio-event")].flatMap(element =>
            [...element.shadowRoot.querySelectorAll("img")].map(image => [new URL(image.src).pathname.split("/")[1], image.naturalWidth > 0]))""")
        colours = page.evaluate("""() => [...document.querySelectorAll("gancio-events, gancio-event")].map(element =>
            getComputedStyle(element.shadowRoot.querySelector(".box")).backgroundColor)""")
        links = page.locator("gancio-events a").evaluate_all("links => links.map(link => link.href)")
        violations = axe_violations(page)

    assert images == [["logo.png", True], ["media", True], ["media", True]]
    assert colours == ["rgb(28, 33, 39)", "rgb(255, 255, 255)"]
    assert links == [f"{server.url}/", f"{server.url}/event/tides"]
    assert violations == []
    assert page.errors == []


def test_other_sites_show_pages_in_frames(page, server, event):
    body = f"""<iframe title="card" src="{server.url}/embed/tides" width="410" height="210"></iframe>
        <iframe title="list" src="{server.url}/embed/list?title=Next&amp;tags=sea" width="410" height="400"></iframe>"""
    with blog(body) as site:
        page.goto(site.url)
        card, listed = (page.frame_locator(f"iframe[title={name}]") for name in ("card", "list"))
        card.get_by_role("link", name="Tides").wait_for()
        names = listed.locator(".name").all_inner_texts()
        widths = [card.locator("html").evaluate("root => root.scrollWidth - root.clientWidth"),
                  card.locator("html").evaluate("root => root.scrollHeight - root.clientHeight")]  # fmt: skip
        with page.context.expect_page() as opened:
            card.get_by_role("link", name="Tides").click()
        opened.value.wait_for_load_state()
        address = opened.value.url

    assert sorted(names) == ["A second event", "Tides"]
    assert widths == [0, 0]
    assert address == f"{server.url}/event/tides"
    assert page.errors == []


def test_links_of_programmes_lead_out_of_the_frame(page, server, visitor, session, event):
    ada = make_user(session, "ada")
    make_talk(session, event, "Ebbs", stub="0ebb5", slug="ebbs", speakers=[ada, "Bob"])
    make_talk(session, make_event(session, "Past", starts_at=days_from_now(-9)), "Waves", speakers=[ada])
    session.commit()
    for path in ("event/tides/schedule", "talk/0ebb5", "user/ada"):
        with blog(f'<iframe title="frame" src="{server.url}/embed/{path}" width="320" height="400"></iframe>') as site:
            page.goto(site.url)
            frame = page.frame_locator("iframe")
            frame.get_by_role("link", name="Ebbs").wait_for()
            assert frame.locator("html").evaluate("root => root.scrollWidth - root.clientWidth") == 0
            frame.get_by_role("link", name="Ebbs").click()
            page.wait_for_url(f"{server.url}/event/tides/ebbs")
        visitor.visit(f"/embed/{path}")
        visitor.check_page(path)

    assert page.errors == []


def test_speakers_copy_the_html_of_a_frame(visitor, session, event):
    ada = make_user_with_password(session, "ada")
    make_talk(session, event, "Ebbs", stub="0ebb5", slug="ebbs", speakers=[ada])
    session.commit()
    visitor.sign_in("ada", PASSWORD)
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.visit("/me/embed/")
    visitor.check_page("embedding")

    visitor.page.get_by_role("button", name="Copy HTML of the talk Ebbs").click()

    visitor.page.get_by_text("The HTML is copied.").wait_for()


def test_other_pages_are_not_shown_in_frames(page, server, event):
    with blog(f'<iframe title="x" src="{server.url}/event/tides"></iframe>') as site:
        page.goto(site.url)
        page.wait_for_load_state("networkidle")

    assert any("frame" in error.lower() for error in page.errors)


def test_pages_of_the_agenda_are_valid(visitor, event):
    for path in (
        "/event/tides",
        "/tag/Sea",
        f"/place/{event.place_id}",
        "/tag/Sea?past=1",
        "/embed/tides",
        "/embed/list",
    ):
        visitor.visit(path)
        visitor.check_page(path)
        assert visitor.page.locator("h1").count() == 1
