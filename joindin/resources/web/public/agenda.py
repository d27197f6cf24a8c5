"""Pages of tags, places and collections: their coming events, then their past ones (Gancio's addresses), and all tags and places."""

from dataclasses import replace
from urllib.parse import quote, urlencode

from flask import Response, request

from joindin.errors import NotFound
from joindin.extensions import reader
from joindin.queries.agenda.agenda_lists import AgendaFilter, Choice
from joindin.queries.agenda.collections import list_collections, load_collection_choices
from joindin.queries.agenda.places import find_place, list_places_alphabetically
from joindin.queries.agenda.tags import find_public_tag, list_tags_alphabetically, search_tags
from joindin.queries.agenda.venue_plans import find_venue_plan_of_place
from joindin.resources.web.public.event_lists import MAX_AGE
from joindin.resources.web.public.event_pages import page_addresses, read_event_page, read_page_position
from joindin.resources.web.public.pages import (
    blp,
    on_canonical_host,
    printable_or_not_found,
    public_page,
    redirect_to_spelling,
    website_links,
)
from joindin.utils.datetimes import utc_now
from joindin.utils.text import fold_case, parse_id

PAGE_SIZE, PAST_SIZE, TAGS_SIZE, PLACES_SIZE = 50, 10, 100, 50
AFTER, BEFORE = "after_", "before_"


@blp.get("/tag")
@on_canonical_host
def tags_page():
    """List the tags of visible events from A to Z, and the most used ones."""
    page = request.args.get("page", AFTER)
    is_backwards = page.startswith(BEFORE)
    if not is_backwards and not page.startswith(AFTER):
        raise NotFound("There is no such page.")
    key = fold_case(printable_or_not_found(page.partition("_")[2]))
    found = list_tags_alphabetically(reader(), key, TAGS_SIZE + 1, is_backwards=is_backwards)
    has_more, tags = len(found) > TAGS_SIZE, found[:TAGS_SIZE]
    tags = tags[::-1] if is_backwards else tags
    has_previous, has_next = (has_more, True) if is_backwards else (bool(key), has_more)
    return public_page(
        "web/tags.html",
        f"{website_links().website}/tag",
        tags=tags,
        most_used=search_tags(reader(), None) if not key else (),
        is_first=not key,
        previous_page=_tags_address(BEFORE, tags[:1]) if has_previous else None,
        next_page=_tags_address(AFTER, tags[-1:]) if has_next else None,
    )


def _tags_address(direction, tags):
    """Return the page beside a tag; the first page without one."""
    return f"/tag?{urlencode({'page': direction + tags[0].spelling_key})}" if tags else "/tag"


@blp.get("/tag/<rest:name>")
@on_canonical_host
def tag_page(name):
    tag = find_public_tag(reader(), printable_or_not_found(name))
    path = f"/tag/{quote(tag.name, safe='')}"
    if name != tag.name:
        return redirect_to_spelling(path)
    return agenda_page(path, f"#{name}", AgendaFilter(any_of=(Choice((tag.id,)),)))


@blp.get("/place")
@on_canonical_host
def places_page():
    """List the places with events that run or are to come, from A to Z."""
    page, now = request.args.get("page"), utc_now()
    is_backwards = page is not None and page.startswith(BEFORE)
    after = ("", 0)
    if page is not None:
        place = find_place(reader(), str(_read_place_id(page)), sees_all=True)
        after = (place.name_key, place.id)
    found = list_places_alphabetically(reader(), after, PLACES_SIZE + 1, now=now, is_backwards=is_backwards)
    has_more, places = len(found) > PLACES_SIZE, found[:PLACES_SIZE]
    places = places[::-1] if is_backwards else places
    has_previous, has_next = (has_more, True) if is_backwards else (page is not None, has_more)
    return public_page(
        "web/places.html",
        f"{website_links().website}/place",
        expires_at=now + MAX_AGE,
        places=places,
        is_first=page is None,
        previous_page=_places_address(BEFORE, places[:1]) if has_previous else None,
        next_page=_places_address(AFTER, places[-1:]) if has_next else None,
    )


def _read_place_id(page):
    """Return the id of the place beside the page; :raises NotFound: if it is none."""
    direction, _, number = page.partition("_")
    place_id = parse_id(number)
    if f"{direction}_" not in (AFTER, BEFORE) or place_id is None:
        raise NotFound("There is no such page.")
    return place_id


def _places_address(direction, places):
    """Return the page beside a place; the first page without one."""
    return f"/place?page={direction}{places[0].id}" if places else "/place"


@blp.get("/place/<rest:name>")
@on_canonical_host
def place_page(name):
    """Show a place by id and name; redirect to there from its id, or its name, alone."""
    name = printable_or_not_found(name)
    first = name.partition("/")[0]
    has_id = first.isascii() and first.isdecimal()
    place = find_place(reader(), first if has_id else name)
    if has_id and name.endswith("/") and name != f"{first}/{place.name}":
        # The slash ends the address.
        raise NotFound("There is no such place.")
    path = f"/place/{place.id}/{quote(place.name, safe='')}"
    if name != f"{place.id}/{place.name}":
        return redirect_to_spelling(path)
    selected = AgendaFilter(any_of=(Choice(None, (place.id,)),))
    return agenda_page(
        path,
        place.name,
        selected,
        feed_path=f"/place/{place.id}",
        place=place,
        plan=find_venue_plan_of_place(reader(), place.id),
    )


@blp.get("/collection/<rest:name>")
@on_canonical_host
def collection_page(name):
    key = fold_case(printable_or_not_found(name))
    names = [each.name for each in list_collections(reader()) if fold_case(each.name) == key]
    if not names:
        raise NotFound("There is no such collection.")
    if name not in names:
        return redirect_to_spelling(f"/collection/{quote(names[0], safe='')}")
    any_of, none_of = load_collection_choices(reader(), name)
    return agenda_page(f"/collection/{quote(name, safe='')}", name, AgendaFilter(any_of=any_of, none_of=none_of))


def agenda_page(
    path: str,
    title: str,
    selected: AgendaFilter,
    *,
    feed_path: str | None = None,
    feed_query: str | None = None,
    needs_events: bool = False,
    **context,
) -> Response:
    """Show the coming events, on the first page with the latest past ones; with ``?past`` all past ones.

    The feeds are those of Gancio's addresses, or those of the query string.

    :raises NotFound: if there are none and the page ``needs_events``.
    """
    position, is_past, now = read_page_position(), "past" in request.args, utc_now()
    coming = replace(selected, since=now)
    past = replace(selected, starts_until=now, ended_before=now, is_latest_first=True)
    shows_both = position is None and not is_past
    page = read_event_page(past if is_past else coming, position, PAGE_SIZE)

    latest = read_event_page(past, None, PAST_SIZE) if shows_both else None
    if needs_events and not page.events and not (latest and latest.events):
        raise NotFound("There are no events here.")

    def address(**params):
        query = urlencode({name: value for name, value in ({"past": is_past and "1"} | params).items() if value})
        return f"{path}?{query}" if query else path

    return public_page(
        "web/agenda.html",
        f"{website_links().website}{path}",
        expires_at=now + MAX_AGE,
        title=title,
        page=page,
        past=latest,
        is_past=is_past,
        other_list=address(past="" if is_past else "1"),
        rss=f"/events.rss{feed_query}" if feed_query else f"/feed/rss{feed_path or path}",
        ics=f"/events.ics{feed_query}" if feed_query else f"/feed/ics{feed_path or path}",
        **page_addresses(page, address),
        **context,
    )
