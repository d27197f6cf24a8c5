import re

import pytest
import time_machine
from sqlalchemy import func, select

from joindin.models import Mail, Talk, TalkLink, TalkSpeaker
from tests.conftest import WEBSITE_URL
from tests.factories import make_event, make_language, make_talk, make_talk_type, make_user, newest, parse_instant

BASE_URL = "http://localhost/v2.1"

NEEDED = {"talk_title": "On Python", "talk_description": "Snakes", "start_date": "2026-05-01T10:00"}


@pytest.fixture
def person(session):
    return make_user(session, "host")


@pytest.fixture
def event(session, person):
    """An event of two days in Amsterdam."""
    make_talk_type(session)
    make_language(session)
    return make_event(
        session,
        host=person,
        starts_at=parse_instant("2026-05-01T09:00:00+02:00"),
        ends_at=parse_instant("2026-05-02T18:00:00+02:00"),
    )


@pytest.fixture
def host(api, person):
    return api.signed_in(person)


def test_host_adds_a_talk_and_is_shown_it(host, session, event):
    with time_machine.travel("2026-04-01T12:00:00+00:00", tick=False):
        reply = host.post(f"/v2.1/events/{event.id}/talks", json=NEEDED)

    talk = newest(session, Talk)
    here = f"{BASE_URL}/talks/{talk.id}"
    assert reply.status_code == 201
    assert reply.headers["Location"] == here
    assert re.fullmatch("[0-9a-f]{5}", talk.stub)
    assert reply.json["talks"] == [
        {
            "id": talk.id,
            "talk_title": "On Python",
            "url_friendly_talk_title": "on-python",
            "talk_description": "Snakes",
            "type": "Talk",
            "start_date": "2026-05-01T10:00:00+02:00",
            "duration": 60,
            "stub": talk.stub,
            "average_rating": 0,
            "comments_enabled": 0,
            "comment_count": 0,
            "starred": False,
            "starred_count": 0,
            "speakers": [],
            "tracks": [],
            "uri": here,
            "verbose_uri": f"{here}?verbose=yes",
            "website_uri": f"{WEBSITE_URL}/talk/{talk.stub}",
            "starred_uri": f"{here}/starred",
            "tracks_uri": f"{here}/tracks",
            "comments_uri": f"{here}/comments",
            "verbose_comments_uri": f"{here}/comments?verbose=yes",
            "event_uri": f"{BASE_URL}/events/{event.id}",
            "speakers_uri": f"{here}/speakers",
        }
    ]
    assert list(reply.json) == ["talks", "meta"]
    assert reply.json["meta"]["this_page"] == f"{BASE_URL}/events/{event.id}/talks?resultsperpage=20"
    assert host.get(f"/v2.1/talks/{talk.id}").json["talks"] == reply.json["talks"]
    assert session.scalars(select(Mail)).all() == []


def test_all_fields_of_a_new_talk_are_stored(host, session, event):
    make_talk_type(session, "Workshop")
    make_language(session, "Deutsch", "de")

    reply = host.post(
        f"/v2.1/events/{event.id}/talks/",
        json={
            "talk_title": ' <b>"Größe"</b> & more ',
            "talk_description": "x < y\n\nand <i>so</i> on",
            "start_date": "2026-05-02T23:30:00+00:00",
            "type": "Workshop",
            "language": "Deutsch",
            "duration": "90",
            "slides_link": "https://s.example/x y?é=1",
            "speakers": ["  Ann <br>", "Bob", "", "   "],
        },
    )

    talk = newest(session, Talk)
    shown = host.get(f"/v2.1/talks/{talk.id}?verbose=yes").json["talks"][0]
    assert (reply.status_code, reply.headers["Location"]) == (201, f"{BASE_URL}/talks/{talk.id}")
    assert {name: shown[name] for name in (
        "talk_title", "url_friendly_talk_title", "talk_description", "start_date", "type", "language", "duration",
        "slides_link", "talk_media", "speakers",
    )} == {
        "talk_title": '"Größe" & more',
        "url_friendly_talk_title": "grosse--more",
        "talk_description": "x < y\n\nand so on",
        "start_date": "2026-05-03T01:30:00+02:00",
        "type": "Workshop",
        "language": "Deutsch",
        "duration": 90,
        "slides_link": "https://s.example/xy?=1",
        "talk_media": [{"slides_link": "https://s.example/xy?=1"}],
        "speakers": [{"speaker_name": "Ann"}, {"speaker_name": "Bob"}],
    }  # fmt: skip


