"""Messages about events between moderators, authors and people who report them."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select, true

from joindin.models import ModerationMessage
from joindin.performance.sql.compiled import CompiledStatement

_message = ModerationMessage.__table__.c
_newest_first = (
    select(*_message)
    .where(_message.event_id == bindparam("event_id"))
    .order_by(_message.created_at.desc(), _message.id.desc())
)
_ALL = CompiledStatement(_newest_first)
_OF_AUTHOR = CompiledStatement(_newest_first.where(_message.is_author_visible == true()))
_counts = (
    select(_message.event_id, func.count().label("number"))
    .where(_message.event_id.in_(bindparam("ids", expanding=True)))
    .group_by(_message.event_id)
)
_COUNTS = CompiledStatement(_counts)
_COUNTS_OF_AUTHOR = CompiledStatement(_counts.where(_message.is_author_visible == true()))


def list_messages(connection, event_id: int, *, for_author: bool) -> Sequence:
    """Return the messages about an event, newest first; to its author only those that are meant for them."""
    return connection.execute(_OF_AUTHOR if for_author else _ALL, {"event_id": event_id}).all()


def count_messages(connection, event_ids: Sequence[int], *, for_author: bool = False) -> dict[int, int]:
    """Return the number of messages by event, without those that have none; for authors only those that are meant for them."""
    return dict(connection.execute(_COUNTS_OF_AUTHOR if for_author else _COUNTS, {"ids": list(event_ids)}).all())
