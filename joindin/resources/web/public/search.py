"""The search across events, talks, people, places and tags (site 2.3)."""

import re
from urllib.parse import urlencode

from flask import request

from joindin.extensions import reader
from joindin.queries.accounts.users import list_users, load_user_records
from joindin.queries.agenda.places import search_places
from joindin.queries.agenda.tags import search_tags
from joindin.queries.event_lists import EventFilter, list_events
from joindin.queries.event_records import load_event_records
from joindin.queries.keyed_lists import load_in_order
from joindin.queries.paging import Paging
from joindin.queries.talk_records import load_talk_records
from joindin.queries.talks import search_talks
from joindin.resources.web.public.event_lists import MAX_PAGE, read_page_number
from joindin.resources.web.public.pages import blp, on_canonical_host, public_page, website_links
from joindin.utils.datetimes import utc_now
from joindin.utils.text import strip_control_chars

EVENTS, TALKS, PEOPLE, PLACES, TAGS = "events", "talks", "people", "places", "tags"
MIN_LENGTH, MAX_LENGTH = 2, 100
OVERVIEW_SIZE, PAGE_SIZE = 5, 20
# Places and tags are counted, and shown, as far as this.
MAX_COUNT = 1_000


@blp.get("/search")
@on_canonical_host
def search_page():
    text = _read_text()
    kind, number = request.args.get("in", ""), read_page_number()
    kinds = [kind] if kind in FINDERS else list(FINDERS)
    size = PAGE_SIZE if kind in FINDERS else OVERVIEW_SIZE
    results = {}
    if len(text) >= MIN_LENGTH:
        paging = Paging((number - 1) * size, size)
        results = {name: FINDERS[name](text, paging) for name in kinds}
    total = results[kind][1] if kind in results else 0
    total = min(total, MAX_COUNT) if kind in (PLACES, TAGS) else total
    return public_page(
        "web/search.html",
        f"{website_links().website}/search",
        text=text,
        kind=kind if kind in FINDERS else None,
        results={name: result for name, result in results.items() if result[1]},
        uncounted=[name for name in (PLACES, TAGS) if name in results and results[name][1] > MAX_COUNT],
        is_too_short=len(text) < MIN_LENGTH,
        page_number=number,
        previous_page=_address(text, kind, number - 1) if kind in FINDERS and number > 1 else None,
        next_page=_address(text, kind, number + 1) if number * size < total and number < MAX_PAGE else None,
        address=_address,
    )


def _read_text():
    text = request.args.get("q") or request.args.get("keyword", "")
    return " ".join(strip_control_chars(text).split())[:MAX_LENGTH]


def _address(text, kind, number=1):
    return f"/search?{urlencode({'q': text, 'in': kind} | ({'page': number} if number > 1 else {}))}"


def _literal(text):
    """Return the text for a query in which the wildcards of LIKE apply."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def _find_events(text, paging):
    page = list_events(reader(), EventFilter(title=_literal(text)), paging, utc_now())
    records = load_event_records(reader(), [key.id for key in page.items], with_hosts=False)
    return [records[key.id] for key in page.items if key.id in records], page.total


def _find_talks(text, paging):
    page = search_talks(reader(), _literal(text), paging)
    talks = load_in_order(reader(), page, load_talk_records)
    events = load_event_records(reader(), {talk.event_id for talk in talks}, with_hosts=False)
    return [(talk, events[talk.event_id]) for talk in talks if talk.event_id in events], page.total


def _find_people(text, paging):
    page = list_users(reader(), paging, keyword=text)
    records = load_user_records(reader(), [key.id for key in page.items])
    return [records[key.id] for key in page.items if key.id in records], page.total


def _find_places(text, paging):
    return _slice(search_places(reader(), _literal(text), most=MAX_COUNT + 1), paging)


def _find_tags(text, paging):
    return _slice(search_tags(reader(), _literal(text), most=MAX_COUNT + 1), paging)


def _slice(rows, paging):
    """Return a page of rows that are all read, and their number; one more than ``MAX_COUNT`` stands for more."""
    return rows[paging.offset : min(paging.offset + paging.limit, MAX_COUNT)], len(rows)


FINDERS = {EVENTS: _find_events, TALKS: _find_talks, PEOPLE: _find_people, PLACES: _find_places, TAGS: _find_tags}
