"""oEmbed: the frame of an event, a talk or a person, for programs that know the address of its page (oembed.com, site 9)."""

from dataclasses import replace
from html import escape
from urllib.parse import unquote, urlsplit

from flask import Response, jsonify, request
from werkzeug.exceptions import NotImplemented as NotImplementedOnServer

from joindin.errors import NotFound
from joindin.extensions import db, reader, site_name
from joindin.http.pages.template_formatting import display_name
from joindin.http.security_headers import vary_by_encoding_only
from joindin.models import Event
from joindin.queries.event_settings import load_event_settings
from joindin.queries.events import find_event_by_slug
from joindin.queries.talk_records import find_talk_record_by_slug, find_talk_record_by_stub
from joindin.representations.embed_snippets import EmbedSnippet, event_snippets, talk_snippet, user_snippet
from joindin.resources.web.public.pages import blp, on_canonical_host, printable_or_not_found, website_links
from joindin.resources.web.public.users import find_active_user
from joindin.utils.text import parse_id

JSON, XML = FORMATS = ("json", "xml")
MAX_WIDTH = 600


@blp.get("/oembed")
@on_canonical_host
def oembed():
    """Describe the frame of the page at ``url``. Other addresses than those of frames are not found."""
    chosen_format = request.args.get("format", JSON)
    if chosen_format not in FORMATS:
        raise NotImplementedOnServer
    document = _represent(_find_snippet(request.args.get("url", "")))
    response = jsonify(document) if chosen_format == JSON else _xml_response(document)
    vary_by_encoding_only()
    response.cache_control.no_cache, response.cache_control.public = True, True
    response.add_etag()
    return response.make_conditional(request)


def _represent(snippet):
    width, height = MAX_WIDTH, snippet.height
    width = min(parse_id(request.args.get("maxwidth", "")) or width, width)
    height = min(parse_id(request.args.get("maxheight", "")) or height, height)
    links = website_links()
    return {
        "type": "rich",
        "version": "1.0",
        "title": snippet.title,
        "provider_name": site_name(),
        "provider_url": f"{links.website}/",
        "html": replace(snippet, height=height).html,
        "width": width,
        "height": height,
    }


def _find_snippet(address) -> EmbedSnippet:
    """:raises NotFound: if the page is none of an event, a talk or a person, or its hosts do not allow frames."""
    try:
        parts = urlsplit(printable_or_not_found(address))
    except ValueError:
        raise NotFound("Page not found") from None
    links = website_links()
    if parts.scheme not in ("http", "https") or parts.netloc != urlsplit(links.website).netloc:
        raise NotFound("Page not found")
    match [printable_or_not_found(unquote(part)) for part in parts.path.split("/")]:
        case ["", "event", slug]:
            event = _allowed(find_event_by_slug(db.session, slug, ()))
            return event_snippets(event, links)[0]
        case ["", "event", slug, talk_slug]:
            event = _allowed(find_event_by_slug(db.session, slug, ()))
            return talk_snippet(event, find_talk_record_by_slug(reader(), event.id, talk_slug), links)
        case ["", "talk", stub]:
            talk = find_talk_record_by_stub(reader(), stub)
            return talk_snippet(_allowed(db.session.get_one(Event, talk.event_id)), talk, links)
        case ["", "user", username]:
            user = find_active_user(username)
            return user_snippet(display_name(user), user.username, links)
    raise NotFound("Page not found")


def _allowed(event):
    if not load_event_settings(reader(), event.id).is_embed_allowed:
        raise NotFound("Event not found")
    return event


def _xml_response(document):
    elements = "".join(f"<{name}>{escape(str(value), quote=False)}</{name}>" for name, value in document.items())
    text = f'<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<oembed>{elements}</oembed>\n'
    return Response(text, mimetype="text/xml")
