"""Generator of benchmark data: users, events, talks, comments and stars, the same on each run.

Rows are inserted without the ORM, and counters and keys are computed here. ``joindin counters check`` finds no wrong value.
"""

import datetime as dt
import random
from bisect import bisect
from collections import defaultdict
from itertools import accumulate

from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from bench.bulk_load import bulk_insert, next_free_id, without_indexes
from joindin.models import (
    Attendance,
    Event,
    EventComment,
    EventHost,
    EventImage,
    Language,
    Tag,
    Talk,
    TalkComment,
    TalkLink,
    TalkSpeaker,
    TalkStar,
    TalkType,
    Track,
    User,
    event_tags,
    talk_tracks,
)
from joindin.models.agenda.call_times import CallTimes
from joindin.seeds.base_data import seed_reference_data
from joindin.utils.datetimes import day_number, midnight

# Events per bulk insert.
CHUNK_SIZE = 10_000

listed = str.split

TOPICS = listed(
    "Python PHP Rust Data Cloud Web Security Design Testing Mobile Maps Robotics Privacy Networks Kernel Graphics Sound"
    " Games Science Health Energy Farming Libraries Museums Teaching Writing Radio Space Climate Transit"
)
KINDS = listed("Conference Days Summit Camp Meetup Forum Week Fair Sprint Evening")
# Used in a few of a hundred thousand events, for searches with few results.
RARE = listed("Zeppelin Quokka Marzipan Obelisk Xylophone Yarrow Fjord Kumquat")
ZONES = {
    "Europe/Amsterdam": "Amsterdam Utrecht Delft",
    "Europe/London": "London Bristol Leeds",
    "Europe/Warsaw": "Gdansk Lodz Lublin",
    "America/New_York": "Boston Albany Newark",
    "America/Sao_Paulo": "Santos Campinas Niteroi",
    "Asia/Tokyo": "Tokyo Osaka Nagoya",
    "Asia/Kolkata": "Pune Kochi Jaipur",
    "Australia/Sydney": "Sydney Newcastle Wollongong",
}
PLACES = [(zone, city) for zone, cities in ZONES.items() for city in cities.split()]
WORDS = listed(
    "we meet to show each other what worked and what did not with time for questions tea and a walk along the water"
    " bring a laptop a friend or both talks are short and the evenings long everybody is welcome to listen and to try"
)
DESCRIPTIONS = [" ".join((WORDS[start:] + WORDS[:start])[:40]) for start in range(len(WORDS))]
REMARKS = [" ".join((WORDS[start:] + WORDS[:start])[:15]) for start in range(len(WORDS))]
FIRST_NAMES = listed("Ada Bela Chidi Dana Emil Farah Goro Hana Ivo Jana Kofi Lena Milo Nora Oto Pia Rui Sana Tove Uma")
LAST_NAMES = listed("Abara Bosch Costa Dahl Eriksen Fuchs Gupta Horvat Ito Jansen Kaya Lund Moreau Nowak Okafor Petrov")

TAGS = 200
# The first tag is on about every fifth event, the last on one in a thousand.
TAG_WEIGHTS = list(accumulate(1 / (rank + 2) for rank in range(TAGS)))

DAYS_BACK, DAYS_AHEAD = 15 * 365, 540

CONTENT = {
    User: "id username username_key email email_key full_name full_name_key password_hash twitter_username biography"
    " is_verified registered_at",
    Tag: "id name spelling_key name_key",
    Event: "id name name_key slug stub description location latitude longitude starts_at ends_at start_day timezone href"
    " hashtag contact_name icon cfp_starts_at cfp_ends_at cfp_closes_at cfp_url is_active is_pending is_private submitted_at"
    " attendee_count comment_count talk_count talk_comment_count track_count rating_sum rating_count",
    event_tags: "id event_id tag_id",
    EventHost: "id event_id user_id",
    EventImage: "id event_id size file width height",
    Attendance: "event_id user_id",
    EventComment: "id event_id user_id rating text source created_at",
    Track: "id event_id name name_key description talk_count",
    Talk: "id event_id title title_key slug stub description starts_at duration type_id language_id comment_count"
    " all_comment_count rating_sum rating_count star_count",
    talk_tracks: "talk_id track_id",
    TalkSpeaker: "id talk_id name user_id",
    TalkLink: "id talk_id type url",
    TalkStar: "user_id talk_id",
    TalkComment: "id talk_id event_id user_id rating text source is_private created_at",
}
TABLES = [getattr(kind, "__table__", kind) for kind in CONTENT]


def generate_events(engine: Engine, events: int, *, now: dt.datetime, password_hash: str | None = None) -> None:
    """Add events, and a tenth as many users with one password, to a migrated database without tags."""
    with Session(engine) as session:
        seed_reference_data(session)
        session.commit()
    with engine.connect() as connection, without_indexes(connection, TABLES):
        generator = DataGenerator(connection, events, midnight(now), password_hash)
        generator.add_users_and_tags()
        for start in range(0, events, CHUNK_SIZE):
            generator.add_events(min(CHUNK_SIZE, events - start))


