"""Devices of people without an account."""

import datetime as dt

from sqlalchemy import delete

from joindin.db.locking import lock_row
from joindin.models import Device
from joindin.operations.feedback.device_feedback import delete_device_feedback, move_device_feedback
from joindin.operations.personal.schedule_addresses import move_device_addresses
from joindin.operations.stars import move_device_stars
from joindin.security.tokens import hash_token, new_device_token

# The life of the cookie; browsers allow no longer one.
DEVICE_TTL = dt.timedelta(days=400)


def create_device(session, *, now: dt.datetime) -> tuple[Device, str]:
    """Store a new device; return it with the value of its cookie."""
    token = new_device_token()
    device = Device(token_hash=hash_token(token), first_seen_on=now.date(), last_seen_on=now.date())
    session.add(device)
    session.flush()
    return device, token


def record_device_use(device: Device, *, now: dt.datetime) -> bool:
    """Store the day of this use. Return whether it is the first one of the day."""
    if device.last_seen_on >= now.date():
        return False
    device.last_seen_on = now.date()
    return True


def merge_device(session, device_id: int, user_id: int, *, now: dt.datetime) -> None:
    """Move what a device has stored to an account. A device that was merged or deleted meanwhile has nothing."""
    if lock_row(session, Device, device_id) is not None:
        # First, because it locks the user, which a deletion of the account does before it locks talks.
        move_device_addresses(session, device_id, user_id)
        move_device_feedback(session, device_id, user_id, now=now)
        move_device_stars(session, device_id, user_id)


def delete_device(session, device_id: int) -> None:
    """Delete a device with all that it stored."""
    if lock_row(session, Device, device_id) is None:
        return
    delete_device_feedback(session, device_id)
    session.execute(delete(Device).where(Device.id == device_id).execution_options(synchronize_session=False))


def purge_unused_devices(session, now: dt.datetime) -> int:
    """Delete the devices whose cookies have expired; return their number. Their ratings and texts stay, without a device."""
    expired = Device.last_seen_on < (now - DEVICE_TTL).date()
    return session.execute(delete(Device).where(expired).execution_options(synchronize_session=False)).rowcount
