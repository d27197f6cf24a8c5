"""Filters, search and order of lists (spec 2, 6, 7 and 9.3). All bad filters are reported together."""

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from flask import current_app, request

from joindin.http.pages.languages import response_language
from joindin.models.crew import STATES
from joindin.queries.crew.filters import ListFilter
from joindin.resources.ephios.context import last_argument
from joindin.resources.ephios.paging import read_slice
from joindin.resources.ephios.texts import (
    MSG_INVALID_CHOICE,
    MSG_INVALID_TIME,
    MSG_INVALID_VALUE,
    MSG_NULL_CHARACTERS,
    MSG_VALUE_NOT_AVAILABLE,
    translate,
)
from joindin.utils.datetimes import UTC, get_timezone

# Parameters of times, with the field that an error names and the bound.
TIMES = {
    "start_time_after": ("start_time", "starts_from"),
    "start_time_before": ("start_time", "starts_until"),
    "end_time_after": ("end_time", "ends_from"),
    "end_time_before": ("end_time", "ends_until"),
}
# Those of older clients.
OLD_STARTS = {"start_gte": ("start_gte", "starts_from"), "start_lte": ("start_lte", "starts_until")}
OLD_ENDS = {"end_gte": ("end_gte", "ends_from"), "end_lte": ("end_lte", "ends_until")}
# Django also reads parts with one digit.
LOOSE_TIME = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,6})\d{0,6})?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII,
)
INTEGER = re.compile(r"\s*[+-]?[0-9]+\s*", re.ASCII)
SEARCH_TERM = re.compile(r'"([^"]*)"|\'([^\']*)\'|(\S+)')


class InvalidFilters(Exception):
    """``body`` is the response: messages by field, or a list for the search."""

    def __init__(self, body: dict | list):
        super().__init__("invalid filters")
        self.body = body


@dataclass(frozen=True)
class FilterSet:
    """The filters of a list beside those of its times. ``choices`` are pairs of a parameter of ids and the filter of
    :class:`ListFilter` that it sets.
    """

    old_times: Mapping[str, tuple[str, str]] = field(default_factory=lambda: OLD_STARTS)
    has_times: bool = True
    single_type: bool = False
    has_states: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    has_search: bool = False
    ordering: Collection[str] = ()

    def read(self, available: Callable[[str, Sequence[int]], set[int]], row_id: int | None = None) -> ListFilter:
        """Return the filters of the request. ``available(name, ids)`` returns the ids that a filter may have.

        :raises InvalidFilters:
        """
        # Most requests have few parameters, and a missing one is looked up slowly.
        params = request.args.keys()
        errors: dict[str, list[str]] = {}
        values: dict = {}
        if self.has_states and "state" in params:
            _read_state(values, errors)
        if self.single_type and "type" in params:
            _read_type(values, errors, available)
        for name, (error_field, bound) in self.old_times.items() if self.has_times else ():
            if name in params:
                _read_time(values, errors, name, error_field, bound)
        for name, key in self.choices:
            if name in params:
                _read_choices(values, errors, name, key, available)
        for name, (error_field, bound) in TIMES.items() if self.has_times else ():
            if name in params:
                _read_time(values, errors, name, error_field, bound)
        if errors:
            raise InvalidFilters(errors)
        if self.has_search and "search" in params:
            values["terms"] = read_search_terms()
        ordering = self._ordering() if "ordering" in params else ()
        limit, offset = read_slice()
        return ListFilter(**values, ordering=ordering, limit=limit, offset=offset, row_id=row_id)

    def _ordering(self):
        names = [name.strip() for name in last_argument("ordering").split(",")]
        pairs = [(name.removeprefix("-"), name.startswith("-")) for name in names]
        return tuple(dict.fromkeys(pair for pair in pairs if pair[0] in self.ordering))


def read_search_terms() -> list[str]:
    """Return the terms of the search: words, or phrases in quotes, separated by spaces and commas.

    :raises InvalidFilters: if there is a null character.
    """
    text = last_argument("search") or ""
    if "\0" in text:
        raise InvalidFilters([translate(MSG_NULL_CHARACTERS, response_language())])
    terms = []
    for double_quoted, single_quoted, words in SEARCH_TERM.findall(text):
        phrase = double_quoted or single_quoted
        terms += [phrase] if phrase else [word.strip() for word in words.split(",")]
    return list(dict.fromkeys(term for term in terms if term))


def parse_time(text: str) -> dt.datetime:
    """Return the time; without an offset it is in the crew's time zone.

    :raises ValueError: if it is none, or outside of the years that can be stored.
    """
    try:
        parsed = dt.datetime.fromisoformat(text)
    except ValueError:
        parsed = _parse_loose_time(text)
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=get_timezone(current_app.config["CREW_TIMEZONE"]))
    try:
        return parsed.astimezone(UTC)
    except OverflowError:
        raise ValueError("out of range") from None


def _parse_loose_time(text):
    match = LOOSE_TIME.fullmatch(text)
    if match is None:
        raise ValueError("not a time")
    *numbers, fraction, offset = match.groups()
    date_and_time = [int(number or 0) for number in numbers]
    parsed = dt.datetime(*date_and_time, microsecond=int((fraction or "").ljust(6, "0")))
    if offset is None:
        return parsed
    return dt.datetime.fromisoformat(f"{parsed.isoformat()}{offset if len(offset) != 3 else f'{offset}:00'}")


def _read_time(values, errors, name, error_field, bound):
    text = last_argument(name).strip()
    if not text:
        return
    try:
        at = parse_time(text)
    except ValueError:
        errors[error_field] = [translate(MSG_INVALID_TIME, response_language())]
        return
    # Two parameters may name the same bound: the narrower one counts.
    narrower = max if bound.endswith("from") else min
    values[bound] = narrower(at, values.get(bound, at))


def _read_state(values, errors):
    text = last_argument("state")
    if not text:
        return
    if text in map(str, STATES):
        values["states"] = [int(text)]
    else:
        errors["state"] = [translate(MSG_VALUE_NOT_AVAILABLE, response_language(), text)]


def _read_type(values, errors, available):
    text = last_argument("type").strip()
    if not text:
        return
    type_id = int(text) if INTEGER.fullmatch(text) and len(text) < 20 else 0
    if available("event_type", [type_id]):
        values["type_ids"] = [type_id]
    else:
        errors["type"] = [translate(MSG_INVALID_CHOICE, response_language())]


def _read_choices(values, errors, name, key, available):
    texts = request.args.getlist(name)
    language = response_language()
    if invalid := [text for text in texts if not INTEGER.fullmatch(text)]:
        errors[name] = [translate(MSG_INVALID_VALUE, language, invalid[0])]
        return
    ids = [int(text) for text in texts if len(text) < 20]
    found = {str(id_) for id_ in available(name, ids)}
    if missing := [text for text in texts if text not in found]:
        errors[name] = [translate(MSG_VALUE_NOT_AVAILABLE, language, missing[0])]
        return
    values[key] = sorted(set(ids))
