"""Story T28 with a language from right to left: no text is left untranslated, and the layout stays whole."""

import re

import pytest

from joindin.utils.datetimes import utc_now
from tests.browser.page_driver import DESKTOP, NARROW, PHONE
from tests.browser.right_to_left.pseudo_translation import LANGUAGE, make_site
from tests.browser.server import Server
from tests.browser.validators import axe_violations
from tests.browser_client import PASSWORD, make_user_with_password
from tests.factories import (
    days_from_now,
    make_attendance,
    make_event,
    make_event_comment,
    make_room,
    make_star,
    make_talk,
    make_talk_comment,
    make_track,
)

# Texts and names for people, except addresses, code, and parts whose language is declared.
TEXTS = """() => {
  const texts = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode())
    if (!walker.currentNode.parentElement.closest("script, noscript, style, code, body [lang]"))
      texts.push(walker.currentNode.data.trim());
  for (const name of ["aria-label", "alt", "title", "placeholder", "data-failed", "data-found", "data-ended", "data-left", "data-own", "data-unsupported"])
    for (const element of document.querySelectorAll(`body [${name}]`)) texts.push(element.getAttribute(name));
  return texts;
}"""
LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
# Names that no translation changes.
NAMES = re.compile(
    r"\{\w+\}|(https?|webcal)://\S+|\S+@\S+|Chrome|Linux|joindin|ada|c3voc|frab|alpha|CC BY(-SA)?|CC0|EventFahrplan|Giggity|JSON|XML|QR|UTC"
    r"|Athens|Tokyo|[A-Z][A-Za-z]+/[A-Z][A-Za-z_/-]+"
)

EVENT, MISSING_PAGE = "/event/harbour", "/no-such-page"
VISITOR_PAGES = (
    "/", "/event", "/event?q=λιμ&tag=θάλασσα", "/event?q=ξξξ", "/event?when=past", "/agenda", "/agenda?q=ξξξ", "/cfp", "/search", "/search?q=λιμ", "/tag",
    "/tag/θάλασσα", "/about", "/contact", MISSING_PAGE, EVENT, f"{EVENT}/schedule", f"{EVENT}/schedule?view=list",
    f"{EVENT}/schedule?q=ξξξ&zone=Asia/Tokyo", f"{EVENT}/now", f"{EVENT}/now?screen=1", f"{EVENT}/programme", f"{EVENT}/changes", f"{EVENT}/talks",
    f"{EVENT}/speakers", f"{EVENT}/rooms", f"{EVENT}/rooms/hall", f"{EVENT}/slides", f"{EVENT}/comments",
    f"{EVENT}/talk-comments", f"{EVENT}/attendees", f"{EVENT}/hosts", f"{EVENT}/calendar", f"{EVENT}/mine", f"{EVENT}/tides",
    "/f/tides", "/user/ada", "/guest/", "/guest/event/harbour/", "/embed/list",
    "/accounts/login/", "/accounts/register/", "/accounts/register/sent/", "/accounts/verify/", "/accounts/password/reset/",
    "/accounts/password/reset/sent/", "/accounts/password/new/",
)  # fmt: skip
ATTENDEE_PAGES = (
    "/", EVENT, f"{EVENT}/schedule", f"{EVENT}/mine", f"{EVENT}/tides", f"{EVENT}/comments", "/f/tides", "/me/", "/me/stars/",
    "/me/comments/", "/me/talks/", "/me/calendar/", "/me/shifts/", "/event/submit", "/event/1/series/", "/comments/talk/1/report",
    "/accounts/", "/accounts/profile/", "/accounts/email/", "/accounts/sessions/", "/accounts/data/", "/accounts/delete/",
    "/accounts/confirm/", "/accounts/password/", "/accounts/mails/", "/accounts/claims/", "/accounts/applications/", "/accounts/applications/register/",
    "/accounts/security/", "/accounts/security/authenticator/", "/accounts/security/passkeys/add/", "/api/settings/token/", "/api/settings/token/create/",
)  # fmt: skip


