"""Generated data of the web site: the events of the other benchmarks, a conference of three days with 250 talks, and events
that run all the time, so that the home page has the same number of events at every size.
"""

import datetime as dt

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bench.data_generator import generate_events
from joindin.models import Event, Language, Room, Talk, TalkSpeaker, TalkType
from joindin.utils.datetimes import midnight

SLUG, TALK_SLUG, TALK_STUB = "conference-of-250-talks", "talk-0", "b0000"
TALKS, ROOMS, DAYS, MINUTES = 250, 8, 3, 40
RUNNING_EVENTS, RUNNING_TIME = 5, dt.timedelta(days=40)


def generate_site(engine: Engine, events: int, *, now: dt.datetime) -> None:
    """Add events to a migrated database, and the conference, which begins a month after ``now``."""
    generate_events(engine, events, now=now)
    with Session(engine) as session:
        session.add_all(_running_event(number, now) for number in range(RUNNING_EVENTS))
        _add_conference(session, midnight(now) + dt.timedelta(days=30, hours=8))
        session.commit()


def _running_event(number, now):
    return Event(
        name=f"Exhibition {number}",
        slug=f"exhibition-{number}",
        description="Open every day.",
        location="Berlin",
        starts_at=now,
        ends_at=now + RUNNING_TIME,
        timezone="Europe/Berlin",
        is_active=True,
        is_pending=False,
    )


def _add_conference(session, starts_at):
    event = Event(
        name="Conference of 250 talks",
        slug=SLUG,
        description="Three days in eight rooms.",
        location="Berlin",
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(days=DAYS - 1, hours=10),
        timezone="Europe/Berlin",
        is_active=True,
        is_pending=False,
        talk_count=TALKS,
    )
    session.add(event)
    session.flush()
    rooms = [
        Room(
            event_id=event.id,
            name=f"Hall {number + 1}",
            slug=f"hall-{number + 1}",
            code=f"b{number:05}",
            position=number,
        )
        for number in range(ROOMS)
    ]
    session.add_all(rooms)
    session.flush()
    kinds = {
        "type_id": session.scalar(select(TalkType.id).order_by(TalkType.id).limit(1)),
        "language_id": session.scalar(select(Language.id).order_by(Language.id).limit(1)),
    }
    for number in range(TALKS):
        turn, room = divmod(number, ROOMS)
        turn_of_day, day = divmod(turn, DAYS)
        session.add(
            Talk(
                event_id=event.id,
                title=f"What we learned from project number {number} in the last years",
                slug=f"talk-{number}",
                stub=f"b{number:04x}",
                description="An honest report about decisions, their costs, and what we would do differently today. "
                * 4,
                starts_at=starts_at + dt.timedelta(days=day, minutes=turn_of_day * MINUTES),
                duration=MINUTES - 10,
                room_id=rooms[room].id,
                speakers=[TalkSpeaker(name=f"Speaker {number % 200}")],
                **kinds,
            )
        )
