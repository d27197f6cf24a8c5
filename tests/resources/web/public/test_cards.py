"""Cards of events and talks: files named by version, drawn once, for what visitors may see."""

import datetime as dt
import io
import os
import re
from pathlib import Path

import pytest
from PIL import Image

from joindin.models import EventFlyer, TalkSpeaker
from joindin.operations.agenda.cards import CARDS_FOLDER, purge_cards
from joindin.utils.concurrency_limit import ConcurrencyLimit
from joindin.utils.datetimes import utc_now
from joindin.utils.images import cards
from tests.factories import make_event, make_pending_event, make_talk, make_user

TALK = "/event/tides/on-tides/card.png"


@pytest.fixture
def event(session):
    return make_event(session, "Tides", slug="tides")


@pytest.fixture
def talk(session, event):
    return make_talk(session, event, "On tides", slug="on-tides", speakers=["Ada", make_user(session, full_name="Bob")])


@pytest.fixture
def folder(app):
    return Path(app.config["MEDIA_DIR"], CARDS_FOLDER)


def card_of(browser, page):
    return re.search(r'<meta property="og:image" content="https?://[^/]*([^"]*)">', browser.get(page).text)[1]


@pytest.mark.parametrize("page", ["/event/tides", "/event/tides/on-tides"])
def test_a_page_names_its_card_by_version(browser, talk, folder, page):
    address = card_of(browser, page)
    named, unnamed, other = (browser.get(path) for path in (address, address.partition("?")[0], f"{address}0"))

    assert re.fullmatch(rf"{page}/card\.png\?v=[0-9a-f]{{8}}", address)
    assert (named.status_code, named.mimetype) == (200, "image/png")
    assert Image.open(io.BytesIO(named.data)).size == (1200, 630)
    assert (named.data, named.data) == (unnamed.data, other.data)
    assert set(named.headers["Cache-Control"].split(", ")) == {"public", "immutable", "max-age=31536000"}
    assert [set(each.headers["Cache-Control"].split(", ")) for each in (unnamed, other)] == [
        {"public", "max-age=600"}
    ] * 2
    assert named.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Set-Cookie" not in named.headers
    assert len(list(folder.iterdir())) == 1


def test_what_the_card_shows_gives_it_another_version(browser, session, event, talk):
    before = card_of(browser, "/event/tides/on-tides")
    changes = [
        lambda: setattr(talk, "title", "On ebbs"),
        lambda: setattr(talk, "starts_at", talk.starts_at + dt.timedelta(minutes=5)),
        lambda: setattr(session.query(TalkSpeaker).filter_by(name="Ada").one(), "name", "Eve"),
        lambda: setattr(event, "name", "Ebbs"),
        lambda: session.add(EventFlyer(event_id=event.id, file="0" * 32 + ".jpg", width=9, height=9, byte_size=9)),
    ]
    seen = [before]
    for change in changes:
        change()
        seen.append(card_of(browser, "/event/tides/on-tides"))
    talk.description = "Other words, which are not on it."

    assert len(set(seen)) == len(changes) + 1
    assert card_of(browser, "/event/tides/on-tides") == seen[-1]


def test_a_card_is_drawn_once(browser, talk, monkeypatch):
    drawn = []
    original = cards.draw_card
    monkeypatch.setattr(cards, "draw_card", lambda *args: drawn.append(args) or original(*args))

    replies = [browser.get(TALK) for _ in range(3)]

    assert {reply.status_code for reply in replies} == {200}
    assert [args[:2] for args in drawn] == [("On tides", ("Ada, Bob", "Tides", drawn[0][1][2]))]


def test_too_many_cards_at_once_are_refused(browser, talk, folder, monkeypatch):
    limit = ConcurrencyLimit("images", max_running=1, max_waiting=0, max_wait_s=0)
    monkeypatch.setattr(cards, "DRAWING", limit)

    with limit:
        refused = browser.get(TALK)

    assert (refused.status_code, folder.exists()) == (503, False)
    assert browser.get(TALK).status_code == 200


def test_cards_of_what_visitors_may_not_see_are_not_found(browser, session, event, talk, folder):
    pending = make_pending_event(session, "Waiting", slug="waiting")
    make_talk(session, pending, "Early", slug="early")
    make_event(session, "Closed", slug="closed", is_active=False)
    make_talk(session, event, "Gone", slug="gone", is_active=False)
    paths = ("waiting", "waiting/early", "closed", "tides/gone", "tides/none", "none", "tides/%00", "%00")

    assert {browser.get(f"/event/{path}/card.png").status_code for path in paths} == {404}
    assert not folder.exists()


def test_a_talk_without_a_page_below_its_event_has_no_card(browser, session, event):
    make_talk(session, event, "Odd", slug="mine", stub="odd01")

    page = browser.get("/talk/odd01").text

    assert re.search(r'og:image" content="[^"]*/logo\.png"', page)
    assert 'name="twitter:card" content="summary"' in page


def test_old_files_are_deleted(browser, talk, folder, app):
    browser.get(TALK)
    browser.get("/event/tides/card.png")
    old, recent = sorted(folder.iterdir())
    now = utc_now()
    os.utime(old, times=((now - dt.timedelta(days=31)).timestamp(),) * 2)

    purge_cards(app.config["MEDIA_DIR"], now)

    assert list(folder.iterdir()) == [recent]
    assert browser.get(TALK).status_code == 200


def test_purging_needs_no_folder(tmp_path):
    purge_cards(str(tmp_path / "none"), utc_now())
