"""Adding hosts by name or address, and removing them while another one stays."""

from sqlalchemy import func, select

from joindin.db.locking import lock_row
from joindin.errors import Conflict, NotFound
from joindin.models import Event, EventHost
from joindin.operations.hosts import add_host, remove_host
from joindin.queries.accounts.users import get_user_by_login
from joindin.viewer import UserSnapshot

MSG_USER_NOT_FOUND = "There is no account with this name or address"
MSG_LAST_HOST = "An event keeps at least one host"


def add_host_by_login(session, event: Event, login: str, *, actor: UserSnapshot) -> None:
    """Make the user with that username or e-mail address a host.

    :raises NotFound: if there is no active account.
    :raises Conflict: if the user is a host already.
    """
    user = get_user_by_login(session, login)
    if user is None or not user.is_active:
        raise NotFound(MSG_USER_NOT_FOUND)
    add_host(session, event, username=user.username, actor=actor)


def remove_other_host(session, event: Event, user_id: int, *, remover: UserSnapshot) -> None:
    """Remove a host; :raises Conflict: if no other one stays; :raises Forbidden, NotFound: as :func:`remove_host`."""
    lock_row(session, Event, event.id)
    hosts = select(func.count()).select_from(EventHost).where(EventHost.event_id == event.id)
    if session.scalar(hosts) < 2:
        raise Conflict(MSG_LAST_HOST)
    remove_host(session, event, user_id=user_id, remover=remover)
