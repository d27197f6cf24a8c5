"""Facts in answers that are not JSON, in the form in which they were captured."""

import io
import re
from html import unescape

import feedparser
import icalendar
from PIL import Image


def read_body(reply):
    """Return the body: JSON, text, or facts of an image, a feed or a calendar."""
    kind = reply.content_type.partition(";")[0]
    if kind.endswith("json"):
        return reply.get_json(silent=True)
    if kind.startswith("image/"):
        image = Image.open(io.BytesIO(reply.data))
        return {"format": image.format, "width": image.width, "height": image.height}
    if kind == "application/rss+xml":
        return feed_facts(reply.data)
    if kind == "text/calendar":
        return calendar_facts(reply.data)
    return reply.get_data(as_text=True)


def feed_facts(data):
    feed = feedparser.parse(data)
    channel = feed.feed
    links = [link.href for link in channel.get("links", []) if link.rel == "self"]
    return {
        "wellformed": not feed.bozo,
        "version": feed.version,
        "channel": {
            "title": channel.get("title"),
            "link": channel.get("link"),
            "description": channel.get("subtitle"),
            "self": links[0] if links else None,
        },
        "items": [_item_facts(entry) for entry in feed.entries],
    }


def _item_facts(entry):
    summary = entry.get("summary", "")
    return {
        "title": entry.get("title"),
        "link": entry.get("link"),
        "guid": entry.get("id"),
        "categories": sorted(tag.term for tag in entry.get("tags", [])),
        "enclosures": [
            {"url": each.href, "type": each.type} for each in entry.get("links", []) if each.rel == "enclosure"
        ],
        "text": single_line(re.sub(r"<[^>]*>", " ", summary)),
        "image": "<img" in summary,
        "dated": entry.get("published_parsed") is not None,
    }


def calendar_facts(data):
    calendar = icalendar.Calendar.from_ical(data)
    return {
        "calendar": {name: str(value) for name, value in calendar.items()},
        "events": [_event_facts(event) for event in calendar.walk("VEVENT")],
    }


def _event_facts(event):
    facts = {
        "uid": str(event["UID"]),
        "summary": str(event["SUMMARY"]),
        "start": int(event.decoded("DTSTART").timestamp()),
        "url": str(event.get("URL", "")),
        "location": str(event.get("LOCATION", "")),
        "status": str(event.get("STATUS", "")),
        "stamped": "DTSTAMP" in event,
        "description": " ".join(str(event.get("DESCRIPTION", "")).split()),
        "html": str(event.get("X-ALT-DESC", "")),
        "categories": sorted(event.categories),
    }
    if "DTEND" in event:
        facts["end"] = int(event.decoded("DTEND").timestamp())
    if "GEO" in event:
        facts["geo"] = [float(number) for number in event["GEO"].to_ical().split(";")]
    if alarms := event.walk("VALARM"):
        facts["alarms"] = [
            {"action": str(each["ACTION"]), "before_s": -each.decoded("TRIGGER").total_seconds()} for each in alarms
        ]
    return facts


def single_line(text: str) -> str:
    return re.sub(r"\s+", " ", unescape(text)).strip()
