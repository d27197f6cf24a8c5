"""The filters of the list of calls for papers and of its feeds, as parameters of their addresses. Unknown values are ignored."""

import datetime as dt
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import request

from joindin.extensions import reader
from joindin.queries.agenda.tags import find_tag_ids
from joindin.queries.event_lists.calls import CallFilter
from joindin.resources.web.public.event_search import FILTERS as EVENT_FILTERS

PATH = "/cfp"
# Numbers of days within which a call closes.
PERIODS = ("7", "14", "30")
FILTERS = ("tag", "country", "mode")


@dataclass(frozen=True)
class CallSearch:
    """``filters`` are the active filters by parameter; ``tag_ids`` those of the tag."""

    filters: dict[str, str]
    tag_ids: tuple[int, ...] | None = None

    def get(self, name: str) -> str:
        return self.filters.get(name, "")

    def without(self, name: str) -> "CallSearch":
        filters = {key: value for key, value in self.filters.items() if key != name}
        return replace(self, filters=filters, tag_ids=self.tag_ids if "tag" in filters else None)

    @property
    def query(self) -> str:
        """The query string, with "?"; empty without filters."""
        return f"?{urlencode(self.filters)}" if self.filters else ""

    def address(self, **changes: object) -> str:
        """Return the path of the page with these filters, and other parameters. Empty values are left out."""
        query = urlencode({name: value for name, value in (self.filters | changes).items() if value})
        return f"{PATH}?{query}" if query else PATH

    @property
    def call_filter(self) -> CallFilter:
        within = self.get("within")
        return CallFilter(
            tag_ids=self.tag_ids,
            country_code=self.get("country").upper() or None,
            mode=self.get("mode") or None,
            closes_within=dt.timedelta(days=int(within)) if within else None,
        )


def read_call_search() -> CallSearch:
    """Return the search of the request; the ids of its tag cost a statement."""
    filters = {name: value for name in FILTERS if (value := EVENT_FILTERS[name](name))}
    if (within := request.args.get("within", "")) in PERIODS:
        filters["within"] = within
    return CallSearch(filters, find_tag_ids(reader(), [filters["tag"]]) if "tag" in filters else None)
