"""Pages of organisers at a large event: a fixed number of statements, and pages of limited weight."""

import pytest

from joindin.models import EventHost
from tests.factories import (
    make_claim,
    make_event_comment,
    make_report,
    make_room,
    make_talk,
    make_talk_comment,
    make_track,
    make_user,
)

PAGES = (
    "",
    "talks/",
    "talks/new/",
    "tracks/",
    "rooms/",
    "claims/",
    "comments/",
    "people/",
    "settings/",
    "details/",
    *(f"qr/?for={subject}" for subject in ("rooms", "talks", "slides")),
)
MAX_BYTES = 150_000
# Lists that are not paged have a row of a few forms for each track or room.
MAX_BYTES_OF_ROW = 1_200


def enlarge(session, event, number):
    """Add as many talks, tracks, rooms, hosts, claims, reports and texts of guests."""
    for _ in range(number):
        room, track, user = make_room(session, event), make_track(session, event), make_user(session)
        talk = make_talk(session, event, speakers=["Ada", user], tracks=[track], room_id=room.id)
        make_claim(session, talk, talk.speakers[0], user)
        for comment in (make_event_comment(session, event), make_talk_comment(session, talk)):
            make_report(session, comment)
        make_talk_comment(session, talk, None, is_waiting=True, is_hidden=True)
        session.add(EventHost(event_id=event.id, user_id=user.id))
    session.commit()


@pytest.fixture
def cost(organiser, manage, count_statements):
    """``cost(page)`` returns the number of statements of a page, and its bytes."""

    def measure(page):
        with count_statements() as statements:
            reply = organiser.get(f"{manage}{page}")
        assert reply.status_code == 200
        return len(statements), len(reply.data)

    return measure


def test_pages_cost_the_same_statements_whatever_the_number_of_rows(session, event, cost):
    enlarge(session, event, 2)
    few = {page: cost(page)[0] for page in PAGES}
    enlarge(session, event, 70)

    assert {page: cost(page)[0] for page in PAGES} == few


def test_pages_of_an_event_with_a_thousand_talks_are_light(session, organiser, manage, event, cost):
    rooms, tracks = [make_room(session, event) for _ in range(20)], [make_track(session, event) for _ in range(20)]
    for number in range(1_000):
        make_talk(session, event, speakers=["Ada"], tracks=[tracks[number % 20]], room_id=rooms[number % 20].id)
    session.commit()

    weights = {page: cost(page)[1] for page in PAGES if not page.startswith("qr/")}
    sheets = cost("qr/?for=talks")[1]

    assert {page: weight for page, weight in weights.items() if weight > MAX_BYTES} == {}
    assert sheets < 500_000
    assert max(weights["tracks/"], weights["rooms/"]) < 20 * MAX_BYTES_OF_ROW + 20_000
    assert organiser.get(f"{manage}talks/?page=20").text.count("Talk ") >= 50
