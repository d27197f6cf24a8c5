"""Reads of events: the list, one event, own and pending ones (contract, sections 6.1, 6.2, 6.6)."""

from itertools import chain

import orjson
from flask import Blueprint, Response, current_app

from joindin.errors import Forbidden, InvalidInput, NotFound
from joindin.extensions import reader
from joindin.http.feeds.identity import with_identity
from joindin.http.request_identity import get_caller
from joindin.performance.caching.fragment_cache import render_cached
from joindin.permissions import can_moderate_agenda, is_host
from joindin.queries.agenda.agenda_events import (
    find_agenda_event,
    find_detailed_agenda_event,
    list_own_events,
    list_pending_agenda_events,
    load_agenda_event_records,
)
from joindin.queries.agenda.agenda_lists import CHUNK_SIZE, AgendaFilter, Choice, list_agenda
from joindin.queries.agenda.collections import find_collection_choices
from joindin.queries.agenda.list_settings import load_list_settings, parse_list_settings
from joindin.queries.agenda.moderation_messages import count_messages, list_messages
from joindin.queries.agenda.places import find_place_ids, search_places
from joindin.queries.agenda.site_settings import load_site_settings
from joindin.queries.agenda.tags import find_tag_ids, search_tags
from joindin.representations.feeds.icalendar import CONTENT_TYPE as CALENDAR_TYPE
from joindin.representations.feeds.icalendar import represent_event_calendar
from joindin.representations.gancio.events import (
    represent_event_detail,
    represent_listed_event,
    represent_own_event,
    represent_queued_event,
)
from joindin.representations.gancio.moderation_messages import represent_message
from joindin.representations.gancio.places import represent_labelled_place
from joindin.representations.gancio.tags import represent_labelled_tag
from joindin.resources.gancio.authentication import require_user, requires
from joindin.resources.gancio.event_lists import ListQuery, collection_response, list_response, render_rows
from joindin.resources.gancio.links import links
from joindin.resources.gancio.query_params import read_flag, read_text
from joindin.resources.gancio.responses import json_array, read_response, streamed_response
from joindin.utils.datetimes import utc_now
from joindin.utils.text import MAX_SEARCH_PATTERN_LENGTH

# Names of calls below /api/event, which no slug stands for there.
RESERVED_NAMES = {
    "assign_to_author", "confirm", "detail", "disable_author", "import", "messages", "meta", "mine", "unconfirm",
    "unconfirmed",
}  # fmt: skip
MAX_META_RESULTS = 10

blp = Blueprint("gancio_events", __name__, url_prefix="/api")


@blp.get("/events", strict_slashes=True)
def list_events():
    """List events that have not ended, by start; with a collection as home page those of the collection."""
    now, connection = utc_now(), reader()
    try:
        query = ListQuery.read()
    except ValueError:
        return read_response(b"[]")
    conditions = query.window.times(now, is_search=query.text is not None)
    if query.tags or query.places:
        tag_ids = find_tag_ids(connection, query.tags) if query.tags else None
        conditions["any_of"] = (Choice(tag_ids, find_place_ids(connection, query.places) if query.places else None),)
    if query.text is not None:
        conditions["text"] = query.text[:MAX_SEARCH_PATTERN_LENGTH]
        conditions["text_tag_ids"] = find_tag_ids(connection, [query.text])
    agenda_filter, chunks, home = _list_by_settings(query, conditions)
    if (choices := find_collection_choices(connection, home)) is not None:
        return collection_response(choices, AgendaFilter(with_occurrences=agenda_filter.with_occurrences), now=now)
    begins_now = query.window.start is None and query.text is None
    return list_response(agenda_filter, chunks, query.slice, represent_listed_event, begins_now=begins_now)


def _list_by_settings(query, conditions):
    """Return the filter with what the settings say, its list, and the name of the collection to show if there is one.

    The settings are assumed to be as this process last read them. If they are not, the list is read again.
    """
    extensions, connection = current_app.extensions, reader()
    has_home = not (query.tags or query.places or query.text)
    while True:
        assumed = extensions.get("list_settings")
        settings = parse_list_settings(assumed)
        agenda_filter = AgendaFilter(
            with_multidate=settings["allow_multidate_event"] and query.shows_multidate,
            with_occurrences=_shows_occurrences(settings, query.shows_occurrences),
            is_latest_first=query.is_latest_first,
            **conditions,
        )
        chunks = list_agenda(
            connection, agenda_filter, offset=query.slice.offset, limit=query.slice.limit, with_settings=True
        )
        home = settings["collection_in_home"] if has_home else None
        first = None if home else next(chunks, None)
        current = first[0].settings if first else load_list_settings(connection)
        if current == assumed:
            return agenda_filter, chain([first] if first else [], chunks), home
        extensions["list_settings"] = current


