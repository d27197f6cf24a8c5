"""The pages of the gallery: templates of ``templates/`` with variables for the states of a component.

The objects are loaded as the site loads them, so that they have the attributes that the macros read.
"""

import datetime as dt
from collections import Counter
from itertools import chain
from types import SimpleNamespace

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import BooleanField, SelectField, StringField, TextAreaField

from joindin.extensions import reader
from joindin.http.pages.forms import CheckboxList, Form, RadioChoice, choices
from joindin.http.pages.qr_codes import qr_code_svg
from joindin.models import Attendance, Event, EventFlyer, EventSettings, Talk, TalkComment, TalkRating, User
from joindin.models.agenda.call_times import ANYWHERE_ON_EARTH
from joindin.models.event_settings import LICENCES
from joindin.queries.agenda.agenda_events import load_agenda_event_records
from joindin.queries.agenda.series import Occurrence
from joindin.queries.comment_records import load_talk_comment_records
from joindin.queries.event_records import get_event_record
from joindin.queries.events import load_events
from joindin.queries.feedback.talk_results import Distribution
from joindin.queries.organiser.programme import list_event_rooms, list_event_tracks
from joindin.queries.programme.event_programme import load_programme
from joindin.queries.web.talk_neighbours import Neighbours, load_talk_neighbours
from joindin.representations.calls import ANNOUNCED, CLOSED, represent_call
from joindin.representations.figures import draw_bars
from joindin.representations.links import Links
from joindin.representations.own_schedule import group_own_schedule, talk_entry
from joindin.representations.programme.days import programme_day
from joindin.representations.programme.now import find_next_talk, list_rooms_now, minutes_left
from joindin.resources.web.feedback.comment_form import comment_form_for
from joindin.resources.web.feedback.comment_lists import Pages
from joindin.resources.web.feedback.common import scale_words
from joindin.resources.web.organiser.conflicts import ChangedValue
from joindin.resources.web.organiser.rooms import RoomForm
from joindin.resources.web.organiser.tracks import HUES, TrackForm
from joindin.resources.web.public.event_frame import ABOUT, load_event_frame
from joindin.utils.datetimes import utc_now
from tests.browser.gallery.rows import LONG_TEXT, LONG_TITLE, LONG_WORD

COUNTED = [{"name": "python", "number": 1}, {"name": LONG_WORD, "number": 1200}]
CITIES = [
    {"name": each["name"], "number": each["number"], "country_code": "NL", "slug": "amsterdam"} for each in COUNTED
]
LONG_WORDS = list(enumerate((LONG_TITLE, LONG_WORD, "Worth hearing", "Great", "Brilliant"), 1))


class GalleryForm(Form):
    line = StringField("A line", description="A hint")
    text = TextAreaField(LONG_TITLE, description=LONG_TEXT)
    choice = SelectField("One of several", choices=choices([("1", "One"), ("2", LONG_TITLE)]))
    radio = RadioChoice("One, as buttons", choices=choices([("1", "One"), ("2", LONG_TITLE)]), description="A hint")
    several = CheckboxList("Several", choices=choices([("1", "One"), ("2", LONG_WORD)]))
    tick = BooleanField("Yes")


def gallery_pages(session):
    """Yield (name, template, variables) of all pages. Needs the context of a request."""
    user = session.scalar(select(User).where(User.username == "ada"))
    common = {"long_title": LONG_TITLE, "long_word": LONG_WORD, "long_text": LONG_TEXT, "user": user, "now": utc_now(),
              "website": "https://harbour.example"}  # fmt: skip
    events = load_events(session, session.scalars(select(Event.id).order_by(Event.id)))
    by_slug = {event.slug: event for event in events.values()}
    running, bare = by_slug["running"], by_slug["bare"]
    groups = (
        _notices_and_forms(),
        _lists(session, list(events)),
        _programme(running, user),
        _feedback(session, running, user),
        _own_talks(session, user),
        _event_details(session, running, bare, user),
        _results(),
        _organiser(session, running, bare),
    )
    for name, template, variables in chain.from_iterable(groups):
        yield name, template, common | {"current_user": None} | variables


def _notices_and_forms():
    yield "notices", "notices", {}
    yield "form", "form", {"form": GalleryForm()}
    refused = GalleryForm()
    for field in refused:
        refused.add_error(f"{LONG_TITLE} is wrong", field)
    refused.add_error("The form is wrong")
    yield "form with errors", "form", {"form": refused}
    changed = [ChangedValue("Name", LONG_TITLE, ""), ChangedValue(LONG_TITLE, "", LONG_WORD)]
    yield "forms of organisers", "organiser", {"changed": changed, "room": {"id": 1, "name": LONG_TITLE}}


