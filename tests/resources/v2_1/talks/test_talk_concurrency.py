"""Concurrent requests on talks, their tracks, speakers and stars."""

from itertools import chain

import pytest
from sqlalchemy import func, select

from joindin.models import (
    Attendance,
    Event,
    Mail,
    Talk,
    TalkClaim,
    TalkComment,
    TalkLink,
    TalkSpeaker,
    TalkStar,
    Track,
    talk_tracks,
)
from joindin.queries.accounts.users import get_user_by_username
from tests.concurrency import CONCURRENT_REQUESTS, count_outcomes, run_concurrently
from tests.factories import (
    make_claim,
    make_event,
    make_language,
    make_talk,
    make_talk_comment,
    make_talk_type,
    make_track,
    make_user,
)


@pytest.fixture
def event(session):
    make_talk_type(session)
    make_language(session)
    return make_event(session, host=make_user(session, "host"))


@pytest.fixture
def host(session, event):
    return get_user_by_username(session, "host")


def new_talk(event, **fields):
    return {
        "talk_title": "On Python",
        "talk_description": "Snakes",
        "start_date": event.starts_at.isoformat(),
        **fields,
    }


def count(session, table):
    return session.scalar(select(func.count()).select_from(table))


def stored_counters(session, event):
    """Return the stored counters of the event, its tracks and its talks."""
    event = session.get(Event, event.id)
    stored = [event.talk_count, event.track_count, event.talk_comment_count, event.attendee_count]
    tracks = session.execute(select(Track.id, Track.talk_count).order_by(Track.id)).all()
    stars = session.execute(select(Talk.id, Talk.star_count).order_by(Talk.id)).all()
    return stored, dict(map(tuple, tracks)), dict(map(tuple, stars))


def expected_counters(session, event):
    """Return what :func:`stored_counters` must be, computed from the rows."""
    tables = (Talk, Track, TalkComment, Attendance)
    stored = [session.scalar(select(func.count()).where(table.event_id == event.id)) for table in tables]
    in_track = select(func.count()).where(talk_tracks.c.track_id == Track.id).scalar_subquery()
    starred = select(func.count()).where(TalkStar.talk_id == Talk.id).scalar_subquery()
    tracks = session.execute(select(Track.id, in_track)).all()
    stars = session.execute(select(Talk.id, starred)).all()
    return stored, dict(map(tuple, tracks)), dict(map(tuple, stars))


def test_talks_with_the_same_title_get_different_slugs(session, request_for, event, host):
    path = f"/events/{event.id}/talks"

    replies = run_concurrently(
        session,
        [request_for(host, "POST", path, new_talk(event, speakers=["Ann"])) for _ in range(CONCURRENT_REQUESTS)],
    )

    slugs, stubs = (set(session.scalars(select(column))) for column in (Talk.slug, Talk.stub))
    shown = {reply.json["talks"][0]["url_friendly_talk_title"] for reply in replies}
    assert count_outcomes(replies) == {(201,): CONCURRENT_REQUESTS}
    assert "on-python" in slugs
    assert (len(slugs), len(stubs), shown) == (CONCURRENT_REQUESTS, CONCURRENT_REQUESTS, slugs)
    assert stored_counters(session, event) == expected_counters(session, event)
    assert session.get(Event, event.id).talk_count == CONCURRENT_REQUESTS


def test_talks_renamed_to_the_same_title_get_different_slugs(session, request_for, event, host):
    talks = [make_talk(session, event) for _ in range(CONCURRENT_REQUESTS)]

    replies = run_concurrently(
        session, [request_for(host, "PUT", f"/talks/{talk.id}", new_talk(event)) for talk in talks]
    )

    slugs = set(session.scalars(select(Talk.slug)))
    assert count_outcomes(replies) == {(204,): CONCURRENT_REQUESTS}
    assert "on-python" in slugs
    assert slugs <= {"on-python", *(f"on-python-{talk.id}" for talk in talks)}
    assert len(slugs) == CONCURRENT_REQUESTS


def test_concurrent_edits_are_applied_completely(session, request_for, event, host):
    talk = make_talk(session, event, speakers=["Ann"])
    session.commit()
    before = talk.version
    edits = [new_talk(event, speakers=["Ann", name]) for name in ("Bob", "Cid")]

    replies = run_concurrently(
        session, [request_for(host, "PUT", f"/talks/{talk.id}", edits[n % 2]) for n in range(CONCURRENT_REQUESTS)]
    )

    names = session.scalars(select(TalkSpeaker.name).order_by(TalkSpeaker.name)).all()
    assert count_outcomes(replies) == {(204,): CONCURRENT_REQUESTS}
    assert names in (["Ann", "Bob"], ["Ann", "Cid"])
    assert session.get(Talk, talk.id).version >= before + CONCURRENT_REQUESTS


