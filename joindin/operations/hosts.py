"""Who runs an event."""

from sqlalchemy import delete, func, select, update

from joindin.db.locking import lock_row
from joindin.db.upserts import insert_or_ignore
from joindin.errors import Conflict, Forbidden, NotFound
from joindin.models import Event, EventComment, EventHost, User
from joindin.operations.audit import log_action
from joindin.queries.accounts.users import get_user_by_username
from joindin.viewer import UserSnapshot


def add_host(session, event: Event, *, username: str, actor: User | None) -> None:
    """Make somebody a host; what they rated here no longer counts.

    :raises NotFound: if nobody goes by that name.
    :raises Conflict: if they are one already.
    """
    user = get_user_by_username(session, username)
    if user is None or not user.is_active:
        raise NotFound("No User found")
    lock_row(session, Event, event.id)
    if not insert_or_ignore(session, EventHost, event_id=event.id, user_id=user.id):
        raise Conflict("User is already a host")
    log_action(session, "event.add_host", event, actor=actor, changes={"host": [None, user.username]})
    recompute_event_ratings(session, event.id)


def remove_host(session, event: Event, *, user_id: int, remover: UserSnapshot) -> None:
    """Take somebody off the hosts; nothing happens if they are none.

    :raises Forbidden: when somebody would take off themselves, so that no event loses its last host.
    """
    if user_id == remover.id:
        raise Forbidden("You are not allowed to remove yourself from the host-list")
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("No User found")
    lock_row(session, Event, event.id)
    gone = session.execute(delete(EventHost).where(EventHost.event_id == event.id, EventHost.user_id == user_id))
    if gone.rowcount:
        log_action(session, "event.remove_host", event, actor=remover, changes={"host": [user.username, None]})
    recompute_event_ratings(session, event.id)


def recompute_event_ratings(session, *event_ids: int) -> None:
    """Work out the rating counters anew, after something other than a comment changed them.

    What counts: ratings above 0, also in hidden comments, by people who are not hosts (spec 4.1).
    """
    hosts = select(EventHost.user_id).where(EventHost.event_id == EventComment.event_id).correlate(EventComment)
    counted = (
        EventComment.event_id == Event.id,
        EventComment.rating > 0,
        EventComment.user_id.is_not(None),
        EventComment.user_id.not_in(hosts),
    )
    session.execute(
        update(Event)
        .where(Event.id.in_(event_ids))
        .values(
            rating_sum=select(func.coalesce(func.sum(EventComment.rating), 0)).where(*counted).scalar_subquery(),
            rating_count=select(func.count()).select_from(EventComment).where(*counted).scalar_subquery(),
            version=Event.version + 1,
        )
        .execution_options(synchronize_session=False)
    )
