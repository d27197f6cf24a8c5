"""The first set of captures, taken from another server than the dump, and the rows that its answers show."""

import datetime as dt
import json
from functools import cache

from joindin.models import PERSONAL, AccessToken, User
from joindin.models.crew import (
    FOR_PARTICIPANT,
    FOR_RESPONSIBLES,
    BlockComposition,
    BlockPosition,
    BlockRequirement,
    BuildingBlock,
    CrewGuest,
    EventType,
    Qualification,
    QualificationCategory,
    Shift,
    position_qualifications,
    qualification_inclusions,
    requirement_qualifications,
)
from joindin.operations.accounts.granted_permissions import grant_permission
from joindin.security.tokens import hash_token
from tests.crew_factories import (
    grant_qualification,
    make_crew_event,
    make_participation,
    make_participation_comment,
    make_profile,
    make_shift,
)
from tests.factories import make_group, make_user, parse_instant
from tests.replay.ephios.dump import ORACLE
from tests.replay.ephios.exchange import BASE

CAPTURED_BASE = "http://127.0.0.1:13130"
CAPTURED_AT = "2026-11-21T05:26:22+00:00"
NAMES = sorted(path.stem for path in ORACLE.glob("[0-3][0-9]_*.json"))
ALL, PUBLIC, ME = "PUBLIC_READ ME_READ CONFIDENTIAL_READ", "PUBLIC_READ", "ME_READ"
# The user and the scopes of each token.
ADMIN, VOLUNTEER, MANAGER = 1, 2, 11
TOKENS = {
    "tok-admin-all": (ADMIN, ALL),
    "tok-vol-all": (VOLUNTEER, ALL),
    "tok-vol-me": (VOLUNTEER, ME),
    "tok-manager-all": (MANAGER, ALL),
    "tok-expired": (VOLUNTEER, ALL),
}
QUALIFICATION_IDS = {"FA": 1, "PM": 2, "ED": 3}


@cache
def load_capture(name: str) -> dict:
    return json.loads((ORACLE / f"{name}.json").read_text().replace(CAPTURED_BASE, BASE))


def shown(number: str) -> dict:
    return load_capture(next(name for name in NAMES if name.startswith(number)))["body"]


def event_of_shift(shift: dict, event_type: dict) -> dict:
    """Return an event that has only this shift."""
    slug = shift["event_title"].lower().replace(" ", "-")
    return {
        "id": shift["event_id"],
        "title": shift["event_title"],
        "description": "desc",
        "location": "Somewhere",
        "type": event_type,
        "frontend_url": f"{BASE}/events/{shift['event_id']}-{slug}/",
        "start_time": shift["start_time"],
        "end_time": shift["end_time"],
        "signup_stats": shift["signup_stats"],
        "shifts": [shift],
    }


def shift_of_participation(row: dict) -> dict:
    stats = {"requested_count": 0, "confirmed_count": 0}
    return {
        "id": row["shift"],
        "label": "Early",
        "event_id": row["event"],
        "event_title": row["event_title"],
        "meeting_time": row["start_time"],
        "start_time": row["start_time"],
        "end_time": row["end_time"],
        "signup_flow_slug": "manual",
        "signup_flow_configuration": {},
        "structure_slug": "uniform",
        "structure_configuration": {},
        "signup_stats": stats,
    }


def store_rows(session) -> None:
    """Store the users, events, shifts, participations and blocks that the answers show."""
    _store_qualifications(session)
    _store_users(session)
    volunteers = make_group(session, "Volunteers", members=_users(session, VOLUNTEER, MANAGER))
    _store_events(session, volunteers)
    _store_participations(session)
    _store_blocks(session)
    for token, (user_id, scopes) in TOKENS.items():
        created_at = parse_instant("2026-11-01T00:00:00")
        expires_at = parse_instant("2026-11-02T00:00:00") if token == "tok-expired" else None
        fields = {"scopes": scopes, "created_at": created_at, "expires_at": expires_at}
        session.add(AccessToken(kind=PERSONAL, token_hash=hash_token(token), user_id=user_id, **fields))
    session.commit()


def _store_qualifications(session):
    found = {}
    rows = [*shown("08")["results"], *(row["participant"] for row in shown("14")["results"])]
    for each in (qualification for row in rows for qualification in row["qualifications"]):
        found[each["uuid"]] = each
    category = next(iter(found.values()))["category"]
    session.add(QualificationCategory(id=1, uuid=category, title="Medical"))
    session.flush()
    for uuid, each in found.items():
        id_ = QUALIFICATION_IDS[each["abbreviation"]]
        fields = {key: each[key] for key in ("title", "abbreviation")}
        session.add(Qualification(id=id_, uuid=uuid, category_id=1, **fields))
    session.flush()
    for each in found.values():
        for included in each["includes"]:
            ids = [QUALIFICATION_IDS[item["abbreviation"]] for item in (each, found[included])]
            session.execute(qualification_inclusions.insert().values(qualification_id=ids[0], included_id=ids[1]))


