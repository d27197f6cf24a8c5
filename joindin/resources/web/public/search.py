"""The search across events, talks, people, places and tags (site 2.3)."""

import datetime as dt
from urllib.parse import urlencode

from flask import request

from joindin.errors import NotFound
from joindin.extensions import reader
from joindin.http.pages.paging import read_page_number
from joindin.queries.accounts.users import load_user_records
from joindin.queries.agenda.places import search_places
from joindin.queries.agenda.tags import search_tags
from joindin.queries.event_records import load_event_records
from joindin.queries.keyed_lists import load_in_order
from joindin.queries.paging import Paging
from joindin.queries.search_patterns import escape_wildcards
from joindin.queries.talk_records import load_talk_records
from joindin.queries.web.ranked_search import match_rank, search_event_names, search_people, search_talk_titles
from joindin.resources.web.public.event_lists import MAX_PAGE
from joindin.resources.web.public.pages import blp, on_canonical_host, public_page, website_links
from joindin.utils.datetimes import midnight, utc_now
from joindin.utils.text import fold_case_accents, strip_control_chars

EVENTS, TALKS, PEOPLE, PLACES, TAGS = "events", "talks", "people", "places", "tags"
MIN_LENGTH, MAX_LENGTH = 2, 100
OVERVIEW_SIZE, PAGE_SIZE = 5, 20
# Places and tags are counted, and shown, as far as this.
MAX_COUNT = 1_000


@blp.get("/search")
@on_canonical_host
def search_page():
    text = _read_text()
    kind, number = request.args.get("in", ""), read_page_number(MAX_PAGE)
    kinds = [kind] if kind in FINDERS else list(FINDERS)
    size = PAGE_SIZE if kind in FINDERS else OVERVIEW_SIZE
    results, today = {}, midnight(utc_now())
    if len(text) >= MIN_LENGTH:
        paging = Paging((number - 1) * size, size)
        results = {name: FINDERS[name](text, paging, today) for name in kinds}
    if number > 1 and not any(items for items, _ in results.values()):
        raise NotFound("There is no such page.")
    total = results[kind][1] if kind in results else 0
    total = min(total, MAX_COUNT) if kind in (PLACES, TAGS) else total
    return public_page(
        "web/search.html",
        f"{website_links().website}/search",
        # The nearest dates come first.
        expires_at=today + dt.timedelta(days=1),
        text=text,
        kind=kind if kind in FINDERS else None,
        results={name: result for name, result in results.items() if result[1]},
        uncounted=[name for name in (PLACES, TAGS) if name in results and results[name][1] > MAX_COUNT],
        is_too_short=len(text) < MIN_LENGTH,
        page_number=number,
        first=(number - 1) * size + 1,
        previous_page=_address(text, kind, number - 1) if kind in FINDERS and number > 1 else None,
        next_page=_address(text, kind, number + 1) if number * size < total and number < MAX_PAGE else None,
        address=_address,
    )


def _read_text():
    text = request.args.get("q") or request.args.get("keyword", "")
    return " ".join(strip_control_chars(text).split())[:MAX_LENGTH]


def _address(text, kind, number=1):
    return f"/search?{urlencode({'q': text, 'in': kind} | ({'page': number} if number > 1 else {}))}"


def _find_events(text, paging, now):
    page = search_event_names(reader(), text, paging, now)
    records = load_event_records(reader(), [key.id for key in page.items], with_hosts=False)
    return [records[key.id] for key in page.items if key.id in records], page.total


def _find_talks(text, paging, now):
    page = search_talk_titles(reader(), text, paging, now)
    talks = load_in_order(reader(), page, load_talk_records)
    events = load_event_records(reader(), {talk.event_id for talk in talks}, with_hosts=False)
    return [(talk, events[talk.event_id]) for talk in talks if talk.event_id in events], page.total


def _find_people(text, paging, now):
    page = search_people(reader(), text, paging, now)
    return load_in_order(reader(), page, load_user_records), page.total


def _find_places(text, paging, _now):
    return _slice(text, search_places(reader(), escape_wildcards(text), most=MAX_COUNT + 1), paging)


def _find_tags(text, paging, _now):
    return _slice(text, search_tags(reader(), escape_wildcards(text), most=MAX_COUNT + 1), paging)


def _slice(text, rows, paging):
    """Return a page of rows that are all read, the best match first, and their number.

    One more than ``MAX_COUNT`` stands for more.
    """
    folded, number = fold_case_accents(text), len(rows)
    rows = sorted(rows[:MAX_COUNT], key=lambda row: match_rank(folded, fold_case_accents(row.name)))
    return rows[paging.offset : paging.offset + paging.limit], number


FINDERS = {EVENTS: _find_events, TALKS: _find_talks, PEOPLE: _find_people, PLACES: _find_places, TAGS: _find_tags}
