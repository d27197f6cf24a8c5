"""Shifts of one person, for calendars and exports that a secret address opens."""

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Integer, String, bindparam, false, func, select, true, union_all

from joindin.models import Event, GrantedPermission, GroupMember, Talk, User
from joindin.models.crew import (
    CrewDetails,
    CrewProfile,
    EventType,
    Participation,
    ParticipationComment,
    Shift,
    programme_shift_talks,
)
from joindin.performance.sql.compiled import CompiledStatement

_shift, _participation, _event = Shift.__table__.c, Participation.__table__.c, Event.__table__.c
_details, _type, _talk = CrewDetails.__table__.c, EventType.__table__.c, Talk.__table__.c
_profile, _user, _comment = CrewProfile.__table__.c, User.__table__.c, ParticipationComment.__table__.c
_grant, _member, _link = GrantedPermission.__table__.c, GroupMember.__table__.c, programme_shift_talks.c
_TOKEN_HASH = bindparam("token_hash", type_=String)
_USER_ID = bindparam("user_id", type_=Integer)


class ShiftTalk(NamedTuple):
    title: str
    stub: str


def find_calendar_owner_id(connection, token_hash: str) -> int | None:
    """Return the user whose calendar it is; the accounts of some are not active."""
    return connection.scalar(_CALENDAR_OWNER, {"token_hash": token_hash})


def find_export_owner_id(connection, key_hash: str) -> int | None:
    """Return the active user whose shifts the key exports."""
    return connection.scalar(_EXPORT_OWNER, {"token_hash": key_hash})


def list_calendar_shifts(connection, user_id: int, states: Collection[int]) -> list:
    """Return the user's participations in these states with shift, event and type, the latest first."""
    return connection.execute(_SHIFTS, {"user_id": user_id, "states": list(states)}).all()


def load_organizers(connection, event_ids: Collection[int]) -> dict[int, str]:
    """Return the address of the first responsible user by event."""
    organizers = {}
    for event_id, email in connection.execute(_ORGANIZERS, {"event_ids": list(event_ids)}).all():
        organizers.setdefault(event_id, email)
    return organizers


def load_talks_of_shifts(connection, shift_ids: Collection[int]) -> dict[int, list[ShiftTalk]]:
    """Return the talks that shifts were generated from, in their order, by shift."""
    talks = defaultdict(list)
    for row in connection.execute(_SHIFT_TALKS, {"shift_ids": list(shift_ids)}).all():
        talks[row.shift_id].append(ShiftTalk(row.title, row.stub))
    return talks


def load_own_comments(connection, participation_ids: Collection[int]) -> dict[int, list[str]]:
    """Return what participants wrote about their own participation, by participation."""
    comments = defaultdict(list)
    for row in connection.execute(_OWN_COMMENTS, {"ids": list(participation_ids)}).all():
        comments[row.participation_id].append(row.text)
    return comments


def load_secret_addresses(connection, user_id: int):
    """Return whether the user has an address of a calendar (``calendar``), and a key of the export (``shifts``)."""
    return connection.execute(_EXISTING, {"user_id": user_id}).first()


_CALENDAR_OWNER = CompiledStatement(select(_profile.user_id).where(_profile.calendar_token_hash == _TOKEN_HASH))
_EXPORT_OWNER = CompiledStatement(
    select(_profile.user_id)
    .join(User.__table__, _user.id == _profile.user_id)
    .where(_profile.shifts_key_hash == _TOKEN_HASH, _user.is_active == true())
)
_EXISTING = CompiledStatement(
    select(
        _profile.calendar_token_hash.is_not(None).label("calendar"),
        _profile.shifts_key_hash.is_not(None).label("shifts"),
    ).where(_profile.user_id == _USER_ID)
)
_SHIFTS = CompiledStatement(
    select(
        _participation.id.label("participation_id"),
        _participation.state,
        _participation.created_at,
        func.coalesce(_participation.individual_starts_at, _shift.starts_at).label("starts_at"),
        func.coalesce(_participation.individual_ends_at, _shift.ends_at).label("ends_at"),
        _shift.id,
        _shift.event_id,
        _shift.label,
        (_shift.revision + _event.revision).label("revision"),
        _shift.revised_at,
        _event.revised_at.label("event_revised_at"),
        _event.submitted_at,
        _event.name,
        _event.description,
        _event.location,
        _event.place_id,
        _event.latitude,
        _event.longitude,
        _event.timezone,
        _type.id.label("type_id"),
        _type.title.label("type_title"),
    )
    .select_from(Participation.__table__)
    .join(Shift.__table__, _shift.id == _participation.shift_id)
    .join(Event.__table__, _event.id == _shift.event_id)
    .join(CrewDetails.__table__, _details.event_id == _event.id)
    .join(EventType.__table__, _type.id == _details.event_type_id)
    .where(
        _participation.user_id == _USER_ID,
        _participation.state.in_(bindparam("states", type_=Integer, expanding=True)),
        _details.is_draft == false(),
    )
    .order_by(_shift.starts_at.desc(), _shift.id.desc())
)
_EVENT_IDS = bindparam("event_ids", type_=Integer, expanding=True)
_IS_RESPONSIBLE = (
    _grant.permission == "change_event",
    _grant.on_event_id.in_(_EVENT_IDS),
    _user.is_active == true(),
    _user.email != "",
)
_RESPONSIBLES = union_all(
    select(_grant.on_event_id, _user.email, _user.id)
    .select_from(GrantedPermission.__table__.join(User.__table__, _user.id == _grant.user_id))
    .where(*_IS_RESPONSIBLE),
    select(_grant.on_event_id, _user.email, _user.id)
    .select_from(
        GrantedPermission.__table__.join(GroupMember.__table__, _member.group_id == _grant.group_id).join(
            User.__table__, _user.id == _member.user_id
        )
    )
    .where(*_IS_RESPONSIBLE),
).subquery()
_ORGANIZERS = CompiledStatement(
    select(_RESPONSIBLES.c.on_event_id, _RESPONSIBLES.c.email).order_by(_RESPONSIBLES.c.on_event_id, _RESPONSIBLES.c.id)
)
_SHIFT_TALKS = CompiledStatement(
    select(_link.shift_id, _talk.title, _talk.stub)
    .select_from(programme_shift_talks.join(Talk.__table__, _talk.id == _link.talk_id))
    .where(_link.shift_id.in_(bindparam("shift_ids", type_=Integer, expanding=True)))
    .order_by(_link.shift_id, _talk.starts_at, _talk.id)
)
_OWN_COMMENTS = CompiledStatement(
    select(_comment.participation_id, _comment.text)
    .where(_comment.participation_id.in_(bindparam("ids", type_=Integer, expanding=True)), _comment.author_id.is_(None))
    .order_by(_comment.id)
)
