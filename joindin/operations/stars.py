"""Stars on talks, of users and of devices. ``talks.star_count`` counts those of users."""

import datetime as dt

from sqlalchemy import delete, select, update

from joindin.db.locking import lock_row
from joindin.db.upserts import insert_or_ignore
from joindin.errors import Conflict
from joindin.models import Device, DeviceStar, Event, Talk, TalkStar
from joindin.operations.toggles import CountedToggle
from joindin.performance.sql.writer import TransactionRunner
from joindin.queries.talks import VISIBLE

_toggle = CountedToggle(
    TalkStar.__table__,
    "talk_id",
    objects=Talk.__table__,
    counter="star_count",
    visible=select(Event.id).where(Event.id == Talk.event_id, *VISIBLE).correlate(Talk).exists(),
)


def star(session, talk_id: int, user_id: int) -> None:
    """Star a talk in the session's transaction."""
    if insert_or_ignore(session, TalkStar, talk_id=talk_id, user_id=user_id):
        session.execute(
            update(Talk)
            .where(Talk.id == talk_id)
            .values(star_count=Talk.star_count + 1, version=Talk.version + 1)
            .execution_options(synchronize_session=False)
        )


def star_talk(writer: TransactionRunner, talk_id: int, user_id: int) -> bool:
    """Star a talk, and commit. Return False if no such talk is visible."""
    return _toggle.set(writer, talk_id, user_id)


def unstar_talk(writer: TransactionRunner, talk_id: int, user_id: int) -> None:
    """Remove the star of a talk if there is one, and commit."""
    _toggle.unset(writer, talk_id, user_id)


def star_from_device(session, talk_id: int, device_id: int, *, now: dt.datetime) -> None:
    """Star a talk from a device. A second star changes nothing.

    :raises Conflict: if the device was deleted since it was loaded.
    """
    if lock_row(session, Device, device_id, allows_references=True) is None:
        raise Conflict("This device was deleted meanwhile. Open the page again")
    insert_or_ignore(session, DeviceStar, device_id=device_id, talk_id=talk_id, created_at=now)


def unstar_from_device(session, talk_id: int, device_id: int) -> None:
    """Remove the star of a device if there is one."""
    session.execute(
        delete(DeviceStar)
        .where(DeviceStar.device_id == device_id, DeviceStar.talk_id == talk_id)
        .execution_options(synchronize_session=False)
    )


def move_device_stars(session, device_id: int, user_id: int) -> int:
    """Star the talks of a device for a user, and remove its stars. Return how many talks the device had starred.

    The caller has locked the device. Talks are locked in the order of their ids, as two devices may be moved at the same time.
    """
    talk_ids = session.scalars(
        select(DeviceStar.talk_id).where(DeviceStar.device_id == device_id).order_by(DeviceStar.talk_id)
    ).all()
    for talk_id in talk_ids:
        star(session, talk_id, user_id)
    session.execute(
        delete(DeviceStar).where(DeviceStar.device_id == device_id).execution_options(synchronize_session=False)
    )
    return len(talk_ids)
