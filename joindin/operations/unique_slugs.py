"""Slugs and stubs: the contracts' recipes (Joind.in 4.12, Gancio 6.9), and storing a row under the first free candidate.

The database decides which candidate is free, by a unique constraint.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import chain, count, islice
from random import randint

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from joindin.errors import Conflict
from joindin.models import Event
from joindin.utils.agenda_slugs import agenda_slug
from joindin.utils.datetimes import get_timezone
from joindin.utils.reserved_slugs import RESERVED_EVENT_SLUGS, RESERVED_TALK_SLUGS
from joindin.utils.text import slugify

MAX_BASE_LENGTH = 200
MAX_ATTEMPTS = 20
DATE_SUFFIXES = ("%Y", "%Y-%m", "%Y-%m-%d")

# The number of candidates that are looked up together, at first and at most.
FIRST_BLOCK, LARGEST_BLOCK = 8, 2048


def event_slugs(name: str, starts_at: dt.datetime, timezone: str | None) -> list[str]:
    """Return the slugs of an event in the order of preference: the name alone, then with ever more of its date.

    Reserved words are left out.
    """
    base = slugify(name)[:MAX_BASE_LENGTH]
    start = starts_at.astimezone(get_timezone(timezone))
    candidates = [base, *(f"{base}-{start:{suffix}}" for suffix in DATE_SUFFIXES)]
    slugs = [candidate.strip("-") or "event" for candidate in candidates]
    return [slug for slug in slugs if slug not in RESERVED_EVENT_SLUGS]


def talk_slugs(title: str, talk_id: int) -> Iterator[str]:
    """Yield the slugs of a talk in the order of preference: the title alone, unless reserved, then with the talk's id."""
    base = slugify(title)[:MAX_BASE_LENGTH].strip("-") or "talk"
    if base not in RESERVED_TALK_SLUGS:
        yield base
    yield f"{base}-{talk_id}"
    yield from numbered_slugs(f"{base}-{talk_id}")


def numbered_slugs(base: str) -> Iterator[str]:
    """Yield the base with random numbers, a limited number of times."""
    for _attempt in range(MAX_ATTEMPTS):
        yield f"{base}-{randint(1, 9999)}"


def insert_with_agenda_slug(session, event: Event) -> None:
    """Flush a new event under its slug by the rule of the agenda: the first free of ``title``, ``title-1``, ``title-2``…

    A title without a character for a slug gives ``event-<id>``.

    :raises Conflict: if simultaneous submissions take every candidate first.
    """
    base = agenda_slug(event.name)
    if not base:
        session.add(event)
        session.flush()
        base = f"event-{event.id}"
    candidates = islice(_free_agenda_slugs(session, base), MAX_ATTEMPTS)
    insert_with_unique_slug(session, event, "slug", candidates, message="There are too many events of that name")


def _free_agenda_slugs(session, base):
    candidates, size = chain([base], (f"{base}-{number}" for number in count(1))), FIRST_BLOCK
    while True:
        block = list(islice(candidates, size))
        taken = set(session.scalars(select(Event.slug).where(Event.slug.in_(block))))
        yield from (slug for slug in block if slug not in taken and slug not in RESERVED_EVENT_SLUGS)
        size = min(size * 4, LARGEST_BLOCK)


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
