"""Secret addresses of the own schedule: created, shown once, and revoked. Each opens one file or page and is no credential elsewhere.

The row of the user or the device is locked while addresses are counted, so that two writers together do not exceed the limit.
"""

import datetime as dt

from sqlalchemy import bindparam, delete, func, or_, select, update

from joindin.db.locking import lock_row
from joindin.errors import Conflict, InvalidInput, Unauthenticated
from joindin.models import Device, ScheduleAddress, User
from joindin.models.personal.schedule_addresses import CALENDAR, EVERYTHING, PAGE, STARS
from joindin.operations.audit import log_action
from joindin.performance.sql.compiled import CompiledStatement
from joindin.performance.sql.writer import TransactionRunner
from joindin.security.tokens import hash_token, new_session_token
from joindin.utils.messages import TranslatableMessage
from joindin.viewer import UserSnapshot

MAX_NAME_LENGTH = 100
MAX_ADDRESSES, MAX_DEVICE_ADDRESSES = 20, 5
CONTENTS = (EVERYTHING, STARS)
MSG_NAME_TOO_LONG = f"The name must have at most {MAX_NAME_LENGTH} characters"
MSG_TOO_MANY = "There are {} addresses already. Delete one first"

_address = ScheduleAddress.__table__.c
_RECORD_FETCH = CompiledStatement(
    update(ScheduleAddress.__table__)
    .where(
        _address.id == bindparam("address_id"),
        or_(
            _address.last_fetched_on.is_(None),
            _address.last_fetched_on < bindparam("today", type_=_address.last_fetched_on.type),
        ),
    )
    .values(last_fetched_on=bindparam("today", type_=_address.last_fetched_on.type))
)


def create_calendar_address(
    session,
    name: str,
    contents: str = EVERYTHING,
    event_id: int | None = None,
    *,
    token: str | None = None,
    actor: User | UserSnapshot,
    now: dt.datetime,
) -> str:
    """Return the token of a new address of a user's calendar, limited to an event if there is one. It is random unless it is
    given.

    :raises InvalidInput: if a field is invalid, or the user has too many addresses.
    :raises Unauthenticated: if the user was deleted.
    """
    if contents not in CONTENTS:
        raise InvalidInput(f"scope must be {' or '.join(CONTENTS)}")
    user = _lock_user(session, actor)
    token = _store(session, MAX_ADDRESSES, now, token, CALENDAR, contents, name, event_id, user_id=user.id)
    log_action(session, "schedule_address.create", user, actor=actor)
    return token


def create_device_calendar_address(
    session, name: str, event_id: int | None = None, *, token: str | None = None, device_id: int, now: dt.datetime
) -> str:
    """Return the token of a new address of the calendar with the stars of a device. It is random unless it is given.

    :raises InvalidInput: if the name is too long, or the device has too many addresses.
    :raises Conflict: if the device was deleted since it was loaded.
    """
    if lock_row(session, Device, device_id) is None:
        raise Conflict("This device was deleted meanwhile. Open the page again")
    return _store(session, MAX_DEVICE_ADDRESSES, now, token, CALENDAR, STARS, name, event_id, device_id=device_id)


def share_schedule(
    session, event_id: int, name: str, *, token: str | None = None, actor: User | UserSnapshot, now: dt.datetime
) -> str:
    """Return the token of a new page with the user's starred talks of an event; the former page ends. It is random unless it
    is given.

    :raises InvalidInput: if the user has too many addresses.
    :raises Unauthenticated: if the user was deleted.
    """
    user = _lock_user(session, actor)
    _delete_page(session, user.id, event_id)
    token = _store(session, MAX_ADDRESSES, now, token, PAGE, STARS, name, event_id, user_id=user.id)
    log_action(session, "schedule_page.create", user, actor=actor)
    return token


def unshare_schedule(session, event_id: int, *, actor: User | UserSnapshot) -> None:
    """End the page with the user's starred talks of an event, if there is one."""
    user = _lock_user(session, actor)
    if _delete_page(session, user.id, event_id):
        log_action(session, "schedule_page.revoke", user, actor=actor)


def revoke_schedule_address(session, address_id: int, *, actor: User | UserSnapshot) -> None:
    """End an address of the user. No effect if the user has no such address."""
    user = _lock_user(session, actor)
    if _delete(session, _address.id == address_id, _address.user_id == user.id):
        log_action(session, "schedule_address.revoke", user, actor=actor)


def revoke_device_address(session, address_id: int, *, device_id: int) -> None:
    """End an address of the device. No effect if the device has no such address."""
    _delete(session, _address.id == address_id, _address.device_id == device_id)


def end_schedule_addresses(session, user_id: int) -> list[TranslatableMessage]:
    """End all addresses of an account that another person may know. Return what ended."""
    is_ended = _delete(session, _address.user_id == user_id)
    return [TranslatableMessage("the secret addresses of the own schedule")] if is_ended else []


def move_device_addresses(session, device_id: int, user_id: int) -> None:
    """Move the addresses of a device to an account, the oldest first, as far as its limit allows.

    They keep their contents: the starred talks, from now on those of the account. The caller has locked the device.
    """
    lock_row(session, User, user_id)
    oldest = select(_address.id).where(_address.device_id == device_id).order_by(_address.id)
    moved = session.scalars(oldest.limit(max(0, MAX_ADDRESSES - _count(session, user_id=user_id)))).all()
    session.execute(
        update(ScheduleAddress)
        .where(_address.id.in_(moved))
        .values(user_id=user_id, device_id=None)
        .execution_options(synchronize_session=False)
    )


def record_fetch(writer: TransactionRunner, address, *, today: dt.date) -> None:
    """Store the day on which the address was fetched, once a day, and commit."""
    if address.last_fetched_on is None or address.last_fetched_on < today:
        writer.execute(_RECORD_FETCH, {"address_id": address.id, "today": today})


def _lock_user(session, actor):
    user = lock_row(session, User, actor.id)
    if user is None:
        raise Unauthenticated("You must be logged in")
    return user


def _store(session, limit, now, token, kind, contents, name, event_id, **owner):
    if len(name) > MAX_NAME_LENGTH:
        raise InvalidInput(MSG_NAME_TOO_LONG)
    if _count(session, **owner) >= limit:
        raise InvalidInput(MSG_TOO_MANY.format(limit))
    token = token or new_session_token()
    session.add(
        ScheduleAddress(
            token_hash=hash_token(token),
            kind=kind,
            contents=contents,
            name=name,
            event_id=event_id,
            created_at=now,
            **owner,
        )
    )
    session.flush()
    return token


def _count(session, **owner):
    return session.scalar(select(func.count()).select_from(ScheduleAddress).filter_by(**owner))


def _delete_page(session, user_id, event_id):
    return _delete(session, _address.kind == PAGE, _address.user_id == user_id, _address.event_id == event_id)


def _delete(session, *conditions):
    statement = delete(ScheduleAddress).where(*conditions).execution_options(synchronize_session=False)
    return session.execute(statement).rowcount