def _results():
    words, now = LONG_WORDS, utc_now()
    many = Counter({1: 1, 3: 40, 5: 1200})
    for name, ratings, over_time in (
        ("results, none", Distribution(Counter(), Counter(), Counter(), Counter(), []), []),
        (
            "results",
            Distribution(many, Counter({2: 7}), Counter({5: 3}), many, [now]),
            [(LONG_TITLE, 1), ("10:00", 900)],
        ),
    ):
        figure = Markup(draw_bars("Distribution", [(str(number), ratings.number(number)) for number, _ in words]))
        yield name, "results", {
            "ratings": ratings, "words": words, "has_two": True, "figure": figure, "second_figure": figure,
            "over_time": over_time, "time_figure": Markup(draw_bars(LONG_TITLE, over_time)),
        }  # fmt: skip


def _organiser(session, running, bare):
    tracks, rooms = list_event_tracks(session, running.id), list_event_rooms(session, running.id)
    shared = {
        "manage": "/event/running/manage/", "tabs": [("/", "Overview"), ("/gallery", LONG_TITLE), ("/nowhere/", LONG_WORD)],
        "hues": dict(HUES), "numbers": {rooms[0].id: 1200},
    }  # fmt: skip
    entry = SimpleNamespace(
        occurred_at=utc_now(), actor_name=LONG_WORD, action="talk.updated", subject_type="talk", subject_name=LONG_TITLE
    )
    names = {"actions": {}, "changed_details": lambda _entry: [LONG_WORD, "Room"]}
    yield "navigation of organisers", "manage", shared | names | {"event": running, "history": [entry]}
    hidden = SimpleNamespace(
        **{name: getattr(bare, name) for name in ("name", "slug", "starts_at", "ends_at", "timezone")}
    )
    hidden.is_private, hidden.is_pending, hidden.is_active = True, True, False
    yield "navigation of organisers of a pending event", "manage", shared | {"event": hidden}
    for number in (0, 1, 3):
        yield (
            f"tracks, {number}",
            "tracks",
            shared | {"event": running, "form": TrackForm(), "tracks": (tracks * 2)[:number]},
        )
        yield (
            f"rooms, {number}",
            "rooms",
            shared | {"event": running, "form": RoomForm(), "rooms": (rooms * 2)[:number]},
        )


def _lists(session, event_ids):
    records, now = load_agenda_event_records(reader(), event_ids), utc_now()
    inactive = session.scalar(select(User).where(User.username == "gone"))
    shared = {"tags": COUNTED, "cities": CITIES, "inactive_user": inactive}
    for name, ids in (("lists without entries", []), ("lists with one entry", event_ids[:1]), ("lists", event_ids)):
        events = [records[event_id] for event_id in ids]
        calls = [(event, represent_call(event, now), "de") for event in events]
        calls += [(event, _extended(call, now), None) for event, call, _ in calls[:1]]
        yield name, "lists", shared | {"events": events, "calls": calls}
    for number, previous_page, next_page in ((1, None, "?page=2"), (2, "?page=1", "?page=3"), (3, "?page=2", None)):
        yield f"pager {number}", "pager", {"number": number, "previous_page": previous_page, "next_page": next_page}
    yield "pager of comments", "pager", {"comment_pages": Pages(2, 3, 1)}
    yield "embedded events", "embed", {"events": list(records.values()), "links": Links(base="", website="")}


def _extended(call, now):
    """Return the call as a new and extended one that closes when a day ends anywhere on earth."""
    return call._replace(former_end=now, is_new=True, has_time=False, timezone=ANYWHERE_ON_EARTH)


