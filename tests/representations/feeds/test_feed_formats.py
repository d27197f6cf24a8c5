"""RSS, Atom and JSON Feed are valid for any text."""

import datetime as dt
import re
from types import SimpleNamespace
from xml.etree import ElementTree

import feedparser
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from joindin.representations.feeds import atom, json_feed, rss
from joindin.representations.feeds.event_texts import INVALID_IN_XML, FeedHead, period_text
from joindin.representations.links import Links
from joindin.utils.datetimes import UTC
from tests.representations.feeds.test_icalendar import LINKS, STARTS_AT, agenda_event

ATOM = "{http://www.w3.org/2005/Atom}"
ANY_TEXT = st.text(st.characters(), max_size=200)


def head(**fields):
    defaults = {"title": "T", "description": "D", "address": "http://x/y", "page": "http://x", "updated_at": None}
    return FeedHead(**defaults | fields)


def shown(text):
    """Return the text as XML gives it back."""
    return re.sub("\r\n?", "\n", INVALID_IN_XML.sub("", text))


@given(text=ANY_TEXT)
def test_any_text_gives_valid_feeds(text):
    event = agenda_event(
        name=text,
        description=text,
        description_html=None,
        location=text,
        place=None,
        tags=[text],
        flyer=SimpleNamespace(file="a.jpg", byte_size=5, alt_text=text),
        online_locations=[text],
    )
    own, gancio = (
        ElementTree.fromstring(rss.represent_head(head(title=text, description=text)) + item + rss.END)
        for item in (rss.represent_item(event, LINKS), rss.represent_gancio_item(event, LINKS, "Europe/Rome"))
    )
    feed = ElementTree.fromstring(atom.represent_head(head(title=text)) + atom.represent_entry(event, LINKS) + atom.END)
    assert (own.findtext("channel/title") or "") == (own.findtext("channel/item/title") or "") == shown(text)
    assert own.findtext("channel/item/category") == gancio.findtext("channel/item/category") == shown(text)
    assert gancio.findtext("channel/item/title") == f"[2033-03-27] {shown(text)} @ {shown(text)}"
    assert (feed.findtext(f"{ATOM}entry/{ATOM}title") or "") == shown(text)
    attribute = re.sub("[\n\t]", " ", shown(text))
    assert feed.find(f"{ATOM}entry/{ATOM}category").get("term") == attribute


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_text_gives_valid_json(text):
    event = agenda_event(name=text, description=text, tags=[text])
    item = orjson.dumps(json_feed.represent_item(event, LINKS)).decode()
    feed = orjson.loads(json_feed.represent_head(head(title=text)) + item + json_feed.END)
    assert (feed["title"], feed["items"][0]["title"], feed["items"][0]["tags"]) == (text, text, [text])


@pytest.mark.parametrize(
    ("href", "absolute"),
    [
        ("/about", "https://web.example:8443/about"),
        ("x", "https://web.example:8443/event/x"),
        ("#a", "https://web.example:8443/event/party#a"),
        ("?a=1&amp;b=2", "https://web.example:8443/event/party?a=1&amp;b=2"),
        ("https://other.example/?a=1&amp;b", "https://other.example/?a=1&amp;b"),
        ("mailto:a@b.example", "mailto:a@b.example"),
        ("http://[x", "https://web.example:8443/event/party"),
    ],
)
def test_addresses_in_descriptions_are_absolute(href, absolute):
    event = agenda_event(description_html=f'<a target="_blank" href="{href}">x</a>')
    html = json_feed.represent_item(event, LINKS)["content_html"]
    assert html.endswith(f'<a target="_blank" href="{absolute}">x</a>')


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "Sunday, 27 March 2033 20:00 – 22:00 (Europe/Rome)"),
        ({"is_end_known": False}, "Sunday, 27 March 2033 20:00 (Europe/Rome)"),
        ({"timezone": None}, "Sunday, 27 March 2033 18:00 – 20:00 (UTC)"),
        (
            {"ends_at": STARTS_AT + dt.timedelta(days=1)},
            "Sunday, 27 March 2033 20:00 – Monday, 28 March 2033 20:00 (Europe/Rome)",
        ),
        (
            {"starts_at": dt.datetime(2, 1, 1, tzinfo=UTC), "timezone": "UTC"},
            "Tuesday, 1 January 0002 00:00 – 02:00 (UTC)",
        ),
    ],
)
def test_period(fields, text):
    assert period_text(agenda_event(**fields)) == text


def test_identifier_has_the_year_of_submission_and_no_port():
    event = agenda_event()
    assert json_feed.represent_item(event, LINKS)["id"] == "tag:web.example,2032:event/7"
    assert json_feed.represent_item(event, Links("", "http://web.example"))["id"] == "tag:web.example,2032:event/7"


def test_dates_are_those_of_the_protocol():
    feed = feedparser.parse(rss.represent_head(head(updated_at=STARTS_AT)) + rss.END)
    assert feed.feed.updated == "Sun, 27 Mar 2033 18:00:00 GMT"
    text = atom.represent_head(head()) + atom.END
    assert "<updated>1970-01-01T00:00:00+00:00</updated>" in text
