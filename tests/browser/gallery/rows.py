"""Rows of the gallery: events, talks and comments in the states that pages tell apart, with short and long texts."""

import datetime as dt

from joindin.models import EventFlyer, EventSettings, EventVenuePlan
from joindin.models.event_settings import TWO_RATINGS
from joindin.utils.datetimes import utc_now
from tests.factories import (
    days_from_now,
    make_attendance,
    make_event,
    make_place,
    make_room,
    make_talk,
    make_talk_comment,
    make_track,
    make_user,
)

LONG_TITLE = "A name that is so long that it needs several lines on a telephone, even if the telephone is a large one"
LONG_WORD = "donaudampfschifffahrtsgesellschaftskapitaenswitwenrentenauszahlungsstelle"
LONG_TEXT = f"{LONG_TITLE}. {LONG_WORD}\n\nA second paragraph,\nof two lines."
MINUTE = dt.timedelta(minutes=1)


def make_rows(session):
    """Store the events ``running`` and ``bare``, and others for lists."""
    user = make_user(session, "ada", full_name="Ada Lovelace")
    make_user(session, "gone", full_name=LONG_TITLE, is_active=False)
    event = make_event(
        session, LONG_TITLE, host=user, slug="running", tags=["python", LONG_WORD], starts_at=days_from_now(-1),
        ends_at=days_from_now(2), description=LONG_TEXT, timezone="Europe/Berlin", href=f"https://harbour.example/{LONG_WORD}",
        cfp_url="https://cfp.example", cfp_starts_at=days_from_now(-9), cfp_ends_at=days_from_now(9), hashtag="#harbour",
        place_id=make_place(session, LONG_TITLE).id, location=LONG_TITLE, latitude=52.374, longitude=4.898,
    )  # fmt: skip
    make_attendance(session, event, user)
    session.add(EventFlyer(event_id=event.id, file="flyer.jpg", width=600, height=400, byte_size=1, alt_text="Boats"))
    described = {"spoken_language": "de", "capacity": 1, "contact_address": f"{LONG_WORD}@harbour.example"}
    session.add(EventSettings(event_id=event.id, feedback_scheme=TWO_RATINGS, **described))
    session.add(EventVenuePlan(event_id=event.id, file="plan.jpg", width=1200, height=400, alt_text=LONG_TITLE))
    make_event(
        session, "Bare", slug="bare", location=None, description="", cfp_url="https://cfp.example", cfp_starts_at=days_from_now(3),
    )  # fmt: skip
    make_event(session, "Past", starts_at=days_from_now(-90))
    for state in ("cancelled", "postponed", "tentative"):
        make_event(session, f"{state} event", state=state, location=None, online_locations=["https://video.example"])
    _make_programme(session, event, user)
    session.commit()


def _make_programme(session, event, user):
    hall = make_room(session, event, LONG_TITLE, slug="hall", description=LONG_TEXT, floor="2nd floor", capacity=1,
                     access_notes=LONG_TITLE, stream_url=f"https://stream.example/{LONG_WORD}")  # fmt: skip
    cellar = make_room(session, event, "Cellar")
    tracks = [make_track(session, event, "Tides", hue="blue"), make_track(session, event, LONG_WORD, hue="yellow")]
    now = utc_now().replace(second=0, microsecond=0)

    def add(title, minutes, duration=30, room=None, **fields):
        fields = {"room_id": room and room.id, "starts_at": now + minutes * MINUTE, "duration": duration, **fields}
        return make_talk(session, event, title, **fields)

    past = add("Past", -240, room=cellar, speakers=[user], tracks=tracks[:1], subtitle="A subtitle")
    past.guest_rating_sum, past.guest_rating_count = 9, 3
    add(LONG_TITLE, -90, 240, hall, speakers=[user, "Bob", LONG_TITLE], tracks=tracks, subtitle=LONG_TITLE)
    add("Cancelled", 20, room=cellar, state="cancelled", speakers=["Bob"])
    add("Not confirmed", 30, room=cellar, state="tentative")
    add("Moved", 60, room=cellar, moved_from=now, moved_from_room=LONG_TITLE)
    add("Open end", 120, 0)
    add("Given again", 1440, room=hall, repeat_of_id=past.id, speakers=[user])
    for rating in (5, 4, 3):
        make_talk_comment(session, past, make_user(session), rating=rating, text="Learned a lot.")
    make_talk_comment(session, past, user, rating=0, text=LONG_TEXT, answer=LONG_TEXT, answered_at=now)
    make_talk_comment(session, past, None, rating=0, text=LONG_WORD)
