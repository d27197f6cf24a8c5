"""Stars on talks."""

from sqlalchemy import select, update

from joindin.db.upserts import insert_or_ignore
from joindin.models import Event, Talk, TalkStar
from joindin.operations.toggles import CountedToggle
from joindin.performance.sql.writer import TransactionRunner
from joindin.queries.talks import VISIBLE

_toggle = CountedToggle(
    TalkStar.__table__,
    "talk_id",
    objects=Talk.__table__,
    counter="star_count",
    visible=select(Event.id).where(Event.id == Talk.event_id, *VISIBLE).correlate(Talk).exists(),
)


def star(session, talk_id: int, user_id: int) -> None:
    """Star a talk in the session's transaction."""
    if insert_or_ignore(session, TalkStar, talk_id=talk_id, user_id=user_id):
        session.execute(
            update(Talk)
            .where(Talk.id == talk_id)
            .values(star_count=Talk.star_count + 1, version=Talk.version + 1)
            .execution_options(synchronize_session=False)
        )


def star_talk(writer: TransactionRunner, talk_id: int, user_id: int) -> bool:
    """Star a talk, and commit. Return False if no such talk is visible."""
    return _toggle.set(writer, talk_id, user_id)


def unstar_talk(writer: TransactionRunner, talk_id: int, user_id: int) -> None:
    """Remove the star of a talk if there is one, and commit."""
    _toggle.unset(writer, talk_id, user_id)