def test_the_web_site_sends_more_than_there_is_and_speakers_with_gaps(host, session, event):
    reply = host.post(
        f"/v2.1/events/{event.id}/talks",
        json={
            "talk_title": "On Python",
            "talk_description": "Snakes",
            "type": "Talk",
            "start_date": "2026-05-01 10:00",
            "duration": "45",
            "language": "English - UK",
            "speakers": {"0": "Ann", "2": "Bob"},
            "track": "",
            "talk_media": [{"type": "slides_link", "url": "https://s.example/"}],
            "slides_link": None,
        },
        headers={"Content-Type": "application/json"},
    )

    followed = host.get(reply.headers["Location"].removeprefix("http://localhost"))
    assert reply.status_code == 201
    assert followed.json["talks"] == reply.json["talks"]
    assert followed.json["talks"][0]["speakers"] == [{"speaker_name": "Ann"}, {"speaker_name": "Bob"}]
    assert session.scalars(select(TalkLink)).all() == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "The talk title field is required"),
        ([], "The talk title field is required"),
        ({"talk_title": "0", "talk_description": ""}, "The talk title field is required"),
        ({"talk_title": " <br> "}, "The talk title field is required"),
        ({"talk_title": "x"}, "The talk description field is required"),
        ({"talk_title": "x", "talk_description": None}, "The talk description field is required"),
        ({"talk_title": "x", "talk_description": "y", "type": "Nap"}, "The type 'Nap' is unknown"),
        ({"talk_title": "x", "talk_description": "y", "type": "talk"}, "The type 'talk' is unknown"),
        ({"talk_title": "x", "talk_description": "y"}, "Please give the date and time of the talk"),
        (NEEDED | {"start_date": "0"}, "Please give the date and time of the talk"),
        (NEEDED | {"start_date": "garbage", "language": "x"}, "Failed to parse time string (garbage)"),
        (
            NEEDED | {"start_date": "2026-05-01T08:59:59", "language": "x"},
            "The talk must be held between the start and end date of the event",
        ),
        (
            NEEDED | {"start_date": "2026-05-03T18:00"},
            "The talk must be held between the start and end date of the event",
        ),
        (NEEDED | {"language": "Klingon", "speakers": [1]}, "The language 'Klingon' is unknown"),
        (NEEDED | {"language": "english - uk"}, "The language 'english - uk' is unknown"),
        (NEEDED | {"speakers": ["Ann", 1]}, "Speaker names must be strings"),
        (NEEDED | {"speakers": [{"speaker_name": "Ann"}]}, "Speaker names must be strings"),
        (NEEDED | {"speakers": ["Ann", None]}, "Speaker names must be strings"),
        (NEEDED | {"speakers": 5}, "Speaker names must be strings"),
        (NEEDED | {"speakers": True}, "Speaker names must be strings"),
        (NEEDED | {"talk_title": "x" * 256}, "The field 'talk_title' must not be longer than 255 characters"),
        (
            NEEDED | {"talk_description": "x" * 65_536},
            "The field 'talk_description' must not be longer than 65535 characters",
        ),
        *(
            (NEEDED | {"duration": duration}, "The field 'duration' must be a number of minutes")
            for duration in ("an hour", "1.5", "1h30", "-5", -5, -0.6, "45-60", "٤٥")
        ),
        (NEEDED | {"duration": "100000"}, "The field 'duration' must not be more than 99999 minutes"),
        (NEEDED | {"duration": 10**30}, "The field 'duration' must not be more than 99999 minutes"),
        (
            NEEDED | {"slides_link": "https://s.example/" + "x" * 2_000},
            "The field 'slides_link' must not be longer than 2000 characters",
        ),
        (NEEDED | {"speakers": ["x" * 201]}, "The name of a speaker must not be longer than 200 characters"),
        (NEEDED | {"speakers": ["x"] * 51}, "A talk must not have more than 50 speakers"),
        (NEEDED | {"talk_title": ["x"]}, "Expected parameter talk_title is not a readable string"),
        (NEEDED | {"talk_description": True}, "Expected parameter talk_description is not a readable string"),
        (NEEDED | {"type": {"a": 1}}, "Expected parameter type is not a readable string"),
        (NEEDED | {"start_date": [1]}, "Expected parameter start_date is not a readable string"),
        (NEEDED | {"duration": []}, "Expected parameter duration is not a readable string"),
    ],
)
def test_a_talk_is_refused_for_the_first_thing_that_is_wrong_with_it(host, session, event, body, message):
    talk = make_talk(session, event, "Old", starts_at=event.starts_at)
    session.commit()
    before = talk.version

    replies = [host.post(f"/v2.1/events/{event.id}/talks", json=body), host.put(f"/v2.1/talks/{talk.id}", json=body)]

    assert [(reply.status_code, reply.json) for reply in replies] == [(400, [message])] * 2
    assert [(each.title, each.version) for each in session.scalars(select(Talk))] == [("Old", before)]
    assert session.scalar(select(func.count()).select_from(TalkSpeaker)) == 0


