"""RSS 2.0: items as Gancio's contract has them (section 12.1), and those of this server's own feeds."""

from email.utils import format_datetime

from joindin.representations.feeds.event_texts import (
    FeedHead,
    body_html,
    cdata,
    description_html,
    entry_id,
    online_address,
    place_text,
    titled,
    when_text,
    xml_text,
)
from joindin.representations.gancio.events import created_at, represent_event_place, updated_at
from joindin.representations.links import Links
from joindin.utils.datetimes import get_timezone, iso_local
from joindin.utils.images.media_types import media_type_of

CONTENT_TYPE = "application/rss+xml; charset=utf-8"
END = "</channel></rss>"

NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "ev": "http://purl.org/rss/1.0/modules/event/",
    "georss": "http://www.georss.org/georss",
}


def represent_head(head: FeedHead) -> str:
    namespaces = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
    return "".join(
        [
            '<?xml version="1.0" encoding="utf-8"?>\n',
            f'<rss version="2.0"{namespaces}><channel>',
            f'<atom:link href="{xml_text(head.address)}" rel="self" type="application/rss+xml"/>',
            *(f'<atom:link href="{xml_text(href)}" rel="{relation}"/>' for relation, href in head.pages.items()),
            f"<title>{xml_text(head.title)}</title>",
            f"<link>{xml_text(head.page)}</link>",
            f"<description>{xml_text(head.description)}</description>",
            f"<lastBuildDate>{_date(head.updated_at)}</lastBuildDate>" if head.updated_at else "",
        ]
    )


def represent_gancio_item(event, links: Links, timezone: str) -> str:
    """Return the item of Gancio's feeds; ``timezone`` is that of the site."""
    page, day = links.canonical_event_page(event), event.starts_at.astimezone(get_timezone(timezone)).date()
    place = represent_event_place(event)["name"]
    return "".join(
        [
            f"<item>{_enclosure(event, links)}",
            f"<title>{xml_text(f'[{day}] {event.name} @ {place}')}</title>",
            f"<link>{xml_text(page)}</link>",
            _categories(event),
            f"<description>{cdata(_gancio_description(event, links, timezone))}</description>",
            f"<pubDate>{_date(updated_at(event))}</pubDate>",
            f"<guid>{xml_text(page)}</guid></item>",
        ]
    )


def represent_item(event, links: Links) -> str:
    page = links.canonical_event_page(event)
    return "".join(
        [
            f"<item><title>{xml_text(titled(event))}</title>",
            f"<link>{xml_text(page)}</link>",
            f'<guid isPermaLink="false">{xml_text(entry_id(event, links))}</guid>',
            f"<pubDate>{_date(created_at(event))}</pubDate>",
            f"<atom:updated>{iso_local(updated_at(event), 'UTC')}</atom:updated>",
            _categories(event),
            _enclosure(event, links),
            f"<description>{cdata(body_html(event, links))}</description>",
            f"<ev:startdate>{iso_local(event.starts_at, event.timezone)}</ev:startdate>",
            f"<ev:enddate>{iso_local(event.ends_at, event.timezone)}</ev:enddate>" if event.is_end_known else "",
            f"<ev:location>{xml_text(place_text(event))}</ev:location>",
            geo_point(event),
            "</item>",
        ]
    )


def geo_point(event) -> str:
    """Return the element of GeoRSS with the coordinates, if they are known."""
    if event.latitude is None or event.longitude is None:
        return ""
    return f"<georss:point>{event.latitude:.6f} {event.longitude:.6f}</georss:point>"


def _gancio_description(event, links, timezone):
    address = online_address(event)
    where = xml_text(place_text(event))
    if address:
        where = f'{where} - <a href="{xml_text(address)}">{xml_text(address)}</a>'
    image = ""
    if event.flyer is not None:
        alt_text = xml_text(event.flyer.alt_text or event.name)
        image = f'<img alt="{alt_text}" src="{xml_text(links.flyer(event.flyer.file))}"/>'
    return (
        f"<h3>{xml_text(event.name)}</h3><strong>{where}</strong><br/><small>({when_text(event, timezone)})</small><br/>"
        f"{image}{description_html(event, links)}"
    )


def _categories(event):
    return "".join(f"<category>{xml_text(tag)}</category>" for tag in event.tags)


def _enclosure(event, links):
    if event.flyer is None:
        return ""
    address = xml_text(links.flyer(event.flyer.file))
    return f'<enclosure url="{address}" type="{media_type_of(event.flyer.file)}" length="{event.flyer.byte_size}"/>'


def _date(at):
    return format_datetime(at, usegmt=True)
