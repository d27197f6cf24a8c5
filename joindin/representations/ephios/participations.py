"""Participations, with and without personal data (spec 9)."""

import datetime as dt
from collections.abc import Sequence

from joindin.representations.ephios.events import represent_event_type
from joindin.representations.ephios.times import age_on, iso_day, iso_time

STATE_LABELS = {
    0: {"en": "requested", "de": "angefragt"},
    1: {"en": "confirmed", "de": "bestätigt"},
    2: {"en": "declined by user", "de": "abgesagt durch helfende Person"},
    3: {"en": "rejected by responsible", "de": "abgelehnt durch verantwortliche Person"},
    4: {"en": "getting dispatched", "de": "in Zuteilung"},
}
PARTICIPANT_TYPES = {
    "user": "LocalUserParticipant",
    "guest": "GuestParticipant",
    "federated_user": "FederatedParticipant",
    "placeholder": "PlaceholderParticipant",
}
ADULT_AGE = 18


def represent_participation(
    row, qualifications: Sequence[dict], *, timezone: str, language: str, today: dt.date
) -> dict:
    return (
        _first_fields(row, language)
        | _other_fields(row, timezone)
        | {"participant": _participant(row, qualifications, today)}
    )


def represent_participation_with_userinfo(
    row, qualifications: Sequence[dict], comments: Sequence, *, timezone: str, language: str, today: dt.date
) -> dict:
    """Represent a participation with its comments and the personal data of the participant."""
    participant = _participant(row, qualifications, today) | {
        "email": row.email,
        "date_of_birth": iso_day(row.date_of_birth),
        "age": age_on(today, row.date_of_birth),
    }
    return (
        _first_fields(row, language)
        | {
            "comments": [
                {
                    "author": comment.author or row.display_name,
                    "text": comment.text,
                    "created_at": iso_time(comment.created_at, timezone),
                }
                for comment in comments
            ]
        }
        | _other_fields(row, timezone)
        | {"participant": participant}
    )


def _first_fields(row, language):
    return {
        "id": row.id,
        "shift": row.shift_id,
        "event": row.event_id,
        "event_title": row.event_title,
        "event_type": represent_event_type(row),
        "state": {"value": row.state, "label": STATE_LABELS[row.state][language]},
    }


def _other_fields(row, timezone):
    return {
        "start_time": iso_time(row.starts_at, timezone),
        "end_time": iso_time(row.ends_at, timezone),
        "duration": (row.ends_at - row.starts_at).total_seconds(),
        "structure_data": row.structure_data,
        "user": row.user_id,
    }


def _participant(row, qualifications, today):
    age = age_on(today, row.date_of_birth)
    return {
        "display_name": row.display_name or "",
        "is_minor": age is not None and age < ADULT_AGE,
        "type": PARTICIPANT_TYPES[row.kind],
        "qualifications": list(qualifications),
    }
