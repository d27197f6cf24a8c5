"""Operations of organisers at the same moment: nothing is lost, and one of two that exclude each other is refused."""

from collections import Counter
from functools import partial

import pytest
from sqlalchemy import func, select

from joindin.errors import Conflict, Forbidden, InvalidInput, NotFound
from joindin.extensions import db
from joindin.models import AuditEntry, Event, EventHost, Room, Talk, Track, User, talk_tracks
from joindin.operations.counter_repair import verify_counters
from joindin.operations.organiser.hosts import remove_other_host
from joindin.operations.organiser.ordering import DOWN, UP
from joindin.operations.organiser.rooms import delete_room, edit_room, merge_rooms, move_room, renew_room_codes
from joindin.operations.organiser.talks import set_talk_visibility
from joindin.operations.organiser.tracks import merge_tracks, move_track
from joindin.operations.tracks import add_track, delete_track
from tests.concurrency import run_concurrently
from tests.factories import make_room, make_talk, make_track, make_user

REFUSALS = (Conflict, Forbidden, InvalidInput, NotFound)


@pytest.fixture
def at_once(app, session):
    """Call operations with a session of their own at the same moment; count the names of their errors, None for success."""

    def attempt(operation):
        with app.app_context():
            try:
                operation(db.session)
                db.session.commit()
            except REFUSALS as refusal:
                return type(refusal).__name__

    return lambda *operations: Counter(run_concurrently(session, [partial(attempt, each) for each in operations]))


def as_ids(rows):
    return [row.id for row in rows]


@pytest.mark.parametrize(("make", "move", "model"), [(make_room, move_room, Room), (make_track, move_track, Track)])
def test_simultaneous_moves_leave_one_order(session, event, at_once, make, move, model):
    ids = as_ids([make(session, event) for _ in range(6)])

    outcomes = at_once(
        *(partial(move, **{f"{model.__name__.lower()}_id": id_, "direction": way}) for id_ in ids for way in (UP, DOWN))
    )

    assert outcomes == {None: 12}
    assert sorted(session.scalars(select(model.position))) == list(range(6))


def test_two_rooms_that_are_merged_into_each_other_keep_the_talks_in_one(session, event, at_once):
    first, second = as_ids([make_room(session, event) for _ in range(2)])
    for room_id in (first, second) * 5:
        make_talk(session, event, room_id=room_id)

    outcomes = at_once(
        lambda session: merge_rooms(session, first, second), lambda session: merge_rooms(session, second, first)
    )

    [left] = session.scalars(select(Room.id))
    assert outcomes == {None: 1, "NotFound": 1}
    assert session.scalars(select(Talk.room_id)).all() == [left] * 10


def test_rooms_are_changed_while_others_merge_delete_move_and_renew_them(session, event, at_once):
    ids = as_ids([make_room(session, event) for _ in range(6)])
    for room_id in ids * 3:
        make_talk(session, event, room_id=room_id)
    event_id = event.id

    outcomes = at_once(
        lambda session: merge_rooms(session, ids[0], ids[1]),
        lambda session: delete_room(session, ids[2]),
        lambda session: edit_room(session, ids[3], name="Great hall"),
        lambda session: move_room(session, ids[4], UP),
        lambda session: renew_room_codes(session, session.get_one(Event, event_id), actor=None),
        lambda session: renew_room_codes(session, session.get_one(Event, event_id), actor=None),
    )

    talks = Counter(session.scalars(select(Talk.room_id)))
    assert outcomes == {None: 6}
    assert talks == {None: 3, ids[1]: 6, ids[3]: 3, ids[4]: 3, ids[5]: 3}
    assert session.get_one(Room, ids[3]).name == "Great hall"
    assert session.get_one(Room, ids[5]).key_generation == 2
    assert session.scalars(select(AuditEntry.action)).all() == ["event.renew_room_codes"] * 2


def test_a_talk_is_placed_while_its_room_is_merged(session, event, at_once):
    first, second = as_ids([make_room(session, event) for _ in range(2)])
    talk_ids = as_ids([make_talk(session, event) for _ in range(6)])

    def place(talk_id, session):
        session.get_one(Talk, talk_id).room_id = second
        session.flush()

    outcomes = at_once(
        lambda session: merge_rooms(session, first, second), *(partial(place, talk_id) for talk_id in talk_ids)
    )

    assert outcomes == {None: 7}
    assert session.scalars(select(Talk.room_id)).all() == [second] * 6


def test_two_tracks_that_are_merged_into_each_other_keep_the_talks_in_one(session, event, at_once):
    tracks = [make_track(session, event) for _ in range(2)]
    first, second = as_ids(tracks)
    for track in tracks * 4:
        make_talk(session, event, tracks=[track])
    make_talk(session, event, tracks=tracks)

    outcomes = at_once(
        lambda session: merge_tracks(session, first, second), lambda session: merge_tracks(session, second, first)
    )

    [left] = session.scalars(select(Track))
    assert outcomes == {None: 1, "NotFound": 1}
    assert (left.talk_count, session.scalar(select(func.count()).select_from(talk_tracks))) == (9, 9)
    assert [found for _, found in verify_counters(session, fix=False) if found] == []


def test_tracks_are_merged_while_their_talks_are_hidden_and_others_move_and_go(session, event, at_once):
    tracks = [make_track(session, event) for _ in range(4)]
    ids = as_ids(tracks)
    talk_ids = as_ids([make_talk(session, event, tracks=tracks[:2]) for _ in range(4)])
    event_id = event.id

    outcomes = at_once(
        lambda session: merge_tracks(session, ids[0], ids[1]),
        *(partial(set_talk_visibility, talk_id=talk_id, is_active=False, actor=None) for talk_id in talk_ids[:2]),
        lambda session: move_track(session, ids[2], DOWN),
        lambda session: delete_track(session, ids[3]),
        lambda session: add_track(session, event_id, name="New", description=""),
    )

    assert outcomes == {None: 6}
    assert session.get_one(Track, ids[1]).talk_count == 2
    assert session.get_one(Event, event_id).track_count == 3
    assert [found for _, found in verify_counters(session, fix=False) if found] == []


@pytest.fixture
def two_hosts(session, event, host):
    """Return the ids of the two hosts of the event."""
    other = make_user(session)
    session.add(EventHost(event_id=event.id, user_id=other.id))
    session.flush()
    return host.id, other.id


def remover(event_id, remover_id, user_id):
    return lambda session: remove_other_host(
        session, session.get_one(Event, event_id), user_id, remover=session.get_one(User, remover_id)
    )


def test_of_two_hosts_who_remove_each_other_one_stays(session, event, two_hosts, at_once):
    first, second = two_hosts

    outcomes = at_once(remover(event.id, first, second), remover(event.id, second, first))

    assert outcomes[None] == 1
    assert session.scalar(select(func.count()).select_from(EventHost)) == 1


def test_two_admins_who_remove_both_hosts_leave_one(session, event, two_hosts, at_once):
    admins = as_ids([make_user(session, is_admin=True) for _ in range(2)])

    outcomes = at_once(*(remover(event.id, admin_id, host_id) for admin_id, host_id in zip(admins, two_hosts)))

    assert outcomes == {None: 1, "Conflict": 1}
    assert session.scalar(select(func.count()).select_from(EventHost)) == 1
