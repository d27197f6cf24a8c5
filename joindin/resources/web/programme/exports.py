"""The programme of an event for other programs: frab's XML and the JSON of the c3voc (see docs/feeds.md)."""

from functools import partial
from hashlib import sha1
from importlib.metadata import version

from flask import Response, current_app
from werkzeug.http import http_date

from joindin.extensions import reader
from joindin.http.conditional import FEED
from joindin.http.feeds.identity import with_identity
from joindin.http.feeds.responses import is_current
from joindin.http.security_headers import vary_by_encoding_only
from joindin.performance.caching.fragment_cache import dump_compact
from joindin.queries.programme.event_programme import find_event_image, load_programme
from joindin.representations.programme import frab_xml, schedule_json
from joindin.representations.programme.export import ProgrammeExport
from joindin.resources.web.public.event_frame import with_event
from joindin.resources.web.public.pages import blp, website_links

VERSION = version("joindin")
# Part of every entity tag; it moves when a format is written otherwise.
RENDERER_VERSION = 2

# By the end of the address: content type and representation.
FORMATS = {
    "xml": (frab_xml.CONTENT_TYPE, frab_xml.represent_frab_xml),
    "json": (schedule_json.CONTENT_TYPE, schedule_json.represent_schedule_json),
    "v2.json": (schedule_json.CONTENT_TYPE, schedule_json.represent_schedule_json_2),
}


@with_event
def export_schedule(event, ending):
    """Return the programme. The entity tag is known before anything is rendered, and moves with the programme and the installation alone."""
    content_type, _ = FORMATS[ending]
    links, changed_at = with_identity(website_links()), event.programme_changed_at
    installation = sha1(repr((links, VERSION, RENDERER_VERSION)).encode(), usedforsecurity=False).hexdigest()
    etag = f'"{ending}-{event.programme_version}-{installation[:12]}"'
    headers = [("Cache-Control", FEED), ("Access-Control-Allow-Origin", "*"), ("ETag", etag)]
    vary_by_encoding_only()
    if changed_at is not None:
        headers.append(("Last-Modified", http_date(changed_at)))
    if is_current(etag, changed_at):
        return Response(status=304, headers=headers)
    return Response(_cached_document(event, ending, links), headers=headers, content_type=content_type)


for _ending in FORMATS:
    _name = f"export_schedule_{_ending.replace('.', '_')}"
    blp.add_url_rule(f"/event/<slug>/schedule.{_ending}", _name, partial(export_schedule, ending=_ending))


def _cached_document(event, ending, links):
    cache = current_app.extensions["fragment_cache"]
    key = ("programme", ending, event.id, event.programme_version, links)
    document = cache.get(key)
    if document is None:
        _, represent = FORMATS[ending]
        talks, rooms = load_programme(reader(), event.id)
        address = f"{links.event_page(event.slug)}/schedule.{ending}"
        image = find_event_image(reader(), event.id)
        written = represent(ProgrammeExport(event, talks, rooms, image, links, address), VERSION)
        document = written.encode() if isinstance(written, str) else dump_compact(written)
        cache.put(key, document, len(document))
    return document