def test_a_user_stars_a_talk_once(session, request_for, event):
    talk, fan = make_talk(session, event), make_user(session)
    session.commit()
    before = talk.version

    replies = run_concurrently(
        session, [request_for(fan, "POST", f"/talks/{talk.id}/starred", []) for _ in range(CONCURRENT_REQUESTS)]
    )

    assert count_outcomes(replies) == {(201,): CONCURRENT_REQUESTS}
    assert stored_counters(session, event) == expected_counters(session, event)
    assert session.get(Talk, talk.id).star_count == 1
    assert session.get(Talk, talk.id).version == before + 1


def test_alternating_stars_are_counted(session, request_for, event):
    talk, fans = make_talk(session, event), [make_user(session) for _ in range(3)]

    def star_and_unstar(fan):
        star, unstar = (request_for(fan, method, f"/talks/{talk.id}/starred") for method in ("POST", "DELETE"))
        return lambda: [request() for request in (star, unstar, star, unstar, star)]

    replies = list(
        chain(*run_concurrently(session, [star_and_unstar(fans[number % 3]) for number in range(CONCURRENT_REQUESTS)]))
    )

    assert count_outcomes(replies) == {(201,): 3 * CONCURRENT_REQUESTS, (200,): 2 * CONCURRENT_REQUESTS}
    assert stored_counters(session, event) == expected_counters(session, event)


def test_two_users_claim_a_name_once_each(session, request_for, event):
    talk = make_talk(session, event, speakers=["Ann"])
    rivals = [make_user(session) for _ in range(2)]
    bodies = [{"display_name": "Ann", "username": user.username} for user in rivals]

    replies = run_concurrently(
        session,
        [
            request_for(rivals[n % 2], "POST", f"/talks/{talk.id}/speakers", bodies[n % 2])
            for n in range(CONCURRENT_REQUESTS)
        ],
    )

    waiting = "You already have a pending claim for this talk. Please wait for an event admin to approve your claim."
    assert count_outcomes(replies) == {(204,): 2, (401, waiting): CONCURRENT_REQUESTS - 2}
    assert sorted(session.scalars(select(TalkClaim.user_id))) == sorted(user.id for user in rivals)
    assert session.scalars(select(Mail.kind)).all() == ["talk_claimed"] * 2


def test_a_claim_is_approved_once(session, request_for, event, host):
    claimant = make_user(session, full_name="Ann")
    talk = make_talk(session, event, speakers=["Ann"])
    make_claim(session, talk, talk.speakers[0], claimant)
    approvers = [host, *(make_user(session, is_admin=True) for _ in range(CONCURRENT_REQUESTS - 1))]
    body = {"display_name": "Ann", "username": claimant.username}

    replies = run_concurrently(
        session, [request_for(user, "POST", f"/talks/{talk.id}/speakers", body) for user in approvers]
    )

    assert count_outcomes(replies) == {(204,): 1, (422, "Talk already claimed"): CONCURRENT_REQUESTS - 1}
    assert session.scalars(select(TalkSpeaker.user_id)).all() == [claimant.id]
    assert session.scalars(select(Mail.kind)).all() == ["claim_approved"]
    assert session.get(Event, event.id).attendee_count == 1
    assert stored_counters(session, event) == expected_counters(session, event)


def test_one_of_two_claims_on_a_name_is_approved(session, request_for, event, host):
    rivals = [make_user(session, full_name="Ann") for _ in range(2)]
    talk = make_talk(session, event, speakers=["Ann"])
    for rival in rivals:
        make_claim(session, talk, talk.speakers[0], rival)
        make_talk_comment(session, talk, rival, rating=3)
    bodies = [{"display_name": "Ann", "username": rival.username} for rival in rivals]

    replies = run_concurrently(
        session,
        [request_for(host, "POST", f"/talks/{talk.id}/speakers", bodies[n % 2]) for n in range(CONCURRENT_REQUESTS)],
    )

    [winner] = session.scalars(select(TalkSpeaker.user_id))
    talk = session.get(Talk, talk.id)
    assert count_outcomes(replies) == {(204,): 1, (422, "Talk already claimed"): CONCURRENT_REQUESTS - 1}
    assert winner in [rival.id for rival in rivals]
    assert session.scalars(select(TalkClaim.user_id)).all() == [winner]
    assert (talk.rating_sum, talk.rating_count) == (3, 1)


