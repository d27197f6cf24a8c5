"""Texts of the operator, the contact form, files for search engines, and error pages."""

import re
from pathlib import Path

import pytest

from joindin.models import Mail, SitePage
from joindin.operations.agenda.event_cities import locate_events
from tests.conftest import WEBSITE_URL
from tests.database_rows import count_rows
from tests.factories import NOW, make_event, make_pending_event, make_place, make_talk, make_user


@pytest.fixture
def pages(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "INSTANCE", str(tmp_path))
    (tmp_path / "pages").mkdir()
    return tmp_path / "pages"


def test_texts_are_shipped_in_both_languages(browser):
    pages = [
        browser.get(path, headers={"Accept-Language": language})
        for path in ("/about", "/privacy")
        for language in ("en", "de")
    ]

    titles = [re.search(r"<h1[^>]*>([^<]*)</h1>", page.text)[1] for page in pages]
    assert titles == ["About", "Über diese Seite", "Privacy", "Datenschutz"]


def test_texts_of_the_operator_come_first(session, browser, pages):
    session.add(
        SitePage(
            title="Rules",
            slug="rules",
            content="<p>Be <b>kind</b><script>x</script></p>",
            created_at=NOW,
            updated_at=NOW,
        )
    )
    session.add(SitePage(title="Hidden", slug="hidden", content="x", is_visible=False, created_at=NOW, updated_at=NOW))
    session.commit()
    (pages / "about.md").write_text("# We\n\nA *club*. <script>alert(1)</script>\n")
    (pages / "about.de.md").write_text("# Wir\n\nEin Verein.\n")

    english, german = (browser.get("/about", headers={"Accept-Language": language}).text for language in ("en", "de"))

    assert "<em>club</em>" in english
    assert "<script>" not in english
    assert "Ein Verein." in german
    rules = browser.get("/p/rules").text
    assert "Be <b>kind</b>" in rules
    assert "<script>" not in rules
    assert [browser.get(f"/p/{slug}").status_code for slug in ("hidden", "none", "..%2Fsecret", "a.b", "A" * 300)] == [
        404
    ] * 5


SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
FIELDS = {"name": "Ann", "email": "ann@example.org", "subject": "My event", "text": "When?\r\nSoon?", "homepage": ""}


def test_a_message_is_sent_without_an_account(session, browser):
    page = browser.get("/contact")
    reply = browser.post("/contact", FIELDS, headers=SAME_ORIGIN)

    assert "csrfmiddlewaretoken" not in page.text
    assert f'<link rel="canonical" href="{WEBSITE_URL}/contact">' in page.text
    assert "Set-Cookie" not in page.headers
    assert (reply.status_code, reply.headers["Location"]) == (303, "/contact")
    mail = session.query(Mail).one()
    assert "ann@example.org" in str(mail.__dict__)


def test_programs_and_wrong_fields_send_nothing(session, browser):
    spam = browser.post("/contact", FIELDS | {"homepage": "https://spam.example/"}, headers=SAME_ORIGIN)
    wrong = [
        browser.post("/contact", FIELDS | fields, headers=SAME_ORIGIN)
        for fields in ({"email": "x"}, {"text": ""}, {"subject": "x" * 300}, {"name": "\0"})
    ]

    assert spam.status_code == 303
    assert [reply.status_code for reply in wrong] == [400] * 4
    assert "When?" in wrong[0].text
    assert count_rows(session)["outbox"] == 0


def test_a_message_that_another_site_sends_has_to_be_confirmed(session, browser):
    reply = browser.post("/contact", FIELDS, headers={"Origin": "https://evil.example"})

    assert reply.status_code == 403
    assert "Please confirm" in reply.text
    assert "When?" in reply.text
    assert count_rows(session)["outbox"] == 0


def test_the_sitemap_has_public_pages_only(session, browser):
    ann = make_user(session, "ann")
    make_user(session, "reader")
    hall = make_place(session, "Hall / A")
    event = make_event(
        session, "Tides", slug="tides", tags=["sea & sand"], place_id=hall.id, location="Quay, Rotterdam, Netherlands"
    )
    make_talk(session, event, "On Tides", slug="on-tides", speakers=[ann])
    make_talk(session, event, "Empty", slug="empty", description="")
    make_talk(session, event, "Gone", slug="gone", is_active=False)
    hidden = make_pending_event(session, "Hidden", slug="hidden", tags=["secret"], location="Pier, Oslo, Norway")
    make_talk(session, hidden, "Hidden", slug="hidden-talk", speakers=[make_user(session, "hidden")])
    session.commit()
    locate_events(session)

    index = browser.get("/sitemap.xml")
    files = re.findall(r"<loc>[^<]*?(/sitemap/[^<]*)</loc>", index.text)
    addresses = [
        re.sub(r"^https?://[^/]*", "", each)
        for path in files
        for each in re.findall(r"<loc>([^<]*)</loc>", browser.get(path).text)
    ]

    assert index.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert files == [
        f"/sitemap/{kind}-1.xml" for kind in ("events", "talks", "people", "places", "tags", "cities", "countries")
    ]
    assert [re.sub(r"\d+", "N", each) for each in addresses] == [
        "/event/tides", "/event/tides/on-tides", "/user/ann", "/place/N/Hall%N%NF%NA", "/tag/sea%N%N%Nsand",
        "/city/nl/rotterdam", "/country/nl",
    ]  # fmt: skip
    assert [browser.get(path).status_code for path in addresses] == [200] * 7
    assert [
        browser.get(f"/sitemap/{name}.xml").status_code for name in ("events-2", "events-0", "x-1", f"events-{10**30}")
    ] == [404] * 4


def test_browsers_find_the_search(browser):
    reply = browser.get("/opensearch.xml")

    assert reply.headers["Content-Type"].startswith("application/opensearchdescription+xml")
    assert "/search?q={searchTerms}" in reply.text
    assert 'href="/opensearch.xml"' in browser.get("/", headers={"Accept": "text/html"}).text


def test_a_missing_page_offers_the_search_and_the_pages_of_the_event(session, browser):
    event = make_event(session, "Tides", slug="tides")
    make_talk(session, event, "On Tides", slug="on-tides")
    make_pending_event(session, "Hidden", slug="hidden")
    session.commit()

    below, hidden, elsewhere = (
        browser.get(path, headers={"Accept": "text/html"})
        for path in ("/event/tides/none", "/event/hidden/none", "/nothing")
    )

    assert [page.status_code for page in (below, hidden, elsewhere)] == [404] * 3
    assert all('action="/search"' in page.text for page in (below, hidden, elsewhere))
    assert 'href="/event/tides"' in below.text
    assert (
        "hidden"
        not in hidden.text.replace("visually-hidden", "")
        .replace('type="hidden"', "")
        .replace('value="/event/hidden/none"', "")
        .lower()
    )


def test_a_fresh_installation_says_what_it_is(session, browser):
    fresh = browser.get("/", headers={"Accept": "text/html"}).text
    make_event(session, "Past", slug="past", starts_at=NOW.replace(year=2020), ends_at=NOW.replace(year=2020))
    session.commit()

    assert 'href="/event/submit"' in fresh
    assert "Submit the first event" in fresh
    assert "Submit the first event" not in browser.get("/", headers={"Accept": "text/html"}).text


def test_the_shipped_texts_have_titles():
    folder = Path(__file__).parents[4] / "joindin" / "templates" / "pages"

    assert all(path.read_text().startswith("# ") for path in folder.glob("*.md"))
