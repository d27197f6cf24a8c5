"""JSON Feed 1.1 (jsonfeed.org). The times and the place of an event are in the extension ``_event``."""

import orjson

from joindin.representations.feeds.event_texts import FeedHead, body_html, entry_id, place_text, titled
from joindin.representations.gancio.events import created_at, updated_at
from joindin.representations.links import Links
from joindin.utils.datetimes import iso_local

CONTENT_TYPE = "application/feed+json; charset=utf-8"
END = "]}"


def represent_head(head: FeedHead) -> str:
    """Return the beginning of the feed up to its items."""
    properties = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": head.title,
        "home_page_url": head.page,
        "feed_url": head.address,
        **({"description": head.description} if head.description else {}),
        **({"next_url": head.pages["next"]} if "next" in head.pages else {}),
    }
    return f'{orjson.dumps(properties).decode()[:-1]},"items":['


def represent_item(event, links: Links) -> dict:
    image = {"image": links.flyer(event.flyer.file)} if event.flyer is not None else {}
    return {
        "id": entry_id(event, links),
        "url": links.canonical_event_page(event),
        "title": titled(event),
        "content_html": body_html(event, links),
        **image,
        "date_published": iso_local(created_at(event), "UTC"),
        "date_modified": iso_local(updated_at(event), "UTC"),
        "tags": event.tags,
        "_event": {
            "starts_at": iso_local(event.starts_at, event.timezone),
            "ends_at": iso_local(event.ends_at, event.timezone) if event.is_end_known else None,
            "timezone": event.timezone,
            "state": event.state,
            "location": place_text(event),
            "latitude": event.latitude,
            "longitude": event.longitude,
        },
    }
