"""Recomputation of the ratings of talks."""

from sqlalchemy import update

from joindin.models import Talk
from joindin.operations.talk_counters import TALK_COUNTERS

RATING_COUNTERS = {name: TALK_COUNTERS[name].scalar_subquery() for name in ("rating_sum", "rating_count")}


def recompute_talk_ratings(session, *talk_ids: int) -> None:
    """Recompute the ratings without those of claimed speakers and increment the versions. The rows must be locked."""
    session.execute(
        update(Talk)
        .where(Talk.id.in_(talk_ids))
        .values(RATING_COUNTERS | {"version": Talk.version + 1})
        .execution_options(synchronize_session=False)
    )