def _programme(event, user):
    talks, rooms = load_programme(reader(), event.id)
    now = utc_now()
    shared = {"event": event, "talks": talks, "day": programme_day(event, now), "zone": "", "starred": ()}
    for name, variables in (
        ("talks of a programme", {}),
        ("talks of a programme with stars", {"current_user": user, "starred": {talk.id for talk in talks[:2]}}),
        ("talks of a programme in two time zones", {"zone": "Asia/Tokyo"}),
    ):
        yield name, "slots", shared | variables
    days = group_own_schedule(map(talk_entry, talks), event.timezone)
    yield "own schedule", "own_schedule", shared | {"days": days, "current_user": user, "starred": {talks[0].id}}
    shared = {"event": event, "room": rooms[0], "minutes_left": minutes_left}
    for name, rooms_now, next_talk, is_over in (
        ("now", list_rooms_now(talks, now), None, False),
        ("now before the next talk", [], find_next_talk(talks, now), False),
        ("now without talks", [], None, False),
        ("now after the event", [], None, True),
    ):
        yield name, "now", shared | {
            "rooms_now": rooms_now, "next_talk": next_talk, "is_over": is_over, "ended": talks[:2] if rooms_now else (),
        }  # fmt: skip
    next_talk = find_next_talk(talks, now)
    yield "now before the event", "now", shared | {"next_talk": next_talk, "begins_at": next_talk.starts_at}
    address = "https://harbour.example/r/abcdefgh"
    yield "calendar", "calendar", {"code": (address, qr_code_svg(address))}


def _feedback(session, event, user):
    one_question, two_questions = EventSettings.defaults(event.id), session.get_one(EventSettings, event.id)
    comment_ids = session.scalars(select(TalkComment.id).order_by(TalkComment.id)).all()
    records = load_talk_comment_records(reader(), comment_ids)
    shared = {"event": event, "current_user": user, "form": comment_form_for(one_question)}
    for name, ids in (("comments", comment_ids), ("comments, none", [])):
        yield name, "comments", shared | {"comments": [records[comment_id] for comment_id in ids]}
    yield "ratings", "ratings", {
        "event": event, "talks": load_programme(reader(), event.id).talks, "words": scale_words(one_question),
        "long_words": LONG_WORDS, "settings": one_question, "two_questions": two_questions,
        "rating": TalkRating(rating=4, rating_2=2),
    }  # fmt: skip
    own = session.get_one(Attendance, (event.id, user.id))
    for name, variables in (
        ("attendance of a visitor", {}),
        ("attendance, none", {"current_user": user}),
        ("attendance", {"current_user": user, "own": own}),
        ("attendance of a past event", {"current_user": user, "own": own, "is_over": True}),
    ):
        yield name, "attendance", {"event": event, "own": None, "is_over": False} | variables


def _own_talks(session, user):
    talks = session.scalars(select(Talk).options(joinedload(Talk.event)).order_by(Talk.id)).all()
    shared = {"next_talks": talks[1:2], "unrated": talks[:2], "current_user": user}
    yield "own talks", "own_talks", shared
    yield "own talks to rate", "own_talks", shared | {"next_talks": []}
    yield "own talks of a device", "own_talks", shared | {"unrated": [], "current_user": None}


def _event_details(session, running, bare, user):
    talks, now = load_programme(reader(), running.id).talks, utc_now()
    talk, comment_ids = talks[1], session.scalars(select(TalkComment.id).order_by(TalkComment.id)).all()
    comments = list(load_talk_comment_records(reader(), comment_ids).values())
    day = now + dt.timedelta(days=1)
    yield "event", "event", {
        "event": get_event_record(reader(), running.id), "frame": load_event_frame(running, ABOUT), "flyer": session.get_one(EventFlyer, running.id),
        "licence": LICENCES["cc-by"], "talk_count": 7, "talks": talks[2:], "talk": talk, "starred": {talk.id}, "has_pages": True,
        "material": [(talk, [("Slides", "https://a.example"), (LONG_WORD, "https://b.example")])], "current_user": user,
        "call": represent_call(running, now), "dates": [Occurrence(day, day), Occurrence(day, day, 1, "next")],
        "comments": comments, "neighbours": load_talk_neighbours(reader(), talk),
    }  # fmt: skip
    days = {programme_day(running, now): (300, now), programme_day(running, day): (1, day)}
    open_call = represent_call(running, now)
    for name, call in (
        ("bare event", open_call._replace(state=None, opens_at=None, ends_at=None)),
        ("event with an announced call", open_call._replace(state=ANNOUNCED, opens_at=day, days=1)),
        ("event with a closed call", open_call._replace(state=CLOSED)),
        ("event with an extended call", _extended(open_call, now)),
    ):
        yield name, "event", {
            "event": bare, "frame": load_event_frame(bare, ABOUT), "talk_count": 0, "talk": talk, "talks": [], "days": days,
            "material": [], "call": call, "call_zone": "Asia/Tokyo", "dates": [], "comments": [], "neighbours": Neighbours(), "has_pages": True,
        }  # fmt: skip
