"""Creation of the demo's tracks and talks, with what people do with them: claims, stars, comments and a report."""

import datetime as dt
from itertools import cycle, islice

from joindin.models import TalkComment
from joindin.operations.attendance import attend
from joindin.operations.claims import claim_talk
from joindin.operations.comment_reports import report_comment
from joindin.operations.rooms import find_or_add_room
from joindin.operations.stars import star
from joindin.operations.talk_comments import CommentRateLimit, add_talk_comment
from joindin.operations.talks import TalkDetails, add_talk
from joindin.operations.tracks import add_talk_to_track, add_track
from joindin.queries.languages import get_language_by_name, get_talk_type_by_title
from joindin.seeds.demo.people import ACTIVE, USERS
from joindin.seeds.demo.talk_comments import COMMENTS, REPORTED
from joindin.seeds.demo.talks import LEVELS, ROOMS, TRACKS
from joindin.utils.datetimes import get_timezone

NO_LIMIT = CommentRateLimit(1000, dt.timedelta(hours=1))
FULL_NAMES = {username: full_name for username, full_name, *_ in USERS}
MAX_STARS = 5
LEVELS_BY_TITLE = {title: level for level, titles in LEVELS.items() for title in titles}


def add_programs(session, users, programs, *, source: str, now: dt.datetime) -> None:
    """Create the talks of ``programs``, which are lists of talks by event; ``users`` are the rows by username."""
    authors, fans = cycle(ACTIVE), cycle(ACTIVE)
    for event, plans in programs.items():
        tracks = [
            add_track(session, event.id, name=name, description=text) for name, text in TRACKS.get(event.name, ())
        ]
        talks = [_add_talk(session, users, event, tracks, plan) for plan in plans]
        for number, (talk, speakers) in enumerate(talks):
            for fan in islice(fans, number % MAX_STARS):
                attend(session, event.id, users[fan].id)
                star(session, talk.id, users[fan].id)
            is_running = event.ends_at > now
            _add_comments(session, users, talk, speakers, authors, source, is_running=is_running)


def _add_talk(session, users, event, tracks, plan):
    """Return the talk and the usernames of its speakers."""
    day, time, minutes, type_title, track, title, description, speakers = plan
    zone = get_timezone(event.timezone)
    first_day = event.starts_at.astimezone(zone).date()
    starts_at = dt.datetime.combine(first_day + dt.timedelta(days=day), dt.time.fromisoformat(time), zone)
    parsed = [_parse_speaker(speaker) for speaker in speakers]
    talk = add_talk(
        session,
        event.id,
        TalkDetails(
            title=title,
            description=description,
            type_id=get_talk_type_by_title(session, type_title).id,
            language_id=get_language_by_name(session, "English - UK").id,
            starts_at=starts_at.astimezone(dt.UTC),
            duration=minutes,
            speakers=[name for name, *_ in parsed],
        ),
        actor=None,
    )
    talk.level = LEVELS_BY_TITLE.get(title)
    if track is not None:
        add_talk_to_track(session, talk.id, tracks[track].id)
    if room := ROOMS.get(event.name, {}).get(type_title):
        talk.room_id = find_or_add_room(session, event, room).id
    claimed_at = event.submitted_at + dt.timedelta(days=2)
    for name, username, sides in parsed:
        for is_host in sides:
            claim_talk(
                session,
                talk.id,
                speaker_name=name,
                username=username,
                caller=users["ada" if is_host else username],
                is_host_or_admin=is_host,
                now=claimed_at,
            )
    return talk, [username for _, username, _ in parsed if username]


def _parse_speaker(text):
    """Return the name, the username or None, and who has confirmed that they are the same: the user, then the host."""
    if text[0] in "?!":
        username, _, name = text[1:].partition(" ")
        return name, username, [text[0] == "!"]
    return (FULL_NAMES[text], text, [False, True]) if text in FULL_NAMES else (text, None, [])


def _add_comments(session, users, talk, speakers, authors, source, *, is_running):
    ends_at = talk.starts_at + dt.timedelta(minutes=talk.duration)
    step = dt.timedelta(minutes=25) if is_running else dt.timedelta(days=2, minutes=37)
    for number, (rating, text) in enumerate(COMMENTS.get(talk.title, ()), start=1):
        author = next(name for name in authors if name not in speakers)
        _add_comment(session, users[author], talk, rating, text, ends_at + number * step, source)
    title, author, hours, text, reporter = REPORTED
    if talk.title == title:
        at = ends_at + dt.timedelta(hours=hours)
        comment_id = _add_comment(session, users[author], talk, 1, text, at, source)
        report_comment(session, session.get_one(TalkComment, comment_id), reporter=users[reporter], now=at)


def _add_comment(session, author, talk, rating, text, at, source):
    attend(session, talk.event_id, author.id)
    return add_talk_comment(
        session,
        talk.id,
        author=author,
        text=text,
        rating=rating,
        is_private=False,
        source=source,
        limit=NO_LIMIT,
        now=at,
    )
