"""Generated data of a crew: events with shifts and participations, and one volunteer with a token.

Three quarters of the shifts count people without regard to teams, the others have two teams. Every event has one shift and
three participations. One group may view all events; the volunteer is a member.
"""

import datetime as dt
import json

from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from bench.bulk_load import bulk_insert, next_free_id, without_indexes
from joindin.models import AccessToken, Event, GrantedPermission, Group, GroupMember, User
from joindin.models.crew import CONFIRMED, REQUESTED, CrewDetails, EventType, Participation, Shift
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import day_number

TOKEN = "token of the benchmarked volunteer"
SCOPES = "PUBLIC_READ ME_READ CONFIDENTIAL_READ"
PEOPLE = 500
OWN_PARTICIPATIONS = 200
CHUNK_SIZE = 10_000
FIRST_STARTS_AT = dt.timedelta(days=-60)

TEAMS = {
    "teams": [
        {"title": title, "uuid": uuid, "qualification": None, "min_count": 1, "max_count": 4}
        for title, uuid in (("Door", "6f0e3a5c-0000-4000-8000-000000000001"), ("Bar", "6f0e3a5c-0000-4000-8000-000000000002"))
    ],
    "choose_preferred_team": True,
}  # fmt: skip
UNIFORM = {"minimum_number_of_participants": 2, "maximum_number_of_participants": 8}
# As they are inserted, past SQLAlchemy.
TEAMS_TEXT, UNIFORM_TEXT = json.dumps(TEAMS), json.dumps(UNIFORM)

CONTENT = {
    Event: "id name name_key slug description location starts_at ends_at start_day timezone is_active is_pending"
    " is_private submitted_at",
    CrewDetails: "event_id event_type_id is_draft shifts_start_at shifts_end_at",
    GrantedPermission: "permission group_id on_event_id unique_key",
    Shift: "id event_id label meets_at starts_at ends_at signup_flow_slug signup_flow_configuration structure_slug"
    " structure_configuration",
    Participation: "shift_id user_id state structure_data created_at",
}
TABLES = [User.__table__, *(model.__table__ for model in CONTENT)]


def generate_crew(engine: Engine, events: int, *, now: dt.datetime) -> None:
    """Add events with a crew to a migrated database, and a volunteer with a token."""
    with Session(engine) as session:
        group_id, type_ids, user_ids = _add_people(session, now)
        session.commit()
    with engine.connect() as connection, without_indexes(connection, TABLES):
        first_ids = {model: next_free_id(connection, model.__table__) for model in (Event, Shift)}
        for start in range(0, events, CHUNK_SIZE):
            rows = {model: [] for model in CONTENT}
            for number in range(start, min(start + CHUNK_SIZE, events)):
                _add_event(rows, number, first_ids, group_id, type_ids, user_ids, now)
            for model, columns in CONTENT.items():
                bulk_insert(connection, model.__table__, columns.split(), rows[model])
            connection.commit()


def _add_people(session, now):
    group, types = Group(name="Volunteers", created_at=now), [EventType(title=name) for name in ("Service", "Training")]
    session.add_all([group, *types])
    users = [
        User(username=f"volunteer{number}", email=f"volunteer{number}@example.org", is_verified=True)
        for number in range(PEOPLE)
    ]
    session.add_all(users)
    session.flush()
    session.execute(insert(GroupMember), [{"group_id": group.id, "user_id": user.id} for user in users])
    session.add(
        AccessToken(token_hash=hash_token(TOKEN), user_id=users[0].id, scopes=SCOPES, created_at=now, last_used_at=now)
    )
    session.flush()
    return group.id, [each.id for each in types], [user.id for user in users]


def _add_event(rows, number, first_ids, group_id, type_ids, user_ids, now):
    event_id, shift_id = first_ids[Event] + number, first_ids[Shift] + number
    starts_at = now + FIRST_STARTS_AT + dt.timedelta(minutes=30 * number)
    ends_at = starts_at + dt.timedelta(hours=4)
    name, has_teams = f"Shift at the fair No. {event_id}", number % 4 == 3
    rows[Event].append(
        (
            event_id, name, name.lower(), f"event-{event_id}", "Bring warm clothes and a reusable cup.", "Hall 3",
            starts_at, ends_at, day_number(starts_at), "Europe/Berlin", True, None, True, now,
        )
    )  # fmt: skip
    rows[CrewDetails].append((event_id, type_ids[number % 2], False, starts_at, ends_at))
    rows[GrantedPermission].append(("view_event", group_id, event_id, f"group {group_id} view_event event {event_id}"))
    rows[Shift].append(
        (
            shift_id, event_id, "", starts_at - dt.timedelta(minutes=30), starts_at, ends_at, "instant_confirmation",
            "{}", "named_teams" if has_teams else "uniform", TEAMS_TEXT if has_teams else UNIFORM_TEXT,
        )
    )  # fmt: skip
    for place in range(3):
        # The volunteer has the same number of participations in every database.
        is_own = place == 0 and number < OWN_PARTICIPATIONS
        user_id = user_ids[0 if is_own else 1 + (number * 3 + place) % (PEOPLE - 1)]
        team = f'{{"preferred_team_uuid": "{TEAMS["teams"][place % 2]["uuid"]}"}}' if has_teams else "{}"
        rows[Participation].append((shift_id, user_id, REQUESTED if place == 2 else CONFIRMED, team, now))