@pytest.mark.parametrize(
    ("value", "start_date"),
    [
        ("2026-05-01T09:00", "2026-05-01T09:00:00+02:00"),
        ("2026-05-03T17:59:59", "2026-05-03T17:59:59+02:00"),
        ("2026-05-01T08:00:00+00:00", "2026-05-01T10:00:00+02:00"),
        ("2 May 2026 14:30", "2026-05-02T14:30:00+02:00"),
        ("@1777712400", "2026-05-02T11:00:00+02:00"),
    ],
)
def test_a_talk_starts_within_the_event_or_on_the_day_after_its_end(host, event, value, start_date):
    reply = host.post(f"/v2.1/events/{event.id}/talks", json=NEEDED | {"start_date": value})

    assert reply.status_code == 201
    assert reply.json["talks"][0]["start_date"] == start_date


@pytest.mark.parametrize(
    ("value", "minutes"),
    [
        (None, 60),
        ("", 60),
        (0, 60),
        ("0", 60),
        ("45 min", 45),
        (90, 90),
        (44.6, 45),
        (1e2, 100),
        ("007", 7),
        (99_999, 99_999),
    ],
)
def test_durations_are_read_by_their_digits(host, event, value, minutes):
    reply = host.post(f"/v2.1/events/{event.id}/talks", json=NEEDED | {"duration": value})

    assert reply.status_code == 201
    assert reply.json["talks"][0]["duration"] == minutes


def test_numbers_are_texts_too(host, event):
    reply = host.post(
        f"/v2.1/events/{event.id}/talks", json=NEEDED | {"talk_title": 2026, "talk_description": 1.5, "type": None}
    )

    talk = reply.json["talks"][0]
    assert reply.status_code == 201
    assert (talk["talk_title"], talk["talk_description"], talk["type"]) == ("2026", "1.5", "Talk")


def test_parameters_of_the_address_count_and_the_body_wins(host, event):
    reply = host.post(
        f"/v2.1/events/{event.id}/talks?talk_title=A&talk_description=B&speakers[]=Ann&speakers[]=Bob",
        json={"start_date": NEEDED["start_date"], "talk_title": "C"},
    )

    talk = reply.json["talks"][0]
    assert reply.status_code == 201
    assert (talk["talk_title"], talk["talk_description"]) == ("C", "B")
    assert talk["speakers"] == [{"speaker_name": "Ann"}, {"speaker_name": "Bob"}]


def test_only_admins_can_tell_missing_events_from_events_of_other_hosts(api, session, event):
    plain, admin = api.signed_in(make_user(session)), api.signed_in(make_user(session, is_admin=True))
    make_talk(session, event)

    replies = [client.post("/v2.1/events/12345/talks", json=NEEDED) for client in (api, plain, admin)]
    there = plain.post(f"/v2.1/events/{event.id}/talks", json=NEEDED)

    assert [(reply.status_code, reply.json) for reply in replies] == [
        (401, ["You must be logged in to create data"]),
        (400, ["You do not have permission to add talks to this event"]),
        (404, ["Event not found"]),
    ]
    assert (there.status_code, there.json) == (replies[1].status_code, replies[1].json)
    assert session.scalar(select(func.count()).select_from(Talk)) == 1