class DataGenerator:
    """Generates rows and inserts them in chunks; keeps the next id of each table."""

    def __init__(self, connection, events, today, password_hash):
        self._connection = connection
        self._today = today
        self._password_hash = password_hash
        self._draw = random.Random(20)
        self._ids = {kind: next_free_id(connection, table) for kind, table in zip(CONTENT, TABLES) if "id" in table.c}
        self._people = range(self._ids[User], self._ids[User] + max(100, events // 10))
        self._tags = range(self._ids[Tag], self._ids[Tag] + TAGS)
        self._types = connection.scalars(select(TalkType.id).order_by(TalkType.id)).all()
        self._languages = connection.scalars(select(Language.id).order_by(Language.id)).all()
        self._rows = defaultdict(list)

    def add_users_and_tags(self):
        """Add users and tags."""
        joined = self._today - dt.timedelta(days=DAYS_BACK)
        for _ in self._people:
            number = self._next(User)
            name, full_name = f"person{number}", f"{self._pick(FIRST_NAMES)} {self._pick(LAST_NAMES)}"
            address = f"{name}@example.org"
            self._add(
                User, number, name, name, address, address, full_name, full_name.lower(), self._password_hash, "", "", True, joined
            )  # fmt: skip
        for rank in range(TAGS):
            name = f"{TOPICS[rank % len(TOPICS)].lower()}{rank // len(TOPICS) or ''}"
            self._add(Tag, self._next(Tag), name, name, name)
        self._load()

    def add_events(self, events):
        for _ in range(events):
            self._add_event()
        self._load()

    def _add_event(self):
        draw, event_id = self._draw, self._next(Event)
        zone, city = self._pick(PLACES)
        starts_at = self._today + dt.timedelta(
            days=self._between(-DAYS_BACK, DAYS_AHEAD), hours=self._between(6, 20), minutes=self._pick((0, 30))
        )
        topic = self._pick(RARE) if self._chance(0.0005) else self._pick(TOPICS)
        name = f"{topic} {self._pick(KINDS)} {city} {starts_at.year} No. {event_id}"
        is_over = starts_at < self._today
        host = self._pick(self._people)
        self._add(EventHost, self._next(EventHost), event_id, host)
        self._add_tags(event_id)
        icon = self._add_images(event_id) if self._chance(0.25) else None
        attendees = self._add_attendees(event_id)
        comments = self._add_comments(event_id, host, attendees, starts_at) if is_over else (0, 0, 0)
        talks, talk_comments, tracks = self._add_programme(event_id, starts_at, is_over)
        state = draw.random()
        has_cfp = self._chance(0.1 if is_over else 0.3)
        closes_at = starts_at - dt.timedelta(days=self._between(5, 60))
        stub = f"e{_base36(event_id)}" if self._chance(0.3) else None
        self._add(
            Event, event_id, name, name.lower(), f"{topic}-{city}-{event_id}".lower(), stub, self._pick(DESCRIPTIONS), f"{city} Hall",
            self._between(-60, 70) + 0.5, self._between(-180, 180) + 0.5, starts_at, starts_at + dt.timedelta(days=self._between(0, 3)),
            day_number(starts_at), zone, f"https://{topic.lower()}{event_id}.example", f"#{topic.lower()}{event_id}",
            f"{self._pick(FIRST_NAMES)} {self._pick(LAST_NAMES)}", icon,
            closes_at - dt.timedelta(days=60) if has_cfp else None, closes_at if has_cfp else None,
            CallTimes(None, closes_at, zone).closes_at if has_cfp else None,
            f"https://{topic.lower()}{event_id}.example/cfp" if has_cfp else None,
            # One in a hundred is pending, one is rejected and one is private.
            state >= 0.02, state < 0.01, 0.02 <= state < 0.03, starts_at - dt.timedelta(days=100),
            len(attendees), comments[0], talks, talk_comments, tracks, *comments[1:],
        )  # fmt: skip

    def _add_tags(self, event_id):
        draw, most = self._draw, TAG_WEIGHTS[-1]
        for rank in sorted({bisect(TAG_WEIGHTS, draw.random() * most) for _ in range(self._between(0, 4))}):
            self._add(event_tags, self._next(event_tags), event_id, self._tags[min(rank, TAGS - 1)])

    def _add_images(self, event_id):
        for size, pixels in (("orig", 650), ("small", 140)):
            file = f"icon-{event_id}-{size}.png"
            self._add(EventImage, self._next(EventImage), event_id, size, file, pixels, pixels)
        return file

    def _add_attendees(self, event_id):
        """Add few attendees to most events and hundreds to some."""
        attendees = sorted(self._some_people(int(self._draw.paretovariate(1.2)) - 1, 500))
        for user_id in attendees:
            self._add(Attendance, event_id, user_id)
        return attendees

    def _add_comments(self, event_id, host, attendees, starts_at):
        """Add comments; return their number, and sum and number of the counted ratings."""
        authors = self._draw.sample(attendees, min(30, len(attendees) // 4))
        rating_sum = rating_count = 0
        for author in authors:
            rating = self._pick((0, 3, 4, 4, 5, 5)) if author != host else 0
            rating_sum, rating_count = rating_sum + rating, rating_count + (rating > 0)
            commented_at = starts_at + dt.timedelta(days=self._between(0, 20))
            self._add(
                EventComment,
                self._next(EventComment),
                event_id,
                author,
                rating,
                self._pick(REMARKS),
                "joind.in",
                commented_at,
            )
        return len(authors), rating_sum, rating_count

    def _add_programme(self, event_id, starts_at, is_over):
        """Add talks and tracks; return the numbers of talks, talk comments and tracks."""
        draw = self._draw
        talks = min(40, int(draw.paretovariate(1.5)) - 1) if self._chance(0.6) else 0
        tracks = [self._next(Track) for _ in range(2)] if talks > 5 else []
        for number, track_id in enumerate(tracks):
            name = f"Room {number + 1}"
            self._add(Track, track_id, event_id, name, name.lower(), "", talks // 2 + (number < talks % 2))
        comments = 0
        for number in range(talks):
            track_id = tracks[number % 2] if tracks else None
            comments += self._add_talk(event_id, starts_at + dt.timedelta(hours=number), track_id, is_over)
        return talks, comments, len(tracks)

    def _add_talk(self, event_id, starts_at, track_id, is_over):
        draw, talk_id = self._draw, self._next(Talk)
        speaker = self._pick(self._people) if self._chance(0.5) else None
        name = f"{self._pick(FIRST_NAMES)} {self._pick(LAST_NAMES)}"
        self._add(TalkSpeaker, self._next(TalkSpeaker), talk_id, name, speaker)
        if track_id:
            self._add(talk_tracks, talk_id, track_id)
        if is_over and self._chance(0.3):
            self._add(TalkLink, self._next(TalkLink), talk_id, "slides_link", f"https://slides.example/{talk_id}")
        starrers = self._some_people(int(draw.paretovariate(2)) - 1, 50)
        for user_id in sorted(starrers):
            self._add(TalkStar, user_id, talk_id)
        counters = self._add_talk_comments(talk_id, event_id, speaker, starts_at) if is_over else (0, 0, 0, 0)
        title = f"{self._pick(TOPICS)} for {self._pick(TOPICS)}, part {talk_id}"
        self._add(
            Talk, talk_id, event_id, title, title.lower(), f"talk-{talk_id}", _base36(talk_id).rjust(5, "0"), self._pick(DESCRIPTIONS),
            starts_at, self._pick((30, 45, 60)), self._pick(self._types), self._pick(self._languages), *counters, len(starrers),
        )  # fmt: skip
        return counters[1]

    def _add_talk_comments(self, talk_id, event_id, speaker, starts_at):
        """Add comments; return the numbers of public and all comments, and sum and number of the counted ratings."""
        authors = self._some_people(int(self._draw.paretovariate(1.6)) - 1, 40)
        public = rating_sum = rating_count = 0
        for author in authors:
            is_private = self._chance(0.05)
            rating = self._pick((3, 4, 4, 5, 5)) if author != speaker else 0
            if not is_private:
                public, rating_sum, rating_count = public + 1, rating_sum + rating, rating_count + (rating > 0)
            self._add(
                TalkComment, self._next(TalkComment), talk_id, event_id, author, rating, self._pick(REMARKS), "joind.in", is_private,
                starts_at + dt.timedelta(hours=2),
            )  # fmt: skip
        return public, len(authors), rating_sum, rating_count

    def _some_people(self, number, most):
        return self._draw.sample(self._people, min(number, most, len(self._people))) if number else []

    def _pick(self, options):
        # Three times as fast as random.choice.
        return options[int(self._draw.random() * len(options))]

    def _between(self, lowest, highest):
        return lowest + int(self._draw.random() * (highest - lowest + 1))

    def _chance(self, share):
        return self._draw.random() < share

    def _next(self, kind):
        number = self._ids[kind]
        self._ids[kind] = number + 1
        return number

    def _add(self, kind, *values):
        self._rows[kind].append(values)

    def _load(self):
        # In the order of CONTENT, in which referenced tables come first.
        for kind, table in zip(CONTENT, TABLES):
            if rows := self._rows.pop(kind, None):
                bulk_insert(self._connection, table, CONTENT[kind].split(), rows)
        self._connection.commit()


def _base36(number):
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits or "0"
