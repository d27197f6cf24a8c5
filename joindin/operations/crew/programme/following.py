"""Shifts follow talks and tracks, in the transaction that changes these.

A talk that leaves its block, because of its time, its day or its track, leaves the shift; planners generate one for it. Needs
the lock of the talk or track, and locks the event and the shifts.
"""

from joindin.db.locking import retry_on_lock_timeout
from joindin.models import Event, Track
from joindin.operations.crew.programme.rules import ShiftRule, choose_track, plan_shift, split_blocks
from joindin.operations.crew.programme.storage import apply_plan, retire_shift
from joindin.operations.crew.shifts import lock_crew_details, move_event
from joindin.operations.crew.signup import MSG_BUSY
from joindin.queries.crew.programme import list_shifts_of_talk, list_shifts_of_track, load_programme_talks


def follow_talk(session, talk_id: int) -> None:
    """Move the shifts of a talk whose title, time or tracks have changed: one statement if there are none.

    :raises Conflict: if the locks are not free in time.
    """
    if list_shifts_of_talk(session, talk_id):
        retry_on_lock_timeout(session, lambda: _follow(session, talk_id, set()), message=MSG_BUSY)


def leave_talk(session, talk_id: int) -> None:
    """Change the shifts of a talk that is deleted afterwards: a shift without talks is deleted, or marked if it has people.

    To be called in ``retry_on_lock_timeout``.
    """
    if list_shifts_of_talk(session, talk_id):
        _follow(session, talk_id, {talk_id})


def follow_track(session, track: Track) -> None:
    """Change the labels of the shifts of a track that has another name. To be called in ``retry_on_lock_timeout``."""
    shifts = list_shifts_of_track(session, track.id)
    if not shifts:
        return
    lock_crew_details(session, track.event_id)
    for stored in list_shifts_of_track(session, track.id):
        if talks := load_programme_talks(session, stored.talk_ids):
            rule = _rule_of(stored)
            apply_plan(session, stored, rule, plan_shift(rule, (track.id, track.name), talks))


def _follow(session, talk_id, deleted_ids):
    event_id = list_shifts_of_talk(session, talk_id)[0].shift.event_id
    details = lock_crew_details(session, event_id)
    timezone = session.get_one(Event, event_id).timezone
    for stored in list_shifts_of_talk(session, talk_id):
        talks = load_programme_talks(session, stored.talk_ids - deleted_ids)
        _follow_shift(session, stored, talks, talk_id, timezone)
    move_event(session, details)


def _follow_shift(session, stored, talks, talk_id, timezone):
    rule, track_id = _rule_of(stored), stored.rule.track_id
    if rule.max_gap is not None and track_id is not None and len(talks) > 1:
        talks = [talk for talk in talks if choose_track(talk, {track_id})]
    blocks = split_blocks(talks, rule.max_gap, timezone)
    if not blocks:
        retire_shift(session, stored)
        return
    # The rest of a block stays together, and the talk that moved away leaves.
    block = max(blocks, key=lambda each: (len(each), all(talk.id != talk_id for talk in each)))
    track = choose_track(block[0], {track_id}) or choose_track(block[0], None)
    apply_plan(session, stored, rule, plan_shift(rule, track, block))


def _rule_of(stored):
    row = stored.rule
    return ShiftRule(row.kind, row.label_pattern, row.minutes_before, row.minutes_after, row.max_gap)
