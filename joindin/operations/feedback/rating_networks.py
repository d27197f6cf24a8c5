"""Networks from which a talk is rated outside the days of its event. On these days a whole conference shares one."""

import datetime as dt

from sqlalchemy import delete

from joindin.models import TalkRatingNetwork

RETENTION = dt.timedelta(days=1)


def count_network(session, talk_id: int, network: str, *, now: dt.datetime) -> None:
    """Count a new rating. ``network`` is a hash that changes each day. The row of the talk must be locked."""
    stored = session.get(TalkRatingNetwork, (talk_id, network), populate_existing=True)
    if stored is None:
        session.add(TalkRatingNetwork(talk_id=talk_id, network=network, number=1, first_at=now, last_at=now))
    else:
        stored.number, stored.last_at = stored.number + 1, now


def purge_networks(session, now: dt.datetime) -> int:
    """Delete the counts that got nothing for a day; return their number."""
    old = TalkRatingNetwork.last_at < now - RETENTION
    return session.execute(delete(TalkRatingNetwork).where(old).execution_options(synchronize_session=False)).rowcount
