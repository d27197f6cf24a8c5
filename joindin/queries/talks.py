"""Talks with the relations that representations read.

A talk is visible if it is active and its event is visible, to everyone alike (spec 7.2).
"""

import datetime as dt

from sqlalchemy import and_, false, func, or_, select, text, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from joindin.db.dialects import dialect_of
from joindin.errors import NotFound
from joindin.models import Event, Talk, TalkLink, TalkSpeaker, TalkStar
from joindin.performance.caching.query_cache import CHANGE_COUNTER, cached_count, peek_count
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.event_visibility import check_event_access
from joindin.queries.keyed_lists import KeyedList
from joindin.queries.paging import Page, Paging
from joindin.queries.search_patterns import like_param, like_pattern, trigram_match
from joindin.viewer import UserSnapshot

VISIBLE = (Talk.is_active == true(), Event.is_visible == true())

EAGER_LOADS = (
    contains_eager(Talk.event).load_only(Event.timezone),
    joinedload(Talk.type),
    joinedload(Talk.language),
    selectinload(Talk.speakers).joinedload(TalkSpeaker.user),
    selectinload(Talk.tracks),
    selectinload(Talk.links),
)


def find_talk(session, talk_id: int) -> Talk:
    """Return the talk with all relations that representations read, and its whole event.

    :raises NotFound: if no such talk is visible.
    """
    return _find_whole(session, Talk.id == talk_id)


def find_talk_by_stub(session, stub: str) -> Talk:
    """Return the talk with that stub, loaded as by :func:`find_talk`; :raises NotFound: as there."""
    return _find_whole(session, Talk.stub == stub)


def find_talk_by_slug(session, event_id: int, slug: str) -> Talk:
    """Return the active talk with that slug of an event, whose access is checked, loaded as by :func:`find_talk`.

    :raises NotFound: if there is none.
    """
    return _find_active(session, and_(Talk.event_id == event_id, Talk.slug == slug))


def find_talk_unloaded(session, talk_id: int) -> Talk:
    """Return the talk and its event without further relations, for writes.

    :raises NotFound: as :func:`find_talk`.
    """
    statement = select(Talk).join(Talk.event).where(Talk.id == talk_id, *VISIBLE).options(contains_eager(Talk.event))
    talk = session.scalar(statement)
    if talk is None:
        raise NotFound("Talk not found")
    return talk


def list_speakers(session, talk_id: int) -> list[TalkSpeaker]:
    """Return the current speakers of a talk with their users."""
    statement = select(TalkSpeaker).where(TalkSpeaker.talk_id == talk_id, TalkSpeaker.is_pending == false())
    statement = statement.order_by(TalkSpeaker.id)
    return session.scalars(
        statement.options(joinedload(TalkSpeaker.user)).execution_options(populate_existing=True)
    ).all()


def is_speaker(session, talk_id: int, user_id: int) -> bool:
    """Return whether the user is a claimed speaker of the talk."""
    statement = select(TalkSpeaker.id).where(
        TalkSpeaker.talk_id == talk_id, TalkSpeaker.user_id == user_id, TalkSpeaker.is_pending == false()
    )
    return session.scalars(statement.limit(1)).first() is not None


def count_talks_outside(session, event_id: int, starts_from: dt.datetime, starts_before: dt.datetime) -> int:
    """Return the number of active talks of an event that start outside a range of time."""
    is_outside = or_(Talk.starts_at < starts_from, Talk.starts_at >= starts_before)
    talks = select(func.count()).select_from(Talk)
    return session.scalar(talks.where(Talk.event_id == event_id, Talk.is_active == true(), is_outside))


def find_talk_key(connection, talk_id: int):
    """Return the key of a talk; :raises NotFound: as :func:`find_talk`."""
    key = connection.execute(_KEY, {"id": talk_id}).first()
    if key is None:
        raise NotFound("Talk not found")
    return key


def list_event_talks(connection, event_id: int, paging: Paging, viewer: UserSnapshot | None = None) -> Page:
    """List the keys of an event's talks by their start.

    Empty if the event is not public, also to those who may see it (spec 7.2).

    :raises NotFound: if the viewer may not see the event.
    """
    page = _OF_EVENT.page(connection, paging, event_id=event_id)
    if not page.items:
        check_event_access(connection, event_id, viewer)
    return page


def list_user_talks(connection, user_id: int, paging: Paging) -> Page:
    """List the keys of the talks of which the user is a claimed speaker, newest first.

    Talks of imported pending claims are among them, as in the original.
    """
    return _OF_USER.page(connection, paging, user_id=user_id)


