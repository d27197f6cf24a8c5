"""Weight of the pages that visitors open at a conference: compressed bytes, and the number of requests (site 8, story T26)."""

import base64
import datetime as dt
import gzip
import re
from hashlib import sha256
from pathlib import Path

import pytest

import joindin
from joindin.models import Talk, TalkLink
from tests.factories import (
    make_event,
    make_room,
    make_talk,
    make_talk_comment,
    make_track,
    make_user,
    parse_instant,
)

pytestmark = pytest.mark.runs_once("pages have the same bytes on each database")

STATIC = Path(joindin.__file__).parent / "static"
FRIDAY = parse_instant("2037-07-10T07:00")
ROOMS, DAYS, TALKS_PER_ROOM = 6, 3, 14
WORDS = [
    "distributed",
    "harbour",
    "timetables",
    "practical",
    "migration",
    "lessons",
    "observability",
    "testing",
    "without",
    "fear",
    "community",
]

# Compressed bytes of the page, and the files that a first visit loads besides it.
BUDGETS = {
    "/": (14_000, 3),
    "/event/harbour": (14_000, 3),
    "/event/harbour/schedule": (30_000, 3),
    "/event/harbour/talk-0": (10_000, 3),
    "/f/t0000": (4_000, 2),
}
FILES = {"site.js": 8_000, "web.css": 9_000}


def compressed_size(content):
    return len(gzip.compress(content, 5))


def words_of(number, count):
    return " ".join(WORDS[(number * 7 + index * (number % 5 + 1)) % len(WORDS)] for index in range(count)).capitalize()


@pytest.fixture
def programme(session):
    """An event of 250 talks with titles and speakers of usual length, and one of a single day for its page."""
    event = make_event(
        session, "Harbour Code Days", slug="harbour", starts_at=FRIDAY, ends_at=FRIDAY + dt.timedelta(days=3),
        timezone="Europe/Berlin", description=words_of(3, 200),
    )  # fmt: skip
    rooms = [make_room(session, event, f"Hall {number}") for number in range(ROOMS)]
    tracks = [make_track(session, event, f"Track {number}") for number in range(5)]
    people = [make_user(session, full_name=f"{words_of(number, 1)} {words_of(number + 3, 1)}") for number in range(120)]
    for number in range(250):
        room, place = rooms[number % ROOMS], number // ROOMS
        starts_at = FRIDAY + dt.timedelta(days=place // TALKS_PER_ROOM, minutes=40 * (place % TALKS_PER_ROOM))
        make_talk(
            session, event, f"{words_of(number, 6)} {number}", slug=f"talk-{number}", stub=f"t{number:04}", duration=30,
            starts_at=starts_at, room_id=room.id, tracks=[tracks[number % 5]], speakers=[people[number % 120]],
            description=words_of(number, 120),
        )  # fmt: skip
    session.flush()
    return event


@pytest.fixture
def comments(session, programme):
    talk = session.query(Talk).filter_by(slug="talk-0").one()
    for number in range(20):
        make_talk_comment(session, talk, make_user(session), rating=4, text=words_of(number, 40))


@pytest.mark.parametrize("path", BUDGETS)
def test_a_page_stays_within_its_budget(browser, comments, path):
    reply = browser.get(path, headers={"Accept": "text/html"})
    most_bytes, most_files = BUDGETS[path]
    head = reply.text.partition("</head>")[0]
    files = re.findall(r'<(?:link rel="(?:icon|stylesheet)"|script)[^>]* ?(?:href|src)="(/[^"]*)"', head)
    images = re.findall(r"<img[^>]*>", reply.text)

    assert reply.status_code == 200
    assert compressed_size(reply.data) <= most_bytes
    assert len(files) == len(set(files)) <= most_files
    assert [image for image in images if 'loading="lazy"' not in image] == []


def test_a_schedule_with_feedback_and_material_of_all_talks_stays_within_its_budget(browser, session, programme):
    for number, talk in enumerate(session.query(Talk).all()):
        for counter, factor in (("rating_count", 7), ("guest_rating_count", 5)):
            setattr(talk, counter, 3 + number * factor % 40)
        talk.rating_sum, talk.guest_rating_sum = talk.rating_count * 4 - number % 7, talk.guest_rating_count * 3
        talk.comment_count = 1 + number * 3 % 17
        for type_ in ("slides_link", "video_link"):
            url = f"https://{type_}.example/{sha256(talk.stub.encode()).hexdigest()[:10]}"
            session.add(TalkLink(talk_id=talk.id, type=type_, url=url))
    session.commit()

    reply = browser.get("/event/harbour/schedule")

    assert reply.text.count("without an account)") == reply.text.count(">Video</a>") == 250
    assert compressed_size(reply.data) <= BUDGETS["/event/harbour/schedule"][0]


@pytest.mark.parametrize(("name", "most_bytes"), FILES.items())
def test_a_file_stays_within_its_budget(name, most_bytes):
    assert compressed_size((STATIC / name).read_bytes()) <= most_bytes


def test_the_page_of_the_scale_is_shown_without_another_file(browser, comments):
    reply = browser.get("/f/t0000", headers={"Accept": "text/html"})
    style = reply.text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()

    assert ".scale" in style
    assert f"'sha256-{digest}'" in reply.headers["Content-Security-Policy"]
    assert "stylesheet" not in reply.text
