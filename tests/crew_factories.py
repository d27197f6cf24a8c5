"""Factories of the crew's rows: valid by default, and nothing but the row that the function is named after."""

import datetime as dt
from decimal import Decimal
from itertools import count
from uuid import uuid4

from joindin.models import FEDERATION, AccessToken
from joindin.models.crew import (
    ATOMIC,
    CONFIRMED,
    GRANT_WORKING_HOURS,
    BuildingBlock,
    Consequence,
    CrewDetails,
    CrewProfile,
    EventType,
    FederatedUser,
    FederationGuest,
    Participation,
    ParticipationComment,
    Qualification,
    QualificationCategory,
    QualificationGrant,
    Question,
    Shift,
    ShiftQuestion,
    WorkingHours,
    qualification_inclusions,
)
from joindin.operations.accounts.granted_permissions import grant_permission
from joindin.security.tokens import hash_token
from tests.factories import NOW, days_from_now, make_event

_number = count(1)


def make_event_type(session, title=None, **fields) -> EventType:
    return _add(session, EventType(title=title or f"Type {next(_number)}", **fields))


def make_building_block(session, name=None, *, block_type=ATOMIC) -> BuildingBlock:
    return _add(session, BuildingBlock(uuid=str(uuid4()), name=name or f"Block {next(_number)}", block_type=block_type))


def make_crew_event(session, name=None, *, type=None, seen_by=(), changed_by=(), is_draft=False, **fields):
    """Store an event for the crew alone that these users and groups may see or change."""
    event = make_event(session, name, **{"is_private": True, "is_pending": None, **fields})
    event_type = type or make_event_type(session)
    session.add(CrewDetails(event_id=event.id, event_type_id=event_type.id, is_draft=is_draft))
    session.flush()
    for holder in (*seen_by, *changed_by):
        grant_permission(session, holder, "view_event", event, actor=None)
    for holder in changed_by:
        grant_permission(session, holder, "change_event", event, actor=None)
    return event


def let_see(session, event, *users):
    for user in users:
        grant_permission(session, user, "view_event", event, actor=None)


def make_shift(session, event, *, starts_at=None, hours=4, flow="instant_confirmation", structure="uniform", **fields):
    """Store a shift in ten days."""
    starts_at = starts_at or days_from_now(10)
    shift = Shift(
        event_id=event.id,
        **{
            "label": f"Shift {next(_number)}",
            "meets_at": starts_at - dt.timedelta(minutes=30),
            "starts_at": starts_at,
            "ends_at": starts_at + dt.timedelta(hours=hours),
            "signup_flow_slug": flow,
            "signup_flow_configuration": {},
            "structure_slug": structure,
            "structure_configuration": {},
            **fields,
        },
    )
    _add(session, shift)
    session.expire(session.get(CrewDetails, event.id), ["shifts_start_at", "shifts_end_at", "version"])
    return shift


def make_participation(session, shift, user=None, *, state=CONFIRMED, **fields) -> Participation:
    fields = {"user_id": user.id} | fields if user else fields
    return _add(session, Participation(shift_id=shift.id, state=state, created_at=NOW, **fields))


def make_participation_comment(session, participation, *, text, visibility, author=None):
    return _add(
        session,
        ParticipationComment(
            participation_id=participation.id,
            author_id=author.id if author else None,
            text=text,
            visibility=visibility,
            created_at=NOW,
        ),
    )


def make_qualification_category(session) -> QualificationCategory:
    return _add(session, QualificationCategory(uuid=str(uuid4()), title="Medical"))


def make_qualification(session, abbreviation=None, *, includes=()) -> Qualification:
    name = abbreviation or f"Q{next(_number)}"
    category = make_qualification_category(session)
    made = _add(session, Qualification(uuid=str(uuid4()), title=name, abbreviation=name, category_id=category.id))
    for each in includes:
        session.execute(qualification_inclusions.insert().values(qualification_id=made.id, included_id=each.id))
    return made


def grant_qualification(session, user, qualification, expires_at=None) -> QualificationGrant:
    return _add(session, QualificationGrant(user_id=user.id, qualification_id=qualification.id, expires_at=expires_at))


def make_question(session, shift, name=None, *, type="text", choices=(), **fields) -> Question:
    """Store a question that the shift asks."""
    name = name or f"Question {next(_number)}"
    question = _add(session, Question(name=name, text=f"{name}?", type=type, choices=list(choices), **fields))
    session.add(ShiftQuestion(shift_id=shift.id, question_id=question.id))
    session.flush()
    return question


def make_profile(session, user, **fields) -> CrewProfile:
    return _add(session, CrewProfile(user_id=user.id, **fields))


def make_federation_guest(session, name=None, *, url="http://guest.example", token=None, **credentials):
    """Store a guest with the token that was issued to it."""
    name = name or f"Guest {next(_number)}"
    issued = AccessToken(kind=FEDERATION, token_hash=hash_token(token or uuid4().hex), scopes="", created_at=NOW)
    credentials = {"client_id": "of the host", "client_secret": "of the host too", **credentials}
    _add(session, issued)
    return _add(session, FederationGuest(name=name, url=url, access_token_id=issued.id, credentials=credentials))


def make_federated_user(session, guest, display_name="Fay", **fields) -> FederatedUser:
    fields = {"email": f"{display_name.lower()}@guest.example", "created_at": NOW, **fields}
    return _add(session, FederatedUser(guest_id=guest.id, display_name=display_name, **fields))


def make_working_hours(session, user, *, hours="2.50", worked_on=dt.date(2026, 3, 1), reason="Depot") -> WorkingHours:
    return _add(session, WorkingHours(user_id=user.id, hours=Decimal(hours), worked_on=worked_on, reason=reason))


def make_consequence(session, user, *, slug=GRANT_WORKING_HOURS, **fields) -> Consequence:
    """Store a request for working hours that waits for a decision."""
    data = {"hours": "2.50", "date": "2026-03-01", "reason": "Depot"}
    return _add(session, Consequence(**{"slug": slug, "user_id": user.id, "data": data, **fields}))


def _add(session, row):
    session.add(row)
    session.flush()
    return row