def test_a_claim_is_approved_or_rejected_but_not_both(session, request_for, event, host):
    claimant = make_user(session, full_name="Ann")
    talk = make_talk(session, event, speakers=["Ann"])
    make_claim(session, talk, talk.speakers[0], claimant)
    path, body = f"/talks/{talk.id}/speakers", {"display_name": "Ann", "username": claimant.username}

    approved, rejected = run_concurrently(
        session,
        [
            request_for(host, "POST", path, body),
            request_for(host, "DELETE", f"{path}?display_name=Ann&username={claimant.username}"),
        ],
    )

    [kind, *rest] = session.scalars(select(Mail.kind).order_by(Mail.id))
    linked = session.scalars(select(TalkSpeaker.user_id)).all() == [claimant.id]
    if kind == "claim_approved":
        assert (approved.status_code, rejected.status_code, linked, rest) == (204, 422, True, [])
    else:
        # Without the claim, the host's request is an assignment.
        assert (kind, rest) == ("claim_rejected", ["talk_assigned"])
        assert (approved.status_code, rejected.status_code, linked) == (204, 204, False)


def test_different_writes_to_a_talk_and_its_tracks_are_counted(session, request_for, event, host):
    tracks = [make_track(session, event) for _ in range(2)]
    talk = make_talk(session, event, speakers=["Ann", host], tracks=tracks[:1])
    gone = make_talk(session, event, tracks=tracks)
    fans = [make_user(session) for _ in range(2)]
    at = f"/talks/{talk.id}"
    body = new_talk(event, speakers=["Ann", "Bob", host.full_name])

    replies = run_concurrently(
        session,
        [
            request_for(host, "PUT", at, body),
            request_for(host, "PUT", f"/tracks/{tracks[0].id}", {"track_name": "New"}),
            request_for(host, "POST", f"{at}/tracks", {"track_uri": f"http://localhost/v2.1/tracks/{tracks[1].id}"}),
            request_for(host, "DELETE", f"{at}/tracks/{tracks[0].id}"),
            request_for(host, "DELETE", f"/talks/{gone.id}"),
            request_for(host, "POST", f"{at}/links", {"display_name": "code_link", "url": "https://x.example/"}),
            request_for(host, "POST", f"/events/{event.id}/tracks", {"track_name": "Third"}),
            request_for(host, "POST", f"/events/{event.id}/talks", body),
            request_for(fans[0], "POST", f"{at}/starred"),
            request_for(fans[1], "POST", f"{at}/starred"),
            request_for(fans[0], "POST", f"/events/{event.id}/attending"),
            request_for(fans[1], "POST", f"/talks/{gone.id}/starred"),
        ],
    )

    *first, last = replies
    assert [reply.status_code for reply in first] == [204, 204, 201, 204, 204, 204, 201, 201, 201, 201, 201]
    assert (last.status_code, last.get_json(silent=True)) in ((201, None), (404, ["Talk not found"]))
    assert stored_counters(session, event) == expected_counters(session, event)
    assert (count(session, Talk), count(session, Track), count(session, TalkLink)) == (2, 3, 1)


def test_a_track_is_deleted_while_talks_are_added_to_it(session, request_for, event, host):
    tracks = [make_track(session, event) for _ in range(2)]
    talks = [make_talk(session, event, tracks=tracks[:1]) for _ in range(3)]
    uris = [f"http://localhost/v2.1/tracks/{track.id}" for track in tracks]

    replies = run_concurrently(
        session,
        [
            request_for(host, "DELETE", f"/tracks/{tracks[0].id}"),
            *[
                request_for(host, "POST", f"/talks/{talk.id}/tracks", {"track_uri": uri})
                for talk in talks
                for uri in uris
            ],
        ],
    )

    deleted, *put = replies
    assert deleted.status_code == 204
    assert {(reply.status_code, *(reply.get_json(silent=True) or ())) for reply in put} <= {
        (201,),
        (400, "Associated event not found"),
    }
    assert stored_counters(session, event) == expected_counters(session, event)
    assert count(session, talk_tracks) == 3
