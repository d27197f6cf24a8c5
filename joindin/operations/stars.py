"""Marking talks."""

from sqlalchemy import delete

from joindin.database import insert_or_ignore, locked
from joindin.models import Talk, TalkStar
from joindin.operations.talks import hold_talk


def star_talk(session, talk_id: int, user_id: int) -> None:
    """Mark a talk; nothing happens if it is marked."""
    talk = hold_talk(session, talk_id)
    if insert_or_ignore(session, TalkStar, talk_id=talk_id, user_id=user_id):
        talk.star_count = Talk.star_count + 1
        session.flush()


def unstar_talk(session, talk_id: int, user_id: int) -> None:
    """Take the mark back; nothing happens if there is none, or no such talk."""
    talk = locked(session, Talk, talk_id)
    gone = session.execute(
        delete(TalkStar)
        .where(TalkStar.talk_id == talk_id, TalkStar.user_id == user_id)
        .execution_options(synchronize_session=False)
    ).rowcount
    if gone:
        talk.star_count = Talk.star_count - 1
        session.flush()
