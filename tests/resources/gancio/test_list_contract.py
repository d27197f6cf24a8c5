"""``GET /api/events`` and collections against a plain model of the contract (sections 6.1 and 11), for random filters."""

import datetime as dt
import random
from urllib.parse import urlencode

import pytest

from joindin.models import Collection, CollectionFilter, SiteSetting
from joindin.queries.agenda import agenda_lists
from joindin.utils.datetimes import UTC
from joindin.utils.text import fold_case_accents
from tests.factories import NOW, make_event, make_pending_event, make_place, make_rejected_event

BASE = dt.datetime(2030, 6, 1, tzinfo=UTC)
TAGS = ["Music", "año", "tag-a/b", "x", "y"]
PLACES = ["List Hall", "List Barn", "Café", "online"]
WORDS = ["party", "Concert", "Été", "100%", "li"]
HOUR = 3600
REQUESTS = 400


def number(at):
    return int(at.timestamp())


@pytest.fixture
def agenda(session):
    """Visible and hidden events; the rows of the visible ones with everything that filters look at."""
    chosen = random.Random(7)
    places = [make_place(session, name) for name in PLACES]
    parent = make_event(session, is_series=True, starts_at=BASE, slug="parent")
    rows = []
    for index in range(70):
        starts_at = BASE + dt.timedelta(hours=chosen.randint(-2000, 2000))
        lasts = chosen.choice([0, 0, 1, 3, 23, 24, 30, 90, 96, 97, 500, 1536, 3000, 6144, 9000])
        tags = chosen.sample(TAGS, chosen.choice([0, 1, 1, 2, 3]))
        place = chosen.choice([*places, None])
        occurrence = {"parent_id": parent.id, "occurrence_at": starts_at} if chosen.random() < 0.2 else {}
        name = f"{chosen.choice(WORDS)} {chosen.choice(WORDS)} {index}"
        make = chosen.choice([make_event] * 8 + [make_pending_event, make_rejected_event])
        event = make(
            session,
            name,
            slug=f"e{index}",
            tags=tags,
            place_id=place and place.id,
            starts_at=starts_at,
            ends_at=starts_at + dt.timedelta(hours=lasts),
            is_end_known=lasts > 0,
            is_multidate=chosen.random() < 0.3,
            **occurrence,
        )
        if make is make_event:
            rows.append(
                {
                    "slug": event.slug,
                    "id": event.id,
                    "start": number(event.starts_at),
                    "end": number(event.ends_at),
                    "tags": {tag.casefold() for tag in tags},
                    "place": place and place.id,
                    "place_name": place.name if place else None,
                    "title": name,
                    "is_multidate": event.is_multidate,
                    "is_occurrence": bool(occurrence),
                }
            )
    session.commit()
    return rows, {place.name: place.id for place in places}


def set_settings(session, **values):
    for key, value in values.items():
        session.add(SiteSetting(key=key, value=value, updated_at=NOW))
    session.commit()


def is_in_window(row, start, end, older):
    if older:
        return (row["start"] <= start or row["end"] <= start) and (end is None or row["start"] >= end)
    return (row["start"] >= start or row["end"] >= start) and (end is None or row["start"] <= end)


def has_text(row, text):
    folded = fold_case_accents(text)
    parts = (fold_case_accents(row["title"]), fold_case_accents(row["place_name"] or ""))
    return any(folded in part for part in parts) or text.casefold() in row["tags"]


def expected_slugs(rows, asked):
    """Return what the contract lists for these parameters."""
    start, end, older = asked.get("start", number(BASE)), asked.get("end"), asked.get("older", False)
    query = asked.get("query")
    found = [
        row
        for row in rows
        if (query is None and is_in_window(row, start, end, older))
        or (query is not None and (end is None or (row["start"] >= end if older else row["start"] <= end)))
    ]
    if query is not None:
        found = [row for row in found if has_text(row, query)]
    if asked.get("tags"):
        found = [row for row in found if row["tags"] & {tag.casefold() for tag in asked["tags"]}]
    if asked.get("places"):
        found = [row for row in found if row["place"] in asked["places"]]
    if not asked.get("show_multidate", True):
        found = [row for row in found if not row["is_multidate"]]
    if not asked.get("show_recurrent", False):
        found = [row for row in found if not row["is_occurrence"]]
    found.sort(key=lambda row: (row["start"], row["id"]), reverse=asked.get("reverse", False))
    size = asked.get("max", 0)
    if size:
        found = found[size * asked.get("page", 0) :][:size]
    return [row["slug"] for row in found]