def shows_occurrences(settings: dict) -> bool:
    """Return whether the list has the occurrences of series, by the request and the settings of the site."""
    return _shows_occurrences(settings, read_flag("show_recurrent", None))


def _shows_occurrences(settings, requested):
    default = settings["recurrent_event_visible"]
    return settings["allow_recurrent_event"] and (default if requested is None else requested)


@blp.get("/event/detail/<slug>", strict_slashes=True)
def show_event(slug):
    """Show an event by slug or id, as a calendar if the name ends with ``.ics``."""
    user, connection = get_caller().user, reader()
    name, form = _split_form(slug)
    if form == "ics":
        return _calendar_response(connection, find_detailed_agenda_event(connection, name, user)[0])
    key, viewer = find_detailed_agenda_event(connection, name, user)
    is_moderator, message_count = can_moderate_agenda(viewer), 0
    if is_moderator or is_host(viewer, key):
        message_count = count_messages(connection, [key.id], for_author=not is_moderator).get(key.id, 0)
    context = "gancio event detail", is_host(viewer, key), message_count, key.next_slug, key.previous_slug
    fragments = render_cached(
        current_app.extensions["fragment_cache"],
        [key],
        lambda event: (event.id, event.version, event.parent_version, event.owner_is_active, context),
        lambda ids: load_agenda_event_records(connection, ids),
        lambda event: represent_event_detail(
            event, viewer, next_slug=key.next_slug, previous_slug=key.previous_slug, message_count=message_count
        ),
    )
    if not fragments:
        raise NotFound("Not Found")
    return read_response(fragments[0])


def _calendar_response(connection, key):
    site = with_identity(links())
    fragments = render_cached(
        current_app.extensions["fragment_cache"],
        [key],
        lambda event: (
            "gancio event calendar",
            site.website,
            site.identity,
            event.id,
            event.version,
            event.parent_version,
        ),
        lambda ids: load_agenda_event_records(connection, ids),
        lambda event: represent_event_calendar(event, site),
    )
    if not fragments:
        raise NotFound("Not Found")
    return read_response(fragments[0], CALENDAR_TYPE)


@blp.get("/event/<slug>", strict_slashes=True)
def show_event_at_old_address(slug):
    """Show an event at the address that Gancio had before 1.6.3."""
    if _split_form(slug)[0] in RESERVED_NAMES:
        raise NotFound("Not Found")
    return show_event(slug)


@blp.get("/events/mine", strict_slashes=True)
def list_mine():
    """List the caller's events that have not ended, hidden ones included, and their series."""
    keys = list_own_events(reader(), require_user().id, utc_now())
    chunks = (keys[start : start + CHUNK_SIZE] for start in range(0, len(keys), CHUNK_SIZE))
    return streamed_response(json_array(render_rows(chunk, represent_own_event) for chunk in chunks))


@blp.get("/event/unconfirmed", strict_slashes=True)
@requires(can_moderate_agenda)
def list_unconfirmed():
    """List the events that wait for approval, coming and past ones apart."""
    connection, now = reader(), utc_now()
    pending = list_pending_agenda_events(connection)
    ids = [event.id for event in pending]
    records, messages = load_agenda_event_records(connection, ids), count_messages(connection, ids)
    events, old_events = [], []
    for event_id in ids:
        if (event := records.get(event_id)) is not None:
            group = events if event.starts_at >= now else old_events
            group.append(represent_queued_event(event, messages.get(event_id, 0)))
    return read_response(orjson.dumps({"events": events, "oldEvents": old_events}))


@blp.get("/event/meta", strict_slashes=True)
def search_places_and_tags():
    """Search places and tags together, the most used first."""
    search, connection = read_text("search"), reader()
    found = [
        *map(represent_labelled_place, search_places(connection, search)),
        *map(represent_labelled_tag, search_tags(connection, search)),
    ]
    found.sort(key=lambda each: -each["w"])
    return read_response(orjson.dumps(found[:MAX_META_RESULTS]))


@blp.get("/event/messages/<row_id:event_id>", strict_slashes=True)
def list_event_messages(event_id) -> Response:
    """List the messages about an event: all to moderators, those meant for authors to hosts."""
    user, connection = require_user(), reader()
    key, viewer = find_agenda_event(connection, event_id, user)
    if not load_site_settings(connection)["enable_moderation"]:
        raise Forbidden("Forbidden")
    is_moderator = can_moderate_agenda(viewer)
    if not (is_moderator or is_host(viewer, key)):
        raise InvalidInput("Bad Request")
    messages = list_messages(connection, key.id, for_author=not is_moderator)
    return read_response(orjson.dumps([represent_message(message) for message in messages]))


def _split_form(name):
    """Return the name without the suffix of a form, and the form."""
    for form in ("json", "ics"):
        if name.endswith(f".{form}"):
            return name.removesuffix(f".{form}"), form
    return name, "json"
