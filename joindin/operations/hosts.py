"""Hosts of an event."""

from sqlalchemy import delete, func, select, update

from joindin.db.locking import lock_row
from joindin.db.upserts import insert_or_ignore
from joindin.errors import Conflict, Forbidden, NotFound
from joindin.models import Event, EventComment, EventHost, User
from joindin.operations.audit import log_action
from joindin.queries.accounts.users import get_user_by_username
from joindin.viewer import UserSnapshot


def add_host(
    session, event: Event, *, username: str, actor: User | UserSnapshot | None, reason: str | None = None
) -> None:
    """Make a user a host. Their rating of the event no longer counts. The audit log gets ``reason``.

    :raises NotFound: if no active user has that name.
    :raises Conflict: if the user is a host already.
    """
    user = get_user_by_username(session, username)
    if user is None or not user.is_active:
        raise NotFound("No User found")
    lock_row(session, Event, event.id)
    if not insert_or_ignore(session, EventHost, event_id=event.id, user_id=user.id):
        raise Conflict("User is already a host")
    log_action(session, "event.add_host", event, actor=actor, reason=reason, changes={"host": [None, user.username]})
    recompute_event_ratings(session, event.id)


def remove_host(session, event: Event, *, user_id: int, remover: UserSnapshot) -> None:
    """Remove a host from the event; no effect if the user is none.

    An event keeps a host. A host cannot remove themselves, and of two hosts who remove each other at once the second
    is refused, because the right to remove is checked again under the lock.

    :raises Forbidden: if the remover is that user, or is neither a host nor an admin any more.
    :raises NotFound: if the user does not exist.
    """
    if user_id == remover.id:
        raise Forbidden("You are not allowed to remove yourself from the host-list")
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("No User found")
    lock_row(session, Event, event.id)
    if not remover.is_admin and not _is_host(session, event.id, remover.id):
        raise Forbidden("You do not have permission to remove hosts from this event")
    removed = session.execute(delete(EventHost).where(EventHost.event_id == event.id, EventHost.user_id == user_id))
    if removed.rowcount:
        log_action(session, "event.remove_host", event, actor=remover, changes={"host": [user.username, None]})
    recompute_event_ratings(session, event.id)


def recompute_event_ratings(session, *event_ids: int) -> None:
    """Recompute the rating counters after something other than a comment changed them.

    Ratings above 0 of users who are not hosts count, also those of hidden comments (spec 4.1).
    """
    hosts = select(EventHost.user_id).where(EventHost.event_id == EventComment.event_id).correlate(EventComment)
    counts = (
        EventComment.event_id == Event.id,
        EventComment.rating > 0,
        EventComment.user_id.is_not(None),
        EventComment.user_id.not_in(hosts),
    )
    session.execute(
        update(Event)
        .where(Event.id.in_(event_ids))
        .values(
            rating_sum=select(func.coalesce(func.sum(EventComment.rating), 0)).where(*counts).scalar_subquery(),
            rating_count=select(func.count()).select_from(EventComment).where(*counts).scalar_subquery(),
            version=Event.version + 1,
        )
        .execution_options(synchronize_session=False)
    )


def _is_host(session, event_id, user_id):
    host = select(EventHost.id).where(EventHost.event_id == event_id, EventHost.user_id == user_id)
    return session.scalar(host) is not None
