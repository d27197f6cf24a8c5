"""Search of the site: events, talks and people with a text in their names, the best match first (site 7).

The best match is :func:`match_rank`, then the nearest date, then the name. Code and not the database sorts, so both
databases have the same order. A text with more than ``MAX_RANKED`` matches is not ranked: its list is that of the API.
"""

import datetime as dt
import re

from sqlalchemy import column, text

from joindin.db.base import UtcDateTime
from joindin.db.dialects import dialect_of
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.accounts.users import NAMES_SQL, list_users
from joindin.queries.event_lists import EventFilter, list_events
from joindin.queries.paging import Page, Paging
from joindin.queries.search_patterns import escape_wildcards, like_param, literal_pattern, trigram_match
from joindin.queries.talks import ACTIVE_SQL, search_talks
from joindin.utils.text import fold_case_accents

MAX_RANKED = 2_000
EXACT, PREFIX, WORD, PART = range(4)


def match_rank(text: str, name: str) -> int:
    """Return how well a text matches a name in which it occurs, the best first. Both are folded."""
    if name == text:
        return EXACT
    if name.startswith(text):
        return PREFIX
    return WORD if re.search(rf"(?<!\w){re.escape(text)}(?!\w)", name) else PART


def search_event_names(connection, text: str, paging: Paging, now: dt.datetime) -> Page:
    """Return a page of keys of visible events: one statement, and those of the list of the API if it is not ranked."""
    found = _find(connection, _EVENTS, text, paging, now)
    return found or list_events(connection, EventFilter(title=escape_wildcards(text)), paging, now)


def search_talk_titles(connection, text: str, paging: Paging, now: dt.datetime) -> Page:
    """Return a page of keys of visible talks, at the cost of :func:`search_event_names`."""
    return _find(connection, _TALKS, text, paging, now) or search_talks(connection, escape_wildcards(text), paging)


def search_people(connection, text: str, paging: Paging, now: dt.datetime) -> Page:
    """Return a page of keys of active users with the text in one of their names, at the cost of :func:`search_event_names`."""
    return _find(connection, _PEOPLE, text, paging, now) or list_users(connection, paging, keyword=text)


def _find(connection, statements, text, paging, now):
    """Return the page of the ranked matches; None if there are too many."""
    part, dialect = literal_pattern(text), dialect_of(connection)
    match = None if dialect.plans_text_searches else trigram_match(part)
    statement = statements[dialect.name, match is not None]
    rows = connection.execute(statement, {"part": part, "match": match}).all()
    if len(rows) > MAX_RANKED:
        return None
    folded = fold_case_accents(text)

    def place(row):
        rank = min((match_rank(folded, name) for name in row.names.split("\n") if folded in name), default=PART)
        return rank, abs(row.at - now) if row.at else dt.timedelta(), row.names, row.id

    return Page(sorted(rows, key=place)[paging.offset : paging.offset + paging.limit], len(rows), paging)


def _statements(rows: str, indexed: str) -> dict[tuple[str, bool], CompiledStatement]:
    """Return the statements by dialect, and by whether the index of SQLite is used.

    ``rows`` selects the id, the folded names in lines and the date of what has the text; ``indexed`` is a condition.
    """
    columns = column("id"), column("names"), column("at", UtcDateTime)
    return {
        (dialect, is_indexed): CompiledStatement(
            text(
                f"{rows.format(active=active, part=like_param('part'))} {indexed if is_indexed else ''}"
                f" LIMIT {MAX_RANKED + 1}"
            ).columns(*columns)
        )
        for dialect, active in ACTIVE_SQL.items()
        for is_indexed in (False, True)
    }


_EVENTS = _statements(
    "SELECT event_id AS id, name_key AS names, starts_at AS at FROM listed_events WHERE name_key LIKE {part}",
    "AND event_id IN (SELECT rowid FROM event_titles WHERE event_titles MATCH :match)",
)
_TALKS = _statements(
    """SELECT talks.id, talks.title_key AS names, talks.starts_at AS at
        FROM talks JOIN listed_events ON listed_events.event_id = talks.event_id
        WHERE {active} AND talks.title_key LIKE {part}""",
    "AND talks.id IN (SELECT rowid FROM talk_titles WHERE talk_titles MATCH :match)",
)
_PEOPLE = _statements(
    f"SELECT users.id, {NAMES_SQL} AS names, NULL AS at FROM users WHERE users.is_active AND {NAMES_SQL} LIKE {{part}}",
    "AND users.id IN (SELECT rowid FROM user_names WHERE user_names MATCH :match)",
)
