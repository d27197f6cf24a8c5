"""Slides, recordings and code of a talk."""

from sqlalchemy import delete, func, select

from joindin.errors import Invalid
from joindin.models import LINK_TYPES, TalkLink
from joindin.operations.talks import hold_talk

MOST_LINKS = 50


def add_link(session, talk_id: int, *, type: str, url: str) -> TalkLink:
    """Add a link to a talk; there may be several of a type.

    :raises Invalid: if there is no such type, or the talk has enough links.
    """
    if type not in LINK_TYPES:
        raise Invalid("The Link has not been inserted")
    hold_talk(session, talk_id)
    if session.scalar(select(func.count()).select_from(TalkLink).where(TalkLink.talk_id == talk_id)) >= MOST_LINKS:
        raise Invalid(f"A talk must not have more than {MOST_LINKS} links")
    link = TalkLink(talk_id=talk_id, type=type, url=url)
    session.add(link)
    session.flush()
    return link


def edit_link(session, talk_id: int, link_id: int, *, type: str, url: str) -> bool:
    """Change a link of a talk; whether there is such a link, and such a type."""
    hold_talk(session, talk_id)
    link = session.scalar(select(TalkLink).where(TalkLink.talk_id == talk_id, TalkLink.id == link_id))
    if link is None or type not in LINK_TYPES:
        return False
    link.type, link.url = type, url
    session.flush()
    return True


def remove_link(session, talk_id: int, link_id: int) -> None:
    """Take a link off a talk; nothing happens if there is none."""
    hold_talk(session, talk_id)
    session.execute(
        delete(TalkLink)
        .where(TalkLink.talk_id == talk_id, TalkLink.id == link_id)
        .execution_options(synchronize_session=False)
    )