def random_request(chosen, rows, places):
    def maybe(value, share=0.3):
        return value if chosen.random() < share else None

    instants = [row["start"] for row in rows] + [row["end"] for row in rows]
    asked = {
        "start": chosen.choice(instants) + chosen.choice([0, 0, 1, -1, HOUR]),
        "end": maybe(chosen.choice(instants) + chosen.choice([0, 1, -1])),
        "older": maybe(chosen.choice([True, False])),
        "reverse": maybe(chosen.choice([True, False])),
        "tags": maybe(chosen.sample([*TAGS, "MUSIC", "none"], chosen.randint(1, 3))),
        "places": maybe(chosen.sample([*places.values(), 999_999], chosen.randint(1, 2))),
        "show_multidate": maybe(chosen.choice([True, False])),
        "show_recurrent": maybe(chosen.choice([True, False])),
        "query": maybe(chosen.choice([*WORDS, "barn", "CAFE", "music", "x", "no such", "e"]), 0.2),
        "max": maybe(chosen.choice([1, 2, 5, 20])),
        "page": maybe(chosen.choice([0, 1, 2])),
    }
    return {name: value for name, value in asked.items() if value is not None}


def write_query(chosen, asked):
    """Return the query string, with lists and booleans in one of their forms."""
    pairs = []
    for name, value in asked.items():
        if isinstance(value, list):
            form = chosen.choice(["joined", "repeated", "brackets", "indexed"])
            texts = list(map(str, value))
            if form == "joined":
                pairs.append((name, ", ".join(texts)))
            else:
                names = {"repeated": name, "brackets": f"{name}[]", "indexed": f"{name}[{{}}]"}[form]
                pairs += [(names.format(index), text) for index, text in enumerate(texts)]
        elif isinstance(value, bool):
            pairs.append((name, chosen.choice(["true", "True", "1"] if value else ["false", "0", "no"])))
        else:
            pairs.append((name, value))
    return urlencode(pairs)


@pytest.fixture(params=["near", "far"])
def reach(request, monkeypatch):
    """Run with the usual limits, and with limits so small that the ways for large results are taken."""
    if request.param == "far":
        monkeypatch.setattr(agenda_lists, "CHUNK_SIZE", 3)
        monkeypatch.setattr(agenda_lists, "MAX_SORTED_MATCHES", 1)
        monkeypatch.setattr(agenda_lists, "MAX_SCANS", 1)


@pytest.mark.slow("sends hundreds of requests")
@pytest.mark.usefixtures("reach")
def test_random_filters_list_what_the_contract_says(api, session, agenda):
    rows, places = agenda
    set_settings(session, allow_recurrent_event=True)
    chosen, wrong = random.Random(11), []

    for _ in range(REQUESTS):
        asked = random_request(chosen, rows, places)
        path = f"/api/events?{write_query(chosen, asked)}"
        reply = api.get(path)
        listed = [event["slug"] for event in reply.json]
        if listed != expected_slugs(rows, asked):
            wrong.append((path, listed, expected_slugs(rows, asked)))

    assert wrong == []


@pytest.mark.slow("sends hundreds of requests")
@pytest.mark.usefixtures("reach")
def test_random_collections_list_what_the_contract_says(api, session, agenda):
    rows, places = agenda
    chosen, wrong = random.Random(5), []
    for number_of_collection in range(40):
        filters = [
            {
                "tags": chosen.sample([*TAGS, "NONE"], chosen.choice([0, 1, 2])),
                "place_ids": chosen.sample(list(places.values()), chosen.choice([0, 0, 1, 2])),
                "actors": chosen.choice([[], [], [], [{"ap_id": None}], [{"ap_id": "https://other.example/u/a"}]]),
                "is_negated": chosen.random() < 0.3,
            }
            for _ in range(chosen.choice([0, 1, 2, 3]))
        ]
        collection = Collection(name=f"c{number_of_collection}", position=number_of_collection)
        session.add(collection)
        session.flush()
        session.add_all([CollectionFilter(collection_id=collection.id, **each) for each in filters])
        session.commit()
        start = chosen.choice(rows)["start"]

        listed = [row["slug"] for row in api.get(f"/api/collections/{collection.name}?start_at={start}").json]
        matching = [row for row in rows if is_selected(row, filters)]
        if listed != expected_slugs(matching, {"start": start}):
            wrong.append((filters, start, listed, expected_slugs(matching, {"start": start})))

    assert wrong == []


def is_selected(row, filters):
    def matches(each):
        if not (each["tags"] or each["place_ids"] or each["actors"]):
            return False
        return (
            (not each["tags"] or bool(row["tags"] & {tag.casefold() for tag in each["tags"]}))
            and (not each["place_ids"] or row["place"] in each["place_ids"])
            and (not each["actors"] or {"ap_id": None} in each["actors"])
        )

    selecting = [each for each in filters if not each["is_negated"]]
    if not filters or any(matches(each) for each in filters if each["is_negated"]):
        return False
    return not selecting or any(map(matches, selecting))