@pytest.fixture(scope="module")
def server(settings, app, tmp_path_factory, _tools):
    """The site with the additional language."""
    folder = tmp_path_factory.mktemp("right_to_left")
    with Server(settings["DATABASE_URL"], folder / "instance", cwd=make_site(folder)) as server:
        pages = server.instance / "pages"
        pages.mkdir()
        (pages / "about.md").write_text("# Λιμάνι\n\nΛίγα λόγια για το λιμάνι.\n", encoding="utf-8")
        yield server


@pytest.fixture
def attendee(session):
    """An attendee of a running event. Its texts are Greek, so that Latin letters are in no text of users."""
    ada = make_user_with_password(session, "ada", full_name="Άντα Λάβλεϊς", biography="Γράφει.")
    event = make_event(
        session, "Ημέρες λιμανιού", host=ada, slug="harbour", tags=["θάλασσα"], location="Αίθουσα", description="Δύο ημέρες.",
        starts_at=days_from_now(-1), timezone="Europe/Athens", cfp_url="https://cfp.example", cfp_starts_at=days_from_now(-5),
        cfp_ends_at=days_from_now(5),
    )  # fmt: skip
    make_event(session, "Παλιό λιμάνι", starts_at=days_from_now(-50), location="Αίθουσα", description="Ήταν.")
    make_event(session, "Νέο λιμάνι", location="Αίθουσα", description="Θα είναι.", tags=["θάλασσα"])
    room = make_room(session, event, "Μεγάλη αίθουσα", slug="hall", description="Μεγάλη", floor="1", capacity=40)
    track = make_track(session, event, "Νερό", description="Νερό", hue="blue")
    shared = {"type": "Ομιλία", "language": "Ελληνικά", "description": "Νερό.", "tracks": [track], "room_id": room.id}
    tides = make_talk(
        session, event, "Παλίρροιες", slug="tides", stub="tides", starts_at=days_from_now(-0.05), duration=240, speakers=[ada],
        links=[("slides_link", "https://slides.example")], **shared,
    )  # fmt: skip
    moved = make_talk(
        session, event, "Φάροι", slug="lights", stub="light", starts_at=days_from_now(0.05), duration=90, speakers=["Βύρων"],
        moved_from=days_from_now(0.1), moved_from_room="Αυλή", **shared,
    )  # fmt: skip
    make_talk(session, event, "Άγκυρες", stub="ancho", starts_at=days_from_now(0.3), state="cancelled", **shared)
    for talk in (tides, moved):
        make_star(session, talk, ada)
    make_attendance(session, event, ada)
    make_event_comment(session, event, ada, text="Ωραία μέρα.")
    make_talk_comment(session, tides, None, text="Έμαθα πολλά.", answer="Χαίρομαι.", answered_at=utc_now())
    session.commit()
    return ada


@pytest.fixture
def reader(new_visitor):
    return new_visitor(locale=LANGUAGE)


def test_pages_of_visitors_are_whole_from_right_to_left(reader, attendee):
    check_pages(reader, VISITOR_PAGES)


def test_pages_of_attendees_are_whole_from_right_to_left(reader, attendee):
    reader.sign_in("ada", PASSWORD)

    check_pages(reader, ATTENDEE_PAGES)


def check_pages(reader, paths):
    problems = [f"{path}: {problem}" for path in paths for problem in problems_of_page(reader, path)]
    assert not problems, "\n".join(problems)


def problems_of_page(reader, path):
    page = reader.page
    status = reader.visit(path).status
    if status != (404 if path == MISSING_PAGE else 200):
        yield f"status {status}"
    if page.evaluate("() => [document.documentElement.lang, document.dir]") != [LANGUAGE, "rtl"]:
        yield "not from right to left"
    yield from sorted({text for text in page.evaluate(TEXTS) if LATIN_WORD.search(NAMES.sub("", text))})
    for size in (DESKTOP, NARROW, PHONE):
        page.set_viewport_size(size)
        reader.take_screenshot(f"rtl {path} {size['width']}")
        # Content beyond the left end can be scrolled to.
        if (width := page.evaluate("() => document.documentElement.scrollWidth")) > size["width"]:
            yield f"{width} pixels wide on a screen of {size['width']}"
    yield from axe_violations(page)
