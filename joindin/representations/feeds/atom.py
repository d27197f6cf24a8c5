"""Atom 1.0 (RFC 4287)."""

import datetime as dt

from joindin.representations.feeds.event_texts import FeedHead, body_html, entry_id, titled, xml_text
from joindin.representations.feeds.rss import geo_point
from joindin.representations.gancio.events import created_at, updated_at
from joindin.representations.links import Links
from joindin.utils.datetimes import UTC, iso_local
from joindin.utils.images.media_types import media_type_of

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
END = "</feed>"

# The time of a feed that never had an entry; the element is required.
NEVER = dt.datetime(1970, 1, 1, tzinfo=UTC)


def represent_head(head: FeedHead) -> str:
    address = xml_text(head.address)
    return "".join(
        [
            '<?xml version="1.0" encoding="utf-8"?>\n',
            '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:georss="http://www.georss.org/georss">',
            f"<id>{address}</id>",
            f"<title>{xml_text(head.title)}</title>",
            f"<subtitle>{xml_text(head.description)}</subtitle>" if head.description else "",
            f"<updated>{_date(head.updated_at or NEVER)}</updated>",
            f'<link rel="self" type="application/atom+xml" href="{address}"/>',
            f'<link rel="alternate" type="text/html" href="{xml_text(head.page)}"/>',
            *(f'<link rel="{relation}" href="{xml_text(href)}"/>' for relation, href in head.pages.items()),
            f"<author><name>{xml_text(head.title)}</name></author>",
        ]
    )


def represent_entry(event, links: Links) -> str:
    return "".join(
        [
            f"<entry><id>{xml_text(entry_id(event, links))}</id>",
            f"<title>{xml_text(titled(event))}</title>",
            f'<link rel="alternate" type="text/html" href="{xml_text(links.canonical_event_page(event))}"/>',
            _enclosure(event, links),
            f"<published>{_date(created_at(event))}</published>",
            f"<updated>{_date(updated_at(event))}</updated>",
            *(f'<category term="{xml_text(tag)}"/>' for tag in event.tags),
            f'<content type="html">{xml_text(body_html(event, links))}</content>',
            geo_point(event),
            "</entry>",
        ]
    )


def _enclosure(event, links):
    if event.flyer is None:
        return ""
    address = xml_text(links.flyer(event.flyer.file))
    return f'<link rel="enclosure" type="{media_type_of(event.flyer.file)}" length="{event.flyer.byte_size}" href="{address}"/>'


def _date(at):
    return iso_local(at, "UTC")
