"""What a talk is rated, after something other than a comment changed it."""

from sqlalchemy import update

from joindin.models import Talk
from joindin.operations.talk_counters import TALK_COUNTERS

RATING_COUNTERS = {name: TALK_COUNTERS[name].scalar_subquery() for name in ("rating_sum", "rating_count")}


def recompute_talk_ratings(session, *talk_ids: int) -> None:
    """Count the ratings anew, without those of claimed speakers, and move the versions. Hold the talks' rows."""
    session.execute(
        update(Talk)
        .where(Talk.id.in_(talk_ids))
        .values(RATING_COUNTERS | {"version": Talk.version + 1})
        .execution_options(synchronize_session=False)
    )
