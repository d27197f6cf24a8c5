"""Finding talks, and all that their representations read.

A talk is there only if it is active and its event is visible, for everybody (spec 7.2).
"""

from sqlalchemy import func, select, text, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from joindin.errors import NotFound
from joindin.models import Event, Talk, TalkLink, TalkSpeaker, TalkStar
from joindin.queries.memory import CHANGES, remembered_count
from joindin.queries.paging import Page, Paging
from joindin.queries.patterns import like_pattern, trigram_match
from joindin.reading import Prepared

VISIBLE = (Talk.is_active == true(), Event.is_visible == true())

SHOWN = (
    contains_eager(Talk.event).load_only(Event.timezone),
    joinedload(Talk.type),
    joinedload(Talk.language),
    selectinload(Talk.speakers).joinedload(TalkSpeaker.user),
    selectinload(Talk.tracks),
    selectinload(Talk.links),
)


def find_talk(session, talk_id: int) -> Talk:
    """The talk with all that any representation reads, and its event whole.

    :raises NotFound: if there is none, or none that anybody may see.
    """
    return _find_whole(session, Talk.id == talk_id)


def find_talk_by_stub(session, stub: str) -> Talk:
    """The talk under that short name, loaded as by :func:`find_talk`; :raises NotFound: as there."""
    return _find_whole(session, Talk.stub == stub)


def find_talk_alone(session, talk_id: int) -> Talk:
    """The talk and its event, and nothing else of either: for those who are going to write.

    :raises NotFound: as :func:`find_talk`.
    """
    wanted = select(Talk).join(Talk.event).where(Talk.id == talk_id, *VISIBLE).options(contains_eager(Talk.event))
    talk = session.scalar(wanted)
    if talk is None:
        raise NotFound("Talk not found")
    return talk


def list_speakers(session, talk_id: int) -> list[TalkSpeaker]:
    """The entries of a talk with their users, as they are now."""
    wanted = select(TalkSpeaker).where(TalkSpeaker.talk_id == talk_id).order_by(TalkSpeaker.id)
    return session.scalars(wanted.options(joinedload(TalkSpeaker.user)).execution_options(populate_existing=True)).all()


def speaks_at(session, talk_id: int, user_id: int) -> bool:
    """Whether somebody is a claimed speaker of the talk."""
    wanted = select(TalkSpeaker.id).where(TalkSpeaker.talk_id == talk_id, TalkSpeaker.user_id == user_id)
    return session.scalars(wanted.limit(1)).first() is not None


def list_event_talks(session, event_id: int, paging: Paging) -> Page:
    """The talks of an event in the order of their start; none if the event is not to be seen."""
    return _page(session, [Talk.event_id == event_id], [Talk.starts_at, Talk.id], paging)


def list_titled_talks(session, title: str, paging: Paging) -> Page:
    """Talks with ``title`` in theirs, newest first. It may hold LIKE's wildcards, as in the original.

    What is rare is looked up; much of a kind is met soon from the newest on. PostgreSQL tells which is
    which by itself.
    """
    pattern = like_pattern(title)
    match = trigram_match(pattern) if session.get_bind().dialect.name == "sqlite" else None
    counting = _COUNT_TITLED if match is None else _COUNT_LOOKED_UP
    total = remembered_count(session.connection(), counting, {"title": pattern, "match": match})
    named = [Talk.title_key.like(pattern, escape="\\")]
    if match is not None and total <= RARE:
        named.append(Talk.id.in_(_LOOKED_UP.bindparams(match=match)))
    return Page(session.scalars(paging.slice(_rows(named, NEWEST_FIRST))).all(), total, paging)


def list_user_talks(session, user_id: int, paging: Paging) -> Page:
    """The talks somebody is a claimed speaker of, newest first."""
    given = Talk.id.in_(select(TalkSpeaker.talk_id).where(TalkSpeaker.user_id == user_id))
    return _page(session, [given], NEWEST_FIRST, paging)


def list_links(session, talk_id: int) -> list[TalkLink]:
    """All links of a talk; none if the talk is not to be seen."""
    return session.scalars(_links(talk_id).order_by(TalkLink.id)).all()


def find_link(session, talk_id: int, link_id: int) -> TalkLink:
    link = session.scalar(_links(talk_id).where(TalkLink.id == link_id))
    if link is None:
        raise NotFound("ID not found")
    return link


def has_starred(session, talk_id: int, user_id: int) -> bool:
    return session.get(TalkStar, (user_id, talk_id)) is not None


# No more than so many are looked up in no order, and put in order then.
RARE = 1000

_TITLED = """JOIN listed_events ON listed_events.event_id = talks.event_id
    WHERE talks.is_active AND talks.title_key LIKE :title ESCAPE '\\'"""
_COUNT_TITLED = Prepared(text(f"SELECT count(*), {CHANGES} FROM talks {_TITLED}"))
_COUNT_LOOKED_UP = Prepared(
    text(f"""SELECT count(*), {CHANGES}
        FROM (SELECT rowid FROM talk_titles WHERE talk_titles MATCH :match) found
        JOIN talks ON talks.id = found.rowid {_TITLED}""")
)
_LOOKED_UP = text("SELECT rowid FROM talk_titles WHERE talk_titles MATCH :match")

NEWEST_FIRST = (Talk.starts_at.desc(), Talk.id.desc())


def _find_whole(session, condition):
    wanted = select(Talk).join(Talk.event).where(condition, *VISIBLE)
    talk = session.scalar(wanted.options(contains_eager(Talk.event), *SHOWN[1:]))
    if talk is None:
        raise NotFound("Talk not found")
    return talk


def _page(session, conditions, order, paging):
    total = session.scalar(select(func.count()).select_from(Talk).join(Talk.event).where(*conditions, *VISIBLE))
    return Page(session.scalars(paging.slice(_rows(conditions, order))).all(), total, paging)


def _rows(conditions, order):
    return select(Talk).join(Talk.event).where(*conditions, *VISIBLE).options(*SHOWN).order_by(*order)


def _links(talk_id):
    visible = select(Talk.id).join(Talk.event).where(Talk.id == talk_id, *VISIBLE)
    return select(TalkLink).where(TalkLink.talk_id.in_(visible))
