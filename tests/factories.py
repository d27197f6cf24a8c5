"""Things to test with: plain functions, valid by default, nothing beside what they are named for."""

import datetime as dt
from itertools import count

from sqlalchemy import func, select

from joindin.clock import UTC, utc_now
from joindin.credentials import token_hash
from joindin.models import Attendance, Client, Event, EventComment, EventHost, User
from joindin.operations.events import tag_event

NOW = utc_now()

_number = count(1)


def days_from_now(days: float) -> dt.datetime:
    return utc_now() + dt.timedelta(days=days)


def at(text: str) -> dt.datetime:
    """An instant from ISO text, UTC unless it says otherwise."""
    parsed = dt.datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def make_user(session, username=None, **fields) -> User:
    username = username or f"user{next(_number)}"
    fields = {
        "email": f"{username}@example.org",
        "full_name": username.title(),
        "is_verified": True,
        "registered_at": NOW,
        "twitter_username": "",
        "biography": "",
        **fields,
    }
    user = User(username=username, **fields)
    session.add(user)
    session.flush()
    return user


def make_client(session, key=None, secret="secret", **fields) -> Client:
    client = Client(
        key=key or f"client{next(_number)}",
        secret_hash=token_hash(secret),
        **{"is_trusted": True, "can_be_revoked": True, "created_at": NOW, **fields},
    )
    session.add(client)
    session.flush()
    return client


def make_event(session, name=None, *, host=None, tags=(), **fields) -> Event:
    """An approved event that starts in ten days and lasts two."""
    name = name or f"Conference {next(_number)}"
    starts_at = fields.pop("starts_at", days_from_now(10))
    event = Event(
        name=name,
        **{
            "slug": f"{name.lower().replace(' ', '-')}-{next(_number)}",
            "description": "Two days.",
            "location": "Main Hall",
            "starts_at": starts_at,
            "ends_at": starts_at + dt.timedelta(days=2),
            "timezone": "Europe/Amsterdam",
            "is_active": True,
            "is_pending": False,
            **fields,
        },
    )
    session.add(event)
    session.flush()
    if host is not None:
        session.add(EventHost(event_id=event.id, user_id=host.id))
    if tags:
        tag_event(session, event, tags)
    session.flush()
    return event


def make_pending_event(session, name=None, **fields) -> Event:
    return make_event(session, name, **{"is_active": False, "is_pending": True, **fields})


def make_rejected_event(session, name=None, **fields) -> Event:
    return make_event(session, name, **{"is_active": False, "is_pending": False, "rejection_reason": "No", **fields})


def make_attendance(session, event, user) -> None:
    session.add(Attendance(event_id=event.id, user_id=user.id))
    event.attendee_count += 1
    session.flush()


def make_event_comment(session, event, user=None, *, rating=4, text=None, **fields) -> EventComment:
    comment = EventComment(
        event_id=event.id,
        user_id=user.id if user else None,
        rating=rating,
        text=text or f"Comment {next(_number)}",
        **{"source": "joind.in", "created_at": NOW, **fields},
    )
    session.add(comment)
    event.comment_count += 1
    if user and rating:
        event.rating_sum += rating
        event.rating_count += 1
    session.flush()
    return comment


def newest(session, model):
    return session.scalar(select(model).where(model.id == select(func.max(model.id)).scalar_subquery()))
