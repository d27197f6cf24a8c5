"""People who are notified of what happens in the crew, with their language and what they do not want."""

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import func, or_, select, true

from joindin.models import Event, GrantedPermission, GroupMember, User
from joindin.models.crew import CrewGuest, CrewProfile, FederatedUser, Participation, Shift
from joindin.utils.translations import LANGUAGES

# The language of people who have chosen none: that of all other mails.
DEFAULT_LANGUAGE = "en"

_user, _profile, _guest = User.__table__.c, CrewProfile.__table__.c, CrewGuest.__table__.c
_federated, _participation, _shift = FederatedUser.__table__.c, Participation.__table__.c, Shift.__table__.c
_grants, _members = GrantedPermission.__table__.c, GroupMember.__table__.c
_NAME = func.coalesce(func.nullif(_user.full_name, ""), _user.username)


class Receiver(NamedTuple):
    """``muted`` are pairs of a type and a way. People without an account have no ``user_id``; they get mails only.

    A guest has the ``guest_token`` of the link to their page, a federated user the ``federation_guest_id`` of theirs.
    """

    name: str
    email: str | None
    user_id: int | None = None
    language: str = DEFAULT_LANGUAGE
    muted: frozenset[tuple[str, str]] = frozenset()
    guest_token: str | None = None
    federation_guest_id: int | None = None


class Attendance(NamedTuple):
    """A participation with its shift, in individual times. ``receiver`` is None for placeholders and inactive users."""

    participation_id: int
    state: int
    name: str
    shift_id: int
    label: str
    event_id: int
    event_title: str
    location: str | None
    meets_at: dt.datetime
    starts_at: dt.datetime
    ends_at: dt.datetime
    receiver: Receiver | None


def list_receivers(session, user_ids: Collection[int]) -> list[Receiver]:
    """Return the active ones of these users, by id: one statement."""
    return [_user_receiver(row) for row in session.execute(_USERS.where(_user.id.in_(user_ids)))]


def list_responsibles(session, event_id: int) -> list[Receiver]:
    """Return the active users who may change this very event, by themselves or by a group (spec 17): one statement."""
    granted = (_grants.permission == "change_event") & (_grants.on_event_id == event_id)
    holders = select(_grants.user_id).where(granted, _grants.user_id.is_not(None))
    members = select(_members.user_id).join(GrantedPermission, _grants.group_id == _members.group_id).where(granted)
    statement = _USERS.where(or_(_user.id.in_(holders), _user.id.in_(members)))
    return [_user_receiver(row) for row in session.execute(statement)]


def list_attendances(session, *conditions) -> list[Attendance]:
    """Return the participations that meet the conditions on ``Participation`` and ``Shift``, by id: one statement."""
    session.flush()
    return [_attendance(row) for row in session.execute(_ATTENDANCES.where(*conditions))]


def _user_receiver(row):
    muted = frozenset(tuple(pair) for pair in row.muted_notifications or () if isinstance(pair, list))
    return Receiver(row.name, row.email, row.user_id, _language(row.preferred_language), muted)


def _attendance(row):
    receiver, name = None, row.placeholder_name
    if row.user_id is not None:
        receiver, name = _user_receiver(row) if row.is_active else None, row.name
    elif row.guest_id is not None:
        settings, name = row.mail_settings or {}, row.guest_name
        receiver = Receiver(
            name, row.guest_email, None, _language(settings.get("language")), guest_token=settings.get("token")
        )
    elif row.federated_user_id is not None:
        name = row.federated_name
        receiver = Receiver(name, row.federated_email, federation_guest_id=row.federation_guest_id)
    return Attendance(
        row.participation_id,
        row.state,
        name or "",
        row.shift_id,
        row.label,
        row.event_id,
        row.event_title,
        row.location,
        row.meets_at,
        row.starts_at,
        row.ends_at,
        receiver,
    )


def _language(value):
    return value if value in LANGUAGES else DEFAULT_LANGUAGE


_USERS = (
    select(
        _user.id.label("user_id"),
        _NAME.label("name"),
        _user.email,
        _profile.preferred_language,
        _profile.muted_notifications,
    )
    .select_from(User.__table__.outerjoin(CrewProfile.__table__, _profile.user_id == _user.id))
    .where(_user.is_active == true())
    .order_by(_user.id)
)
_ATTENDANCES = (
    select(
        _participation.id.label("participation_id"),
        _participation.state,
        _participation.user_id,
        _participation.guest_id,
        _participation.federated_user_id,
        _participation.placeholder_name,
        _shift.id.label("shift_id"),
        _shift.label,
        _shift.event_id,
        Event.__table__.c.name.label("event_title"),
        Event.__table__.c.location,
        _shift.meets_at,
        func.coalesce(_participation.individual_starts_at, _shift.starts_at).label("starts_at"),
        func.coalesce(_participation.individual_ends_at, _shift.ends_at).label("ends_at"),
        _user.is_active,
        _NAME.label("name"),
        _user.email,
        _profile.preferred_language,
        _profile.muted_notifications,
        _guest.display_name.label("guest_name"),
        _guest.email.label("guest_email"),
        _guest.mail_settings,
        _federated.display_name.label("federated_name"),
        _federated.email.label("federated_email"),
        _federated.guest_id.label("federation_guest_id"),
    )
    .select_from(
        Participation.__table__.join(Shift.__table__, _shift.id == _participation.shift_id)
        .join(Event.__table__, Event.__table__.c.id == _shift.event_id)
        .outerjoin(User.__table__, _user.id == _participation.user_id)
        .outerjoin(CrewProfile.__table__, _profile.user_id == _user.id)
        .outerjoin(CrewGuest.__table__, _guest.id == _participation.guest_id)
        .outerjoin(FederatedUser.__table__, _federated.id == _participation.federated_user_id)
    )
    .order_by(_participation.id)
)
