"""Factories of rows: valid by default, and nothing but the row that the function is named after."""

import datetime as dt
from itertools import count

from sqlalchemy import func, select

from joindin.models import (
    Attendance,
    Client,
    Event,
    EventComment,
    EventCommentReport,
    EventHost,
    Group,
    GroupMember,
    Language,
    Place,
    Room,
    Talk,
    TalkClaim,
    TalkComment,
    TalkCommentReport,
    TalkLink,
    TalkSpeaker,
    TalkStar,
    TalkType,
    Track,
    User,
)
from joindin.operations.events import tag_event
from joindin.operations.rooms import new_room_code
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import UTC, utc_now
from joindin.utils.text import fold_case

NOW = utc_now()

_number = count(1)


def days_from_now(days: float) -> dt.datetime:
    return utc_now() + dt.timedelta(days=days)


def parse_instant(text: str) -> dt.datetime:
    """Return the time of an ISO text; without an offset it is UTC."""
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


def make_group(session, name=None, *, members=()) -> Group:
    group = Group(name=name or f"Group {next(_number)}", created_at=NOW)
    session.add(group)
    session.flush()
    session.add_all([GroupMember(group_id=group.id, user_id=user.id) for user in members])
    session.flush()
    return group


def make_client(session, key=None, secret="secret", **fields) -> Client:
    client = Client(
        key=key or f"client{next(_number)}",
        **{
            "secret_hash": hash_token(secret),
            "is_trusted": True,
            "is_first_party": fields.get("owner_id") is None,
            "can_be_revoked": True,
            "created_at": NOW,
            **fields,
        },
    )
    session.add(client)
    session.flush()
    return client


def make_place(session, name=None, **fields) -> Place:
    name = name or f"Place {next(_number)}"
    fields = {"lookup_key": fold_case(name), "address": "Road 1", "created_at": NOW, "updated_at": NOW, **fields}
    place = Place(name=name, **fields)
    session.add(place)
    session.flush()
    return place


def make_event(session, name=None, *, host=None, tags=(), **fields) -> Event:
    """Store an approved event that starts in ten days and lasts two."""
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
    if host is not None or tags:
        # Triggers have moved the version.
        session.refresh(event, ["version"])
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
        **{"source": "joind.in", "created_at": utc_now(), **fields},
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


def make_language(session, name="English - UK", code="uk") -> Language:
    """Return the language of that name; store it if it is missing."""
    return _find_or_make(session, Language, name=name, defaults={"code": code})


def make_talk_type(session, title="Talk") -> TalkType:
    """Return the talk type of that title; store it if it is missing."""
    return _find_or_make(session, TalkType, title=title, defaults={"description": title})


def make_track(session, event, name=None, **fields) -> Track:
    track = Track(event_id=event.id, name=name or f"Track {next(_number)}", **{"description": "A room", **fields})
    session.add(track)
    event.track_count += 1
    session.flush()
    return track


def make_room(session, event, name=None, **fields) -> Room:
    number = next(_number)
    name = name or f"Room {number}"
    fields = {"slug": name.lower().replace(" ", "-"), "code": new_room_code(), "position": number, **fields}
    room = Room(event_id=event.id, name=name, **fields)
    session.add(room)
    session.flush()
    return room


def make_talk(
    session, event, title=None, *, speakers=(), tracks=(), links=(), type="Talk", language="English - UK", **fields
) -> Talk:
    """Store an active talk of 60 minutes, an hour after the start of the event.

    Speakers are names, or users for claimed ones; links are pairs of type and address.
    """
    number = next(_number)
    title = title or f"Talk {number}"
    talk = Talk(
        event_id=event.id,
        title=title,
        **{
            "slug": f"{title.lower().replace(' ', '-')}-{number}",
            "stub": f"{number:05x}",
            "description": "About something.",
            "starts_at": event.starts_at + dt.timedelta(hours=1),
            "duration": 60,
            "type_id": make_talk_type(session, type).id,
            "language_id": make_language(session, language).id,
            **fields,
        },
    )
    talk.speakers = [
        TalkSpeaker(name=each) if isinstance(each, str) else TalkSpeaker(name=each.full_name, user_id=each.id)
        for each in speakers
    ]
    talk.links = [TalkLink(type=type, url=url) for type, url in links]
    talk.tracks = list(tracks)
    session.add(talk)
    event.talk_count += 1
    if talk.is_active in (None, True):
        for track in tracks:
            track.talk_count += 1
    session.flush()
    return talk


def make_star(session, talk, user) -> None:
    session.add(TalkStar(talk_id=talk.id, user_id=user.id))
    talk.star_count += 1
    session.flush()


def make_talk_comment(session, talk, user=None, *, rating=4, text=None, **fields) -> TalkComment:
    """Store a comment and update the counters of the talk. The rating of a speaker has to be 0."""
    comment = TalkComment(
        talk_id=talk.id,
        event_id=talk.event_id,
        user_id=user.id if user else None,
        rating=rating,
        text=text or f"Comment {next(_number)}",
        **{"source": "joind.in", "created_at": utc_now(), **fields},
    )
    session.add(comment)
    talk.all_comment_count += 1
    session.get_one(Event, talk.event_id).talk_comment_count += 1
    if not (comment.is_private or comment.is_hidden):
        talk.comment_count += 1
        if user and rating:
            talk.rating_sum += rating
            talk.rating_count += 1
    session.flush()
    return comment


def make_report(session, comment, reporter=None):
    """Store a report about a comment on an event or a talk."""
    kind = EventCommentReport if isinstance(comment, EventComment) else TalkCommentReport
    reporter = reporter or make_user(session)
    report = kind(comment_id=comment.id, reporter_id=reporter.id, reported_at=NOW)
    session.add(report)
    session.flush()
    return report


def make_claim(session, talk, speaker, user, **fields) -> TalkClaim:
    """Store a claim of the user that no host has approved."""
    claim = TalkClaim(
        talk_id=talk.id,
        speaker_id=speaker.id,
        user_id=user.id,
        **{"claimed_at": NOW, "user_approved_at": NOW, **fields},
    )
    session.add(claim)
    session.flush()
    return claim


def _find_or_make(session, model, *, defaults, **key):
    found = session.scalar(select(model).filter_by(**key))
    if found is None:
        found = model(**key, **defaults)
        session.add(found)
        session.flush()
    return found
