"""Facets of events: conditions of a list beside tags, places, times and texts. ``e`` is the event in their SQL."""

import datetime as dt
from dataclasses import dataclass

ONLINE, ONSITE = MODES = ("online", "onsite")

# An event is online if it names addresses for taking part, or its place is the internet. Imported listings of conferences
# that one may also follow online say so after their city.
_IS_ONLINE = """(CAST(e.online_locations AS text) <> '[]' OR lower(coalesce(e.location, '')) = 'online'
    OR lower(coalesce(e.location, '')) LIKE '% and online')"""
_IS_CALL_OPEN = "e.cfp_closes_at > :call_now AND (e.cfp_starts_at IS NULL OR e.cfp_starts_at <= :call_now)"
_IS_ONSITE = "(lower(coalesce(e.location, '')) NOT IN ('', 'online'))"

CONDITIONS = {
    # Without a bare column: SQLite would look for the running events in the index of the city.
    "city": "coalesce(e.city_id, 0) = :city_id",
    "country": "coalesce(e.country_code, '') = :country_code",
    "online": _IS_ONLINE,
    "onsite": _IS_ONSITE,
    "language": """EXISTS (SELECT 1 FROM event_settings spoken
        WHERE spoken.event_id = e.id AND coalesce(spoken.spoken_language, spoken.language) = :language)""",
    "call": _IS_CALL_OPEN,
}
# Facets whose events an index has in the order of the list. The first of them that a filter has is scanned.
ORDERED = {"city": "e.city_id = :city_id", "country": "e.country_code = :country_code"}
# Supersets of the events with a facet that an index provides in another order.
CANDIDATES = {
    "call": f"SELECT e.id AS event_id FROM events e WHERE {_IS_CALL_OPEN}",
}


@dataclass(frozen=True)
class Facets:
    """``mode`` is ``online`` or ``onsite``; an event can be both. ``language`` is that of the event, else that of its pages.
    ``call_open_at``: the call for papers is open then.
    """

    city_id: int | None = None
    country_code: str | None = None
    mode: str | None = None
    language: str | None = None
    call_open_at: dt.datetime | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the conditions."""
        names = (
            self.city_id is not None and "city",
            self.country_code and "country",
            self.mode,
            self.language and "language",
            self.call_open_at and "call",
        )
        return tuple(name for name in names if name)

    @property
    def ordered(self) -> "Facets":
        """Return the facet whose index is scanned alone."""
        if self.city_id is not None:
            return Facets(city_id=self.city_id)
        return Facets(country_code=self.country_code)

    @property
    def candidates(self) -> str | None:
        return next((name for name in CANDIDATES if name in self.names), None)

    @property
    def params(self) -> dict:
        params = {"city_id": self.city_id, "country_code": self.country_code, "language": self.language}
        if self.call_open_at is not None:
            params["call_now"] = self.call_open_at
        return params


NO_FACETS = Facets()
