"""Finding talks, and all that their representations read.

A talk is there only if it is active and its event is visible, for everybody (spec 7.2).
"""

from sqlalchemy import func, select, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from joindin.errors import NotFound
from joindin.models import Event, Talk, TalkLink, TalkSpeaker, TalkStar
from joindin.queries.paging import Page, Paging
from joindin.text import fold

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
    wanted = select(Talk).join(Talk.event).where(Talk.id == talk_id, *VISIBLE)
    talk = session.scalar(wanted.options(contains_eager(Talk.event), *SHOWN[1:]))
    if talk is None:
        raise NotFound("Talk not found")
    return talk


def list_event_talks(session, event_id: int, paging: Paging) -> Page:
    """The talks of an event in the order of their start; none if the event is not to be seen."""
    return _page(session, [Talk.event_id == event_id], [Talk.starts_at, Talk.id], paging)


def list_titled_talks(session, title: str, paging: Paging) -> Page:
    """Talks with ``title`` in theirs, newest first. It may hold LIKE's wildcards, as in the original."""
    return _page(session, [Talk.title_key.like(f"%{fold(title)}%")], NEWEST_FIRST, paging)


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


NEWEST_FIRST = (Talk.starts_at.desc(), Talk.id.desc())


def _page(session, conditions, order, paging):
    total = session.scalar(select(func.count()).select_from(Talk).join(Talk.event).where(*conditions, *VISIBLE))
    rows = select(Talk).join(Talk.event).where(*conditions, *VISIBLE).options(*SHOWN).order_by(*order)
    return Page(session.scalars(paging.slice(rows)).all(), total, paging)


def _links(talk_id):
    visible = select(Talk.id).join(Talk.event).where(Talk.id == talk_id, *VISIBLE)
    return select(TalkLink).where(TalkLink.talk_id.in_(visible))
