"""Recomputation of the ratings of talks."""

from sqlalchemy import update

from joindin.models import Talk
from joindin.operations.talk_counters import TALK_COUNTERS

GUEST_COUNTERS = {name: TALK_COUNTERS[name].scalar_subquery() for name in ("guest_rating_sum", "guest_rating_count")}
RATING_COUNTERS = {name: TALK_COUNTERS[name].scalar_subquery() for name in ("rating_sum", "rating_count")}


def recompute_talk_ratings(session, *talk_ids: int) -> None:
    """Recompute the ratings without those of claimed speakers and increment the versions. The rows must be locked."""
    session.execute(
        update(Talk)
        .where(Talk.id.in_(talk_ids))
        .values(RATING_COUNTERS | {"version": Talk.version + 1})
        .execution_options(synchronize_session=False)
    )


def recompute_guest_ratings(session, *talk_ids: int) -> None:
    """Recompute the ratings of devices. The rows must be locked. The versions stay, because v2.1 shows none of these."""
    session.execute(
        update(Talk).where(Talk.id.in_(talk_ids)).values(GUEST_COUNTERS).execution_options(synchronize_session=False)
    )
