"""Stored values and rows of a mixed load, under the keys that the clients use."""

from collections import Counter

from sqlalchemy import select

from joindin.models import Attendance, Event, EventComment, Talk, TalkComment, TalkRating, TalkStar
from joindin.models.crew import Participation


def stored_values(session) -> dict:
    attendances = select(Attendance.event_id, Attendance.user_id)
    stars = select(TalkStar.talk_id, TalkStar.user_id)
    participations = select(Participation.shift_id, Participation.user_id, Participation.state)
    return {
        **{f"attendance {event_id} {user_id}": True for event_id, user_id in session.execute(attendances)},
        **{f"star {talk_id} {user_id}": True for talk_id, user_id in session.execute(stars)},
        **{f"talk title {talk_id}": title for talk_id, title in session.execute(select(Talk.id, Talk.title))},
        **{
            f"participation {shift_id} {user_id}": state for shift_id, user_id, state in session.execute(participations)
        },
    }


def stored_rows(session) -> Counter:
    """Return the number of rows by key. Events are those of the Gancio API, which have a place."""
    on_events = select(EventComment.event_id, EventComment.user_id, EventComment.text)
    on_talks = select(TalkComment.talk_id, TalkComment.user_id, TalkComment.text)
    from_guests = (
        select(TalkComment.talk_id, TalkComment.text, TalkRating.rating)
        .outerjoin(
            TalkRating, (TalkRating.device_id == TalkComment.device_id) & (TalkRating.talk_id == TalkComment.talk_id)
        )
        .where(TalkComment.device_id.is_not(None))
    )
    submitted = select(Event.name).where(Event.place_id.is_not(None))
    return Counter(
        [
            *(f"events comment {' '.join(map(str, row))}" for row in session.execute(on_events)),
            *(
                f"talks comment {' '.join(map(str, row))}"
                for row in session.execute(on_talks.where(TalkComment.user_id.is_not(None)))
            ),
            *(f"guest feedback {' '.join(map(str, row))}" for row in session.execute(from_guests)),
            *(f"agenda event {name}" for name in session.scalars(submitted)),
        ]
    )
