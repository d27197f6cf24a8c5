"""Adding hosts by name, inviting them by address, and removing them while another one stays."""

import datetime as dt

from sqlalchemy import func, select

from joindin.db.locking import lock_row
from joindin.errors import Conflict, NotFound
from joindin.models import Event, EventHost
from joindin.operations.hosts import add_host, remove_host
from joindin.operations.organiser.invitations import invite_host
from joindin.queries.accounts.users import get_user_by_username
from joindin.utils.email_addresses import is_email
from joindin.viewer import UserSnapshot

MSG_USER_NOT_FOUND = "There is no account with this name. Enter an e-mail address to send an invitation"
MSG_LAST_HOST = "An event keeps at least one host"


def add_host_by_login(session, event: Event, login: str, *, actor: UserSnapshot, now: dt.datetime) -> bool:
    """Make the user with that username a host, or mail an invitation to that address. Return whether it was mailed.

    An address is always invited, so that the response reveals no account.

    :raises NotFound: if it is neither the name of an active account nor an address.
    :raises Conflict: if the user is a host already; Conflict, RateLimited: as :func:`invite_host`.
    """
    user = get_user_by_username(session, login)
    if user is not None and user.is_active:
        add_host(session, event, username=user.username, actor=actor)
        return False
    if not is_email(login):
        raise NotFound(MSG_USER_NOT_FOUND)
    invite_host(session, event, login, actor=actor, now=now)
    return True


def remove_other_host(session, event: Event, user_id: int, *, remover: UserSnapshot) -> None:
    """Remove a host; :raises Conflict: if no other one stays; :raises Forbidden, NotFound: as :func:`remove_host`."""
    lock_row(session, Event, event.id)
    hosts = select(func.count()).select_from(EventHost).where(EventHost.event_id == event.id)
    if session.scalar(hosts) < 2:
        raise Conflict(MSG_LAST_HOST)
    remove_host(session, event, user_id=user_id, remover=remover)
