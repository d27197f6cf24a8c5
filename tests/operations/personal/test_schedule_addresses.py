"""Secret addresses of own schedules: limits, two writers, the move to an account, and their end."""

import datetime as dt

import pytest

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.models import ScheduleAddress
from joindin.operations.accounts.account_deletion import delete_user
from joindin.operations.accounts.passwords import secure_account
from joindin.operations.devices import create_device, delete_device, merge_device, purge_unused_devices
from joindin.operations.personal.schedule_addresses import (
    MAX_ADDRESSES,
    MAX_DEVICE_ADDRESSES,
    create_calendar_address,
    create_device_calendar_address,
    revoke_device_address,
    revoke_schedule_address,
    share_schedule,
)
from joindin.security.tokens import hash_token
from tests.concurrency import run_concurrently
from tests.factories import NOW, make_event, make_user

ENDED = "the secret addresses of the own schedule"


def names(session):
    return [address.name for address in session.query(ScheduleAddress).order_by(ScheduleAddress.id)]


def fill(session, user, number=MAX_ADDRESSES):
    for index in range(number):
        create_calendar_address(session, f"Of the user {index}", actor=user, now=NOW)


def test_only_the_hash_of_the_token_is_stored(session):
    token = create_calendar_address(session, "Mine", actor=make_user(session), now=NOW)

    assert session.query(ScheduleAddress).one().token_hash == hash_token(token)


@pytest.mark.parametrize(("name", "contents"), [("x" * 101, "all"), ("Mine", "none"), ("Mine", "")])
def test_invalid_fields_store_nothing(session, count_rows, name, contents):
    user = make_user(session)
    session.commit()
    before = count_rows()

    with pytest.raises(InvalidInput):
        create_calendar_address(session, name, contents, actor=user, now=NOW)
    assert count_rows() == before


def test_a_user_and_a_device_have_a_limit(session):
    user, (device, _) = make_user(session), create_device(session, now=NOW)
    fill(session, user)
    for _ in range(MAX_DEVICE_ADDRESSES):
        create_device_calendar_address(session, "Of the device", device_id=device.id, now=NOW)

    with pytest.raises(InvalidInput):
        create_calendar_address(session, "One more", actor=user, now=NOW)
    with pytest.raises(InvalidInput):
        share_schedule(session, make_event(session).id, "One more", actor=user, now=NOW)
    with pytest.raises(InvalidInput):
        create_device_calendar_address(session, "One more", device_id=device.id, now=NOW)
    assert "One more" not in names(session)


def test_simultaneous_writers_do_not_exceed_the_limit(app, session):
    user = make_user(session)
    fill(session, user, MAX_ADDRESSES - 1)

    def create():
        with app.app_context():
            try:
                create_calendar_address(db.session, "Last", actor=user, now=NOW)
            except InvalidInput:
                db.session.rollback()
                return False
            db.session.commit()
            return True

    assert sorted(run_concurrently(session, [create] * 4)) == [False, False, False, True]
    assert session.query(ScheduleAddress).count() == MAX_ADDRESSES


def test_an_address_is_revoked_by_its_owner_only(session):
    ada, ben = make_user(session), make_user(session)
    device, other = (create_device(session, now=NOW)[0] for _ in range(2))
    create_calendar_address(session, "Of Ada", actor=ada, now=NOW)
    create_device_calendar_address(session, "Of the device", device_id=device.id, now=NOW)
    of_ada, of_device = (address.id for address in session.query(ScheduleAddress).order_by(ScheduleAddress.id))

    revoke_schedule_address(session, of_ada, actor=ben)
    revoke_schedule_address(session, of_device, actor=ada)
    revoke_device_address(session, of_device, device_id=other.id)
    revoke_device_address(session, of_ada, device_id=device.id)
    assert names(session) == ["Of Ada", "Of the device"]
    revoke_schedule_address(session, of_ada, actor=ada)
    revoke_device_address(session, of_device, device_id=device.id)
    assert names(session) == []


def test_a_new_shared_page_replaces_that_of_the_same_event_only(session):
    user, events = make_user(session), [make_event(session) for _ in range(2)]
    for name, event in (("One", events[0]), ("Two", events[1]), ("Three", events[0])):
        share_schedule(session, event.id, name, actor=user, now=NOW)

    assert names(session) == ["Two", "Three"]


def test_addresses_of_a_device_move_to_the_account_and_keep_their_contents(session):
    user, (device, _) = make_user(session), create_device(session, now=NOW)
    create_device_calendar_address(session, "Of the device", device_id=device.id, now=NOW)

    merge_device(session, device.id, user.id, now=NOW)
    delete_device(session, device.id)

    address = session.query(ScheduleAddress).one()
    assert (address.user_id, address.device_id, address.contents) == (user.id, None, "stars")


def test_addresses_move_as_far_as_the_limit_allows(session):
    user, (device, _) = make_user(session), create_device(session, now=NOW)
    fill(session, user, MAX_ADDRESSES - 1)
    for name in ("Older", "Newer"):
        create_device_calendar_address(session, name, device_id=device.id, now=NOW)

    merge_device(session, device.id, user.id, now=NOW)
    delete_device(session, device.id)

    assert names(session)[MAX_ADDRESSES - 1 :] == ["Older"]


def test_addresses_end_with_their_device_or_their_user(session):
    user, root = make_user(session), make_user(session, is_admin=True)
    device, expired = (create_device(session, now=now)[0] for now in (NOW, NOW - dt.timedelta(days=401)))
    create_calendar_address(session, "Of the user", actor=user, now=NOW)
    for each in (device, expired):
        create_device_calendar_address(session, "Of a device", device_id=each.id, now=NOW)

    purge_unused_devices(session, NOW)
    assert names(session) == ["Of the user", "Of a device"]
    delete_device(session, device.id)
    assert names(session) == ["Of the user"]
    delete_user(session, user.id, actor=root)
    assert names(session) == []


def test_securing_an_account_ends_its_addresses_only(session):
    ada, ben = make_user(session), make_user(session)
    for user in (ada, ben):
        create_calendar_address(session, user.username, actor=user, now=NOW)

    _, ended = secure_account(session, ada.id, actor=None, now=NOW)

    assert (names(session), ENDED in ended) == ([ben.username], True)
    assert ENDED not in secure_account(session, make_user(session).id, actor=None, now=NOW)[1]


def test_simultaneous_shares_of_an_event_leave_one_page(app, session):
    user, event = make_user(session), make_event(session)

    def share():
        with app.app_context():
            share_schedule(db.session, event.id, "Page", actor=user, now=NOW)
            db.session.commit()

    run_concurrently(session, [share] * 4)

    assert names(session) == ["Page"]