def _store_users(session):
    rows = {row["id"]: row for row in shown("08")["results"]}
    rows |= {row["user"]: row["participant"] for row in shown("14")["results"] if row["user"]}
    rows[MANAGER] = {"display_name": "Manager", "email": "m@example.org", "date_of_birth": None, "qualifications": []}
    for id_, row in rows.items():
        fields = {"full_name": row["display_name"], "email": row["email"], "is_admin": id_ == ADMIN}
        user = make_user(session, f"user{id_}", id=id_, **fields)
        born_on = row["date_of_birth"] and dt.date.fromisoformat(row["date_of_birth"])
        make_profile(session, user, date_of_birth=born_on)
        for each in row["qualifications"]:
            grant_qualification(session, user, session.get(Qualification, QUALIFICATION_IDS[each["abbreviation"]]))
    grant_permission(session, *_users(session, MANAGER), "view_userprofile", actor=None)


def _users(session, *ids):
    return [session.get(User, id_) for id_ in ids]


def _store_events(session, volunteers):
    service, training = shown("03")["type"], shown("05")["type"]
    types = {each["id"]: EventType(**each) for each in (service, training)}
    session.add_all(types.values())
    session.flush()
    own = [event_of_shift(shift_of_participation(row), row["event_type"]) for row in shown("11")["results"]]
    other = event_of_shift(shown("06")["results"][1], training)
    for row in (shown("03"), shown("02")["results"][1], shown("04"), shown("05"), other, *own):
        names = ("id", "description", "location")
        event = make_crew_event(
            session,
            row["title"],
            type=types[row["type"]["id"]],
            seen_by=[volunteers],
            changed_by=_users(session, MANAGER),
            **{name: row[name] for name in names},
        )
        for shift in row["shifts"]:
            _store_shift(session, event, shift)
    make_crew_event(session, "Draft", type=types[1], seen_by=[volunteers], is_draft=True, id=2001)


def _store_shift(session, event, row):
    made = make_shift(
        session,
        event,
        id=row["id"],
        label=row["label"],
        meets_at=parse_instant(row["meeting_time"]),
        starts_at=parse_instant(row["start_time"]),
        ends_at=parse_instant(row["end_time"]),
        flow=row["signup_flow_slug"],
        structure=row["structure_slug"],
        signup_flow_configuration=row["signup_flow_configuration"],
        structure_configuration=row["structure_configuration"],
    )
    if event.id != shown("04")["id"]:
        # People of whom the captures show only the number.
        for state, name in enumerate(("requested_count", "confirmed_count")):
            for _ in range(row["signup_stats"][name]):
                make_participation(session, made, state=state, placeholder_name="Paula")


def _store_participations(session):
    for row in [*shown("11")["results"], *shown("14")["results"]]:
        shift = session.get(Shift, row["shift"])
        person = row["participant"]
        participant = {"user_id": row["user"]}
        if person["type"] == "PlaceholderParticipant":
            participant = {"placeholder_name": person["display_name"]}
        elif person["type"] == "GuestParticipant":
            participant = {"guest_id": _store_guest(session, row["event"], person).id}
        times = {
            f"individual_{name}": parse_instant(row[key])
            for name, key in (("starts_at", "start_time"), ("ends_at", "end_time"))
            if parse_instant(row[key]) != getattr(shift, name)
        }
        state, data = row["state"]["value"], row["structure_data"]
        made = make_participation(
            session, shift, id=row["id"], state=state, structure_data=data, **participant, **times
        )
        for comment in row.get("comments", ()):
            is_own = comment["author"] == person["display_name"]
            stored = make_participation_comment(
                session,
                made,
                text=comment["text"],
                visibility=FOR_PARTICIPANT if is_own else FOR_RESPONSIBLES,
                author=None if is_own else _users(session, 3)[0],
            )
            stored.created_at = parse_instant(comment["created_at"])


def _store_guest(session, event_id, person):
    guest = CrewGuest(
        event_id=event_id,
        email=person["email"],
        display_name=person["display_name"],
        date_of_birth=dt.date.fromisoformat(person["date_of_birth"]),
        access_token_hash=hash_token("guest"),
        created_at=parse_instant(CAPTURED_AT),
    )
    session.add(guest)
    session.flush()
    return guest


def _store_blocks(session):
    rows = shown("15")["results"]
    ids = {row["uuid"]: row["id"] for row in rows}
    for row in rows:
        fields = {name: row[name] for name in ("id", "uuid", "name", "block_type")}
        session.add(BuildingBlock(allows_more=row["allow_more"], **fields))
        session.flush()
        for each in row["sub_compositions"]:
            fields = {"label": each["label"], "is_optional": each["optional"], "part_id": ids[each["sub_block"]]}
            session.add(BlockComposition(id=each["id"], block_id=row["id"], **fields))
        for each in row["positions"]:
            fields = {"label": each["label"], "is_optional": each["optional"]}
            session.add(BlockPosition(id=each["id"], block_id=row["id"], **fields))
            session.flush()
            _qualify(session, position_qualifications, "position_id", each)
        for each in row["qualification_requirements"]:
            fields = {"for_everyone": each["everyone"], "at_least": each["at_least"]}
            session.add(BlockRequirement(id=each["id"], block_id=row["id"], **fields))
            session.flush()
            _qualify(session, requirement_qualifications, "requirement_id", each)


def _qualify(session, table, key, row):
    for qualification_id in row["qualifications"]:
        session.execute(table.insert().values({key: row["id"], "qualification_id": qualification_id}))