def test_titles_that_meet_get_slugs_of_their_own_within_the_event(host, session, event, person):
    other = make_event(session, host=person, starts_at=event.starts_at, ends_at=event.ends_at)

    replies = [host.post(f"/v2.1/events/{id_}/talks", json=NEEDED) for id_ in (event.id, event.id, event.id, other.id)]

    talks = [reply.json["talks"][0] for reply in replies]
    first, second, third, elsewhere = (talk["url_friendly_talk_title"] for talk in talks)
    assert (first, elsewhere) == ("on-python", "on-python")
    assert (second, third) == (f"on-python-{talks[1]['id']}", f"on-python-{talks[2]['id']}")
    assert len({talk["stub"] for talk in talks}) == 4


def test_a_slug_made_of_another_talks_number_is_stepped_aside_from(host, session, event):
    make_talk(session, event, slug="on-python")
    number = newest(session, Talk).id + 2
    make_talk(session, event, slug=f"on-python-{number}")

    reply = host.post(f"/v2.1/events/{event.id}/talks", json=NEEDED)

    [talk] = reply.json["talks"]
    assert (reply.status_code, talk["id"]) == (201, number)
    assert re.fullmatch(rf"on-python-{number}-\d{{1,4}}", talk["url_friendly_talk_title"])


@pytest.mark.parametrize(
    ("title", "slug"), [("!?", "talk"), ("日本", "ri-ben"), ("- C++ -", "c"), ("x" * 255, "x" * 200)]
)
def test_titles_without_letters_and_long_ones_get_slugs(host, event, title, slug):
    reply = host.post(f"/v2.1/events/{event.id}/talks", json=NEEDED | {"talk_title": title})

    assert reply.status_code == 201
    assert reply.json["talks"][0]["talk_title"] == title
    assert reply.json["talks"][0]["url_friendly_talk_title"].strip("-") == slug


def test_the_event_counts_its_talks_at_once(host, api, session, event):
    path = f"/v2.1/events/{event.id}"
    before = api.get(path).json["events"][0]

    host.post(f"{path}/talks", json=NEEDED)
    with_one = api.get(path).json["events"][0]
    host.delete(f"/v2.1/talks/{newest(session, Talk).id}")
    with_none = api.get(path).json["events"][0]

    assert [each["talks_count"] for each in (before, with_one, with_none)] == [0, 1, 0]


def test_a_new_talk_costs_the_same_whatever_its_number_of_speakers(host, event, count_statements):
    path = f"/v2.1/events/{event.id}/talks"
    with count_statements() as for_one:
        host.post(path, json=NEEDED | {"talk_title": "A", "speakers": ["Ann"]})
    with count_statements() as for_many:
        reply = host.post(path, json=NEEDED | {"talk_title": "B", "speakers": [f"No. {n}" for n in range(30)]})

    assert [each["speaker_name"] for each in reply.json["talks"][0]["speakers"]] == [f"No. {n}" for n in range(30)]
    assert len(for_many) == len(for_one)


HOSTILE = [
    "\x00", "\ud800", "'; DROP TABLE talks; --", "%s%n", "{0}", "\u202e", "\ufdfa" * 255, "😀" * 255, "<" * 255, "<b" * 127,
    "[]", "1e400", "-1", "٣", "x" * 70_000, 1e308, -0.0, 10**400, [], {}, [[]], {"a": {"b": []}}, True, False, None,
]  # fmt: skip


@pytest.mark.parametrize("field", ["talk_title", "talk_description", "start_date", "type", "language", "duration",
                                   "slides_link", "speakers"])  # fmt: skip
def test_hostile_values_are_taken_as_they_are_or_refused(host, session, event, field):
    replies = []
    for value in [*HOSTILE, *([value] for value in HOSTILE)]:
        stored = session.scalar(select(func.count()).select_from(Talk))
        try:
            reply = host.post(f"/v2.1/events/{event.id}/talks", json=NEEDED | {field: value})
        except UnicodeEncodeError:
            continue
        new = session.scalar(select(func.count()).select_from(Talk)) - stored
        replies.append((reply.status_code, new))

    assert set(replies) <= {(201, 1), (400, 0)}
    assert (400, 0) in replies


@pytest.mark.parametrize("body", [b"", b"  ", b"[]", b"{}"])
def test_bodies_that_say_nothing_are_as_if_empty(host, session, event, body):
    reply = host.post(f"/v2.1/events/{event.id}/talks", data=body, headers={"Content-Type": "application/json"})

    assert (reply.status_code, reply.json) == (400, ["The talk title field is required"])
    assert session.scalars(select(Talk)).all() == []
