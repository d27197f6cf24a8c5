"""Hosts of an event among the authors of comments."""

from collections.abc import Collection

from sqlalchemy import bindparam, select

from joindin.models import EventHost
from joindin.performance.sql.compiled import CompiledStatement

_HOSTS = CompiledStatement(
    select(EventHost.user_id).where(
        EventHost.event_id == bindparam("event_id"), EventHost.user_id.in_(bindparam("user_ids", expanding=True))
    )
)


def list_host_ids(connection, event_id: int, user_ids: Collection[int]) -> frozenset[int]:
    """Return which of the users host the event: one statement, none without users."""
    if not user_ids:
        return frozenset()
    rows = connection.execute(_HOSTS, {"event_id": event_id, "user_ids": sorted(user_ids)})
    return frozenset(row.user_id for row in rows)
