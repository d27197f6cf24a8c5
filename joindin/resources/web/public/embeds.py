"""Pages for frames on other web sites: the card of one event, and a list of coming events (Gancio contract, section 13)."""

import datetime as dt

from flask import Response, request

from joindin.errors import NotFound
from joindin.extensions import reader
from joindin.http.security_headers import allow_frames
from joindin.queries.agenda.agenda_events import find_agenda_event, load_agenda_event_records
from joindin.queries.agenda.agenda_lists import AgendaFilter, Choice, list_agenda
from joindin.queries.agenda.collections import find_collection_choices, load_collection_choices
from joindin.queries.agenda.places import find_place_ids
from joindin.queries.agenda.site_settings import load_site_settings
from joindin.queries.agenda.tags import find_tag_ids
from joindin.queries.event_settings import load_event_settings
from joindin.resources.web.public.event_lists import MAX_AGE
from joindin.resources.web.public.pages import blp, printable_or_not_found, public_page, website_links
from joindin.utils.datetimes import utc_now
from joindin.utils.text import parse_id, strip_control_chars, to_single_line

MAX_EVENTS = 100
# Events stay in the list for a day after their start, as in exports.
RETENTION = dt.timedelta(hours=24)
THEMES = ("dark", "light")


@blp.get("/embed/<rest:slug>")
def embedded_event(slug):
    """Show the card of an event by slug or id."""
    key, _ = find_agenda_event(reader(), printable_or_not_found(slug), None)
    event = load_agenda_event_records(reader(), [key.id]).get(key.id)
    if event is None:
        raise NotFound("Event not found")
    if not load_event_settings(reader(), event.id).is_embed_allowed:
        raise NotFound("Event not found")
    return frame_page("web/embed_event.html", event=event)


@blp.get("/embed/list")
def embedded_list():
    """Show the coming events, or those with a tag, at a place or in a collection."""
    connection, settings = reader(), load_site_settings(reader())
    tags, places = _read_texts("tags"), _read_texts("places")
    shown = AgendaFilter(
        since=utc_now() - RETENTION,
        with_occurrences=settings["allow_recurrent_event"]
        and _read_flag("show_recurrent", settings["recurrent_event_visible"]),
        **_choices(connection, settings, tags, places),
    )
    limit = min(parse_id(request.args.get("max", "")) or MAX_EVENTS, MAX_EVENTS)
    keys = [key for chunk in list_agenda(connection, shown, limit=limit) for key in chunk]
    records = load_agenda_event_records(connection, [key.id for key in keys])
    return frame_page(
        "web/embed_list.html",
        title=to_single_line(request.args.get("title", ""))[:200] or settings["title"],
        events=[records[key.id] for key in keys if key.id in records],
    )


def _choices(connection, settings, tags, places):
    """Return the choices of the request; without any, those of the collection of the home page, if there is one."""
    if collection := strip_control_chars(request.args.get("collection", "")):
        choices = load_collection_choices(connection, collection)
    elif not (tags or places):
        choices = find_collection_choices(connection, settings["collection_in_home"])
    else:
        choices = None
    if choices is not None:
        any_of, none_of = choices
        return {"any_of": any_of, "none_of": none_of}
    tag_ids = find_tag_ids(connection, tags) if tags else None
    place_ids = find_place_ids(connection, places) if places else None
    return {"any_of": (Choice(tag_ids, place_ids),) if tags or places else None}


def frame_page(template: str, *, expires_at: dt.datetime | None = None, **variables) -> Response:
    """Render a page that other sites may show in a frame. It may be cached for a minute, and at most until ``expires_at``."""
    allow_frames()
    latest = utc_now() + MAX_AGE
    theme = request.args.get("theme")
    return public_page(
        template,
        None,
        expires_at=min(expires_at or latest, latest),
        links=website_links(),
        theme=theme if theme in THEMES else None,
        **variables,
    )


def _read_texts(name):
    values = [*request.args.getlist(name), *request.args.getlist(f"{name}[]")]
    parts = [strip_control_chars(part).strip() for value in values for part in value.split(",")]
    return [part for part in parts if part]


def _read_flag(name, default):
    value = request.args.get(name, "").strip().lower()
    return value in ("true", "1") if value else default