def search_talks(connection, title: str, paging: Paging) -> Page:
    """List the keys of talks with ``title`` in theirs, newest first. It may contain LIKE's wildcards, as in the
    original.

    SQLite: rare matches are looked up in the trigram index, frequent ones are found by scanning from the newest on.
    PostgreSQL chooses by itself.
    """
    values, dialect = {"title": like_pattern(title)}, dialect_of(connection)
    found, counting = _TITLED[dialect.name]
    if not dialect.plans_text_searches and (match := trigram_match(values["title"])) is not None:
        values["match"], walk = match, found
        found, counting = _LOOKED_UP
        number = peek_count(connection, counting, values)
        if number is None:
            number = cached_count(connection, counting, values)
        found = found if number <= RARE_MATCH_LIMIT else walk
    page = found.page(connection, paging, **values)
    changes = page.items[0].changes if page.items else None
    return Page(page.items, cached_count(connection, counting, values, changes), paging)


def list_links(session, talk_id: int) -> list[TalkLink]:
    """Return the links of a talk; :raises NotFound: as :func:`find_talk`."""
    links = session.scalars(_links(talk_id).order_by(TalkLink.id)).all()
    if not links:
        find_talk_key(session, talk_id)
    return links


def find_link(session, talk_id: int, link_id: int) -> TalkLink:
    link = session.scalar(_links(talk_id).where(TalkLink.id == link_id))
    if link is None:
        raise NotFound("ID not found")
    return link


def has_starred(session, talk_id: int, user_id: int) -> bool:
    return session.get(TalkStar, (user_id, talk_id)) is not None


# The number of matches up to which they are looked up in the index and then sorted.
RARE_MATCH_LIMIT = 1000

# The version of a talk does not move with its event.
_COLUMNS = """talks.id, talks.version, events.timezone,
    (SELECT feedback_access FROM event_settings WHERE event_settings.event_id = events.id) AS feedback_access"""
_KEY = CompiledStatement(
    text(f"""SELECT {_COLUMNS} FROM talks JOIN events ON events.id = talks.event_id
        WHERE talks.id = :id AND talks.is_active AND events.is_visible""")
)


def _key_list(found, way, total, more=""):
    """Return a list of talks by their start. ``found`` is the FROM and WHERE clause of its talks."""
    return KeyedList(
        f"""SELECT {_COLUMNS}, {total} AS total {more}
            FROM (SELECT talks.id, talks.starts_at FROM {found}
                ORDER BY talks.starts_at {way}, talks.id {way} {{slice}}) page
            JOIN talks ON talks.id = page.id JOIN events ON events.id = talks.event_id
            ORDER BY page.starts_at {way}, page.id {way}""",
        total,
    )


_BY_EVENT = """talks WHERE event_id = :event_id AND is_active = true
    AND EXISTS (SELECT 1 FROM events WHERE events.id = :event_id AND events.is_visible)"""
_OF_EVENT = _key_list(_BY_EVENT, "ASC", f"(SELECT count(*) FROM {_BY_EVENT})")
TALKS_BY_USER = """talks JOIN events ON events.id = talks.event_id WHERE talks.is_active AND events.is_visible
    AND talks.id IN (SELECT talk_id FROM talk_speakers WHERE user_id = :user_id)"""
_OF_USER = _key_list(TALKS_BY_USER, "DESC", f"(SELECT count(*) FROM {TALKS_BY_USER})")

_WITH_TITLE = f"""talks JOIN listed_events ON listed_events.event_id = talks.event_id
    WHERE {{active}} AND talks.title_key LIKE {like_param("title")}"""
# SQLite uses the partial index of active talks only if the condition is written as in the index.
ACTIVE_SQL = {"sqlite": "talks.is_active = 1", "postgresql": "talks.is_active"}
_MATCHING = "SELECT rowid FROM talk_titles WHERE talk_titles MATCH :match"


def _titled(found):
    """Return the list and the statement of its total, which is cached."""
    counting = CompiledStatement(text(f"SELECT count(*), {CHANGE_COUNTER} FROM {found}"))
    return _key_list(found, "DESC", "0", f", {CHANGE_COUNTER} AS changes"), counting


_TITLED = {dialect: _titled(_WITH_TITLE.format(active=active)) for dialect, active in ACTIVE_SQL.items()}
_LOOKED_UP = _titled(f"{_WITH_TITLE.format(active=ACTIVE_SQL['sqlite'])} AND talks.id IN ({_MATCHING})")


def load_talk(session, *conditions) -> Talk | None:
    """Return the talk in any state with all relations that representations read, and its whole event."""
    statement = select(Talk).join(Talk.event).where(*conditions)
    return session.scalar(statement.options(contains_eager(Talk.event), *EAGER_LOADS[1:]))


def _find_whole(session, condition):
    return _find_active(session, and_(condition, Event.is_visible == true()))


def _find_active(session, condition):
    talk = load_talk(session, condition, Talk.is_active == true())
    if talk is None:
        raise NotFound("Talk not found")
    return talk


def _links(talk_id):
    visible = select(Talk.id).join(Talk.event).where(Talk.id == talk_id, *VISIBLE)
    return select(TalkLink).where(TalkLink.talk_id.in_(visible))


def list_talk_links(session, talk_id: int) -> list[TalkLink]:
    """Return the links of a talk in any state; there may be none."""
    return session.scalars(select(TalkLink).where(TalkLink.talk_id == talk_id).order_by(TalkLink.id)).all()
