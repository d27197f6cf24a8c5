"""Slugs and stubs: the contract's recipes (spec 4.12), and storing a row under the first free candidate.

The database decides which candidate is free, by a unique constraint.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from random import randint

from sqlalchemy.exc import IntegrityError

from joindin.errors import Conflict
from joindin.utils.datetimes import get_timezone
from joindin.utils.text import slugify

MAX_BASE_LENGTH = 200
MAX_ATTEMPTS = 20
DATE_SUFFIXES = ("%Y", "%Y-%m", "%Y-%m-%d")


def event_slugs(name: str, starts_at: dt.datetime, timezone: str | None) -> list[str]:
    """Return the slugs of an event in the order of preference: the name alone, then with ever more of its date."""
    base = slugify(name)[:MAX_BASE_LENGTH]
    start = starts_at.astimezone(get_timezone(timezone))
    candidates = [base, *(f"{base}-{start:{suffix}}" for suffix in DATE_SUFFIXES)]
    return [candidate.strip("-") or "event" for candidate in candidates]


def talk_slugs(title: str, talk_id: int) -> Iterator[str]:
    """Yield the slugs of a talk in the order of preference: the title alone, then with the talk's id."""
    base = slugify(title)[:MAX_BASE_LENGTH].strip("-") or "talk"
    yield base
    yield f"{base}-{talk_id}"
    yield from numbered_slugs(f"{base}-{talk_id}")


def numbered_slugs(base: str) -> Iterator[str]:
    """Yield the base with random numbers, a limited number of times."""
    for _attempt in range(MAX_ATTEMPTS):
        yield f"{base}-{randint(1, 9999)}"


def insert_with_unique_slug(session, row, attribute: str, candidates: Iterable[str], *, message: str) -> None:
    """Flush the row with the first of ``candidates`` in ``attribute`` that no other row has.

    :raises Conflict: with ``message``, if all candidates are taken.
    """
    for candidate in candidates:
        try:
            with session.begin_nested():
                setattr(row, attribute, candidate)
                session.add(row)
                session.flush()
            return
        except IntegrityError:
            continue
    raise Conflict(message)
