"""The filters of the list of events, as parameters of its address (site 2.3).

Unknown values are ignored, and so are all values of a parameter but the first; the page says so.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from flask import request

from joindin.extensions import reader
from joindin.queries.agenda.agenda_lists import AgendaFilter, Choice
from joindin.queries.agenda.cities import get_city_by_path
from joindin.queries.agenda.facets import MODES, Facets
from joindin.queries.agenda.places import find_place_ids
from joindin.queries.agenda.tags import find_tag_ids
from joindin.utils.text import strip_control_chars
from joindin.utils.translations import LANGUAGES

PATH = "/event"
MAX_LENGTH = 100
UPCOMING, PAST, ALL = PERIODS = ("upcoming", "past", "all")
SOONEST, LATEST = ORDERS = ("soonest", "latest")
OPEN_CALL = "open"
# Parameters that feeds and calendars have too.
FEED_FILTERS = {"q", "tag", "place", "city", "country"}
COUNTRY_CODE = re.compile(r"[a-z]{2}", re.ASCII)


@dataclass(frozen=True)
class EventSearch:
    """``filters`` are the active filters by parameter. Days are included. ``city`` is None if there is no such.

    ``path`` is that of the list; ``days`` are parameters of its address that are no filters.
    ``unread`` are the parameters whose values are ignored, ``repeated`` those with several values.
    """

    filters: dict[str, str]
    when: str = UPCOMING
    sort: str = ""
    ids: dict[str, tuple[int, ...]] = field(default_factory=dict)
    city: object | None = None
    unread: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    path: str = PATH
    days: dict[str, str] = field(default_factory=dict)

    @property
    def is_latest_first(self) -> bool:
        return self.sort == LATEST if self.sort else self.when != UPCOMING

    def get(self, name: str) -> str:
        return self.filters.get(name, "")

    def without(self, name: str) -> "EventSearch":
        return replace(self, filters={key: value for key, value in self.filters.items() if key != name})

    @property
    def without_all(self) -> "EventSearch":
        return replace(self, filters={}, sort="")

    @property
    def hidden_fields(self) -> dict[str, str]:
        """Return the parameters that the form of the filters keeps."""
        return self.days | ({} if self.when == UPCOMING else {"when": self.when})

    def address(self, **changes: str | None) -> str:
        """Return the path of the list with these parameters, and changes by parameter."""
        params = self.filters | self.hidden_fields | {"sort": self.sort} | changes
        query = urlencode({name: value for name, value in params.items() if value})
        return f"{self.path}?{query}" if query else self.path

    @property
    def feed_query(self) -> str | None:
        """Return the query string of the feeds of the selection, with "?"; None if they cannot select it."""
        if self.when == PAST or not FEED_FILTERS.issuperset(self.filters):
            return None
        return f"?{urlencode(self.filters)}" if self.filters else ""

    def agenda_filter(self, now: dt.datetime) -> AgendaFilter:
        first, last = (dt.date.fromisoformat(self.get(name)) if self.get(name) else None for name in ("from", "to"))
        is_past = self.when == PAST
        tag_ids, place_ids = (self.ids[name] if self.get(name) else None for name in ("tag", "place"))
        return AgendaFilter(
            since=now if self.when == UPCOMING else None,
            starts_until=now if is_past else None,
            first_day=first,
            last_day=last,
            ended_before=now if is_past else None,
            any_of=None if tag_ids is None and place_ids is None else (Choice(tag_ids, place_ids),),
            text=self.get("q") or None,
            facets=Facets(
                # No city has the id 0.
                city_id=(self.city.id if self.city else 0) if self.get("city") else None,
                country_code=self.get("country").upper() or None,
                mode=self.get("mode") or None,
                language=self.get("lang") or None,
                call_open_at=now if self.get("cfp") else None,
            ),
            is_latest_first=self.is_latest_first,
        )


def read_event_search() -> EventSearch:
    """Return the search of the request; the ids of its tag and its place cost a statement each."""
    values = {name: read(name) for name, read in (FILTERS | VIEWS).items()}
    filters, ids = {name: value for name, value in values.items() if value and name in FILTERS}, {}
    if tag := filters.get("tag"):
        ids["tag"] = find_tag_ids(reader(), [tag])
    if place := filters.get("place"):
        ids["place"] = find_place_ids(reader(), [place])
    city = get_city_by_path(reader(), filters["city"]) if "city" in filters else None
    return EventSearch(
        filters,
        values["when"] or UPCOMING,
        values["sort"],
        ids,
        city,
        unread=tuple(name for name, value in values.items() if not value and request.args.get(name, "").strip()),
        repeated=tuple(name for name in values if len(request.args.getlist(name)) > 1),
    )


def _read_text(name: str) -> str:
    return strip_control_chars(request.args.get(name, "")).strip()[:MAX_LENGTH]


def _read_tag(name: str) -> str:
    return _read_text(name).removeprefix("#").strip()


def _read_day(name: str) -> str:
    """Return the day of a parameter in the form of ISO 8601, which browsers send."""
    try:
        return dt.date.fromisoformat(request.args.get(name, "")).isoformat()
    except ValueError:
        return ""


def _read_country(name: str) -> str:
    code = request.args.get(name, "").lower()
    return code if COUNTRY_CODE.fullmatch(code) else ""


def _one_of(values) -> Callable[[str], str]:
    return lambda name: value if (value := request.args.get(name, "")) in values else ""


# How each filter is read, in the order in which they are shown.
FILTERS = {
    "q": _read_text,
    "tag": _read_tag,
    "place": _read_text,
    "city": _read_text,
    "country": _read_country,
    "mode": _one_of(MODES),
    "cfp": _one_of((OPEN_CALL,)),
    "lang": _one_of(tuple(LANGUAGES)),
    "from": _read_day,
    "to": _read_day,
}
VIEWS = {"when": _one_of(PERIODS), "sort": _one_of(ORDERS)}
