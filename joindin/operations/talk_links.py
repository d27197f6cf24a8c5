"""Links of a talk to slides, recordings and code."""

from sqlalchemy import delete, func, select

from joindin.errors import InvalidInput
from joindin.models import LINK_TYPES, TalkLink
from joindin.operations.talks import lock_talk

MAX_LINKS = 50


def add_link(session, talk_id: int, *, type: str, url: str) -> TalkLink:
    """Add a link to a talk; a talk may have several links of a type.

    :raises InvalidInput: if there is no such type, or the talk has too many links.
    """
    if type not in LINK_TYPES:
        raise InvalidInput("The Link has not been inserted")
    lock_talk(session, talk_id)
    if session.scalar(select(func.count()).select_from(TalkLink).where(TalkLink.talk_id == talk_id)) >= MAX_LINKS:
        raise InvalidInput(f"A talk must not have more than {MAX_LINKS} links")
    link = TalkLink(talk_id=talk_id, type=type, url=url)
    session.add(link)
    session.flush()
    return link


def edit_link(session, talk_id: int, link_id: int, *, type: str, url: str) -> bool:
    """Change a link of a talk; return False if there is no such link or type."""
    lock_talk(session, talk_id)
    link = session.scalar(select(TalkLink).where(TalkLink.talk_id == talk_id, TalkLink.id == link_id))
    if link is None or type not in LINK_TYPES:
        return False
    link.type, link.url = type, url
    session.flush()
    return True


def remove_link(session, talk_id: int, link_id: int) -> None:
    """Remove a link of a talk; no effect if there is none."""
    lock_talk(session, talk_id)
    session.execute(
        delete(TalkLink)
        .where(TalkLink.talk_id == talk_id, TalkLink.id == link_id)
        .execution_options(synchronize_session=False)
    )
