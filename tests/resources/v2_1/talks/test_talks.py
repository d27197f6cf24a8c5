import pytest
import time_machine

from tests.conftest import WEBSITE_URL
from tests.factories import (
    days_from_now,
    make_event,
    make_pending_event,
    make_rejected_event,
    make_star,
    make_talk,
    make_talk_comment,
    make_track,
    make_user,
    parse_instant,
)

BASE_URL = "http://localhost/v2.1"

ALWAYS = (
    "id", "talk_title", "url_friendly_talk_title", "talk_description", "type", "start_date", "duration", "stub",
    "average_rating", "comments_enabled", "comment_count", "starred", "starred_count",
)  # fmt: skip
VERBOSE = ("slides_link", "talk_media", "language", "user_rating")
THEN = (
    "speakers", "tracks", "uri", "verbose_uri", "website_uri", "starred_uri", "tracks_uri", "comments_uri",
    "verbose_comments_uri", "event_uri", "speakers_uri",
)  # fmt: skip


def list_titles(reply):
    return [talk["talk_title"] for talk in reply.json["talks"]]


def test_visitor_reads_a_talk(api, session):
    speaker = make_user(session, full_name="Sam Speaker")
    event = make_event(session, timezone="America/Denver")
    track = make_track(session, event, "Web")
    talk = make_talk(
        session,
        event,
        "On Python",
        speakers=["Free Name", speaker],
        tracks=[track],
        type="Keynote",
        slug="on-python",
        stub="a1b2c",
        description="Snakes & <ladders>",
        starts_at=parse_instant("2026-01-10T17:30:00"),
        duration=45,
    )

    reply = api.get(f"/v2.1/talks/{talk.id}")

    here = f"{BASE_URL}/talks/{talk.id}"
    assert reply.status_code == 200
    assert reply.json == {
        "talks": [
            {
                "id": talk.id,
                "talk_title": "On Python",
                "url_friendly_talk_title": "on-python",
                "talk_description": "Snakes & <ladders>",
                "type": "Keynote",
                "start_date": "2026-01-10T10:30:00-07:00",
                "duration": 45,
                "stub": "a1b2c",
                "average_rating": 0,
                "comments_enabled": 0,
                "comment_count": 0,
                "starred": False,
                "starred_count": 0,
                "speakers": [
                    {"speaker_name": "Free Name"},
                    {"speaker_name": "Sam Speaker", "speaker_uri": f"{BASE_URL}/users/{speaker.id}"},
                ],
                "tracks": [
                    {
                        "track_name": "Web",
                        "track_uri": f"{BASE_URL}/tracks/{track.id}",
                        "remove_track_uri": f"{here}/tracks/{track.id}",
                    }
                ],
                "uri": here,
                "verbose_uri": f"{here}?verbose=yes",
                "website_uri": f"{WEBSITE_URL}/talk/a1b2c",
                "starred_uri": f"{here}/starred",
                "tracks_uri": f"{here}/tracks",
                "comments_uri": f"{here}/comments",
                "verbose_comments_uri": f"{here}/comments?verbose=yes",
                "event_uri": f"{BASE_URL}/events/{event.id}",
                "speakers_uri": f"{here}/speakers",
            }
        ],
        "meta": {"count": 1, "total": 1, "this_page": f"{here}?resultsperpage=20"},
    }
    assert tuple(reply.json["talks"][0]) == ALWAYS + THEN


def test_the_verbose_form_adds_media_language_and_own_rating(api, session):
    talk = make_talk(
        session,
        make_event(session),
        language="Deutsch",
        links=[("video_link", "https://v.example/1"), ("slides_link", "https://s.example/1")],
        slides_url="https://old.example/",
    )

    reply = api.get(f"/v2.1/talks/{talk.id}?verbose=yes")

    shown = reply.json["talks"][0]
    assert tuple(shown) == ALWAYS + VERBOSE + THEN
    assert {name: shown[name] for name in VERBOSE} == {
        "slides_link": "https://s.example/1",
        "talk_media": [{"video_link": "https://v.example/1"}, {"slides_link": "https://s.example/1"}],
        "language": "Deutsch",
        "user_rating": False,
    }


@pytest.mark.parametrize("old", [None, "", "https://old.example/"])
def test_without_a_link_to_slides_the_old_column_is_shown(api, session, old):
    talk = make_talk(session, make_event(session), slides_url=old)

    shown = api.get(f"/v2.1/talks/{talk.id}?verbose=yes").json["talks"][0]

    assert (shown["slides_link"], shown["talk_media"]) == (old or None, None)


def test_a_claimed_speaker_goes_by_the_name_of_today(api, session):
    speaker = make_user(session, full_name="Sam Before")
    talk = make_talk(session, make_event(session), speakers=[speaker])
    speaker.full_name = "Sam After"

    shown = api.get(f"/v2.1/talks/{talk.id}").json["talks"][0]

    assert [each["speaker_name"] for each in shown["speakers"]] == ["Sam After"]


def test_only_visible_comments_and_their_ratings_are_counted(api, session):
    talk = make_talk(session, make_event(session))
    make_talk_comment(session, talk, make_user(session), rating=5)
    make_talk_comment(session, talk, make_user(session), rating=4)
    make_talk_comment(session, talk, rating=1)
    make_talk_comment(session, talk, make_user(session), rating=0)
    make_talk_comment(session, talk, make_user(session), rating=1, is_private=True)
    make_talk_comment(session, talk, make_user(session), rating=1, is_hidden=True)

    shown = api.get(f"/v2.1/talks/{talk.id}").json["talks"][0]

    assert (shown["comment_count"], shown["average_rating"]) == (4, 5)


@pytest.mark.parametrize(("days", "enabled"), [(1, 0), (0, 1), (-89, 1), (-91, 0)])
def test_comments_are_enabled_for_90_days_from_the_start(api, session, days, enabled):
    with time_machine.travel("2026-06-15T12:00:00+00:00", tick=False):
        talk = make_talk(session, make_event(session), starts_at=days_from_now(days))

        shown = api.get(f"/v2.1/talks/{talk.id}").json["talks"][0]

    assert shown["comments_enabled"] == enabled


def test_comments_are_never_enabled_if_the_talk_takes_no_feedback(api, session):
    talk = make_talk(session, make_event(session), starts_at=days_from_now(0))
    path = f"/v2.1/talks/{talk.id}"
    before = api.get(path).json["talks"][0]["comments_enabled"]

    talk.has_feedback = False

    assert (before, api.get(path).json["talks"][0]["comments_enabled"]) == (1, 0)


def test_caller_sees_own_star_and_first_rating_alone(api, session):
    fan, other = make_user(session), make_user(session)
    talk = make_talk(session, make_event(session))
    make_star(session, talk, fan)
    make_star(session, talk, make_user(session))
    make_talk_comment(session, talk, fan, rating=0)
    make_talk_comment(session, talk, fan, rating=3)
    make_talk_comment(session, talk, fan, rating=5)
    make_talk_comment(session, talk, make_user(session), rating=1)

    replies = [
        caller.get(f"/v2.1/talks/{talk.id}?verbose=yes") for caller in (api.signed_in(fan), api.signed_in(other), api)
    ]

    facts = [
        (talk["starred"], talk["starred_count"], talk["user_rating"])
        for reply in replies
        for talk in reply.json["talks"]
    ]
    assert facts == [(True, 2, 3), (False, 2, False), (False, 2, False)]


def test_hidden_talks_are_not_found(api, session):
    host, admin = make_user(session), make_user(session, is_admin=True)
    hidden = [
        make_talk(session, make_event(session, host=host), is_active=False),
        make_talk(session, make_pending_event(session, host=host)),
        make_talk(session, make_rejected_event(session, host=host)),
        make_talk(session, make_event(session, host=host, is_private=True)),
    ]
    callers = [api.signed_in(host), api.signed_in(admin)]

    replies = [caller.get(f"/v2.1/talks/{talk.id}") for caller in (api, *callers) for talk in hidden]
    lists = [caller.get(f"/v2.1/events/{talk.event_id}/talks") for caller in callers for talk in hidden]

    assert [(reply.status_code, reply.json) for reply in replies] == [(404, ["Talk not found"])] * 12
    assert [(reply.status_code, reply.json["talks"], reply.json["meta"]["total"]) for reply in lists] == [
        (200, [], 0)
    ] * 8


def test_addresses_that_name_no_talk_are_not_found(api, session):
    make_talk(session, make_event(session))
    paths = (
        "talks/12345",
        "talks/0",
        "talks/python",
        "talks/python/comments",
        "talks/0/starred",
        "talks/12345/speakers",
    )

    replies = [api.get(f"/v2.1/{path}") for path in paths]

    assert [(reply.status_code, reply.json) for reply in replies] == [(404, ["Talk not found"])] * 6


def test_unknown_addresses_below_talks_answer_as_the_original_did(api, session):
    talk = make_talk(session, make_event(session))
    caller = api.signed_in(make_user(session))
    asked = [
        api.get(f"/v2.1/talks/{talk.id}/tracks"),
        api.post(f"/v2.1/talks/{talk.id}/nonsense"),
        caller.post(f"/v2.1/talks/{talk.id}/nonsense"),
        caller.post("/v2.1/talks/12345/nonsense"),
        caller.post(f"/v2.1/talks/{talk.id}"),
        caller.post("/v2.1/talks/12345"),
        caller.post("/v2.1/talks"),
        api.post("/v2.1/talks"),
    ]

    assert [(reply.status_code, reply.json) for reply in asked] == [
        (405, ["Method not supported"]),
        (401, ["You must be logged in to create data"]),
        (404, ["Operation not supported, sorry"]),
        (404, ["Talk not found"]),
        (400, ["method not supported - sorry"]),
        (404, ["Talk not found"]),
        (404, ["Talk not found"]),
        (401, ["You must be logged in to create data"]),
    ]


@pytest.mark.parametrize("below", ["tracks", "links", "nonsense", "speakers/3/more"])
@pytest.mark.parametrize("verb", ["PUT", "DELETE"])
def test_there_is_nothing_to_change_at_unknown_addresses_below_a_talk(api, session, verb, below):
    talk = make_talk(session, make_event(session))

    reply = api.request(verb, f"/v2.1/talks/{talk.id}/{below}")

    assert (reply.status_code, reply.json) == (405, ["Method not supported"])


def test_talks_of_an_event_come_earliest_first(api, session):
    event = make_event(session)
    make_talk(session, event, "Second", starts_at=parse_instant("2026-03-02T12:00"))
    make_talk(session, event, "First", starts_at=parse_instant("2026-03-01T12:00"))
    make_talk(session, event, "Third", starts_at=parse_instant("2026-03-02T12:00"))
    make_talk(session, event, "Gone", is_active=False)
    make_talk(session, make_event(session), "Elsewhere")

    reply = api.get(f"/v2.1/events/{event.id}/talks/")

    assert reply.status_code == 200
    assert list_titles(reply) == ["First", "Second", "Third"]
    assert reply.json["meta"] == {
        "count": 3,
        "total": 3,
        "this_page": f"{BASE_URL}/events/{event.id}/talks/?resultsperpage=20",
    }


def test_talks_are_found_by_part_of_their_title_newest_first(api, session):
    event = make_event(session)
    make_talk(session, event, "Why PHP", starts_at=parse_instant("2026-03-01T12:00"))
    make_talk(session, event, "php 9", starts_at=parse_instant("2026-03-03T12:00"))
    make_talk(session, make_event(session), "Éphphatha", starts_at=parse_instant("2026-03-02T12:00"))
    make_talk(session, event, "Python")
    make_talk(session, make_pending_event(session), "PHP later")

    reply = api.get("/v2.1/talks?title=PhP")

    assert reply.status_code == 200
    assert list_titles(reply) == ["php 9", "Éphphatha", "Why PHP"]
    assert list_titles(api.get("/v2.1/talks?title=ephp")) == ["Éphphatha"]
    assert list_titles(api.get("/v2.1/talks?title=w_y%25p")) == ["Why PHP"]


def test_a_search_without_a_hit_is_empty(api, session):
    make_talk(session, make_event(session), "Python")

    reply = api.get("/v2.1/talks?title=perl")

    assert reply.status_code == 200
    assert reply.json == {
        "talks": [],
        "meta": {"count": 0, "total": 0, "this_page": f"{BASE_URL}/talks?title=perl&resultsperpage=20"},
    }


@pytest.mark.parametrize("rest", ["", "/", "?start=20"])
def test_there_is_no_list_of_all_talks(api, session, rest):
    make_talk(session, make_event(session))

    reply = api.get(f"/v2.1/talks{rest}")

    assert reply.status_code == 405
    assert reply.json == ["Generic talks listing not supported"]


def test_a_title_that_is_no_text_is_refused(api):
    reply = api.get("/v2.1/talks?title[]=php")

    assert reply.status_code == 400
    assert reply.json == ["Expected parameter title is not a readable string"]


def test_talks_of_a_claimed_speaker_come_newest_first(api, session):
    speaker = make_user(session, full_name="Sam Speaker")
    make_talk(session, make_event(session), "Older", speakers=[speaker], starts_at=parse_instant("2026-03-01T12:00"))
    newer = make_talk(
        session,
        make_event(session),
        "Newer",
        speakers=[speaker, "Other"],
        starts_at=parse_instant("2026-03-02T12:00"),
        links=[("code_link", "https://c.example/1")],
    )
    make_talk_comment(session, newer, make_user(session))
    make_talk_comment(session, newer, make_user(session), is_private=True)
    make_talk_comment(session, newer, make_user(session), is_hidden=True)
    make_talk(session, make_event(session), "Not claimed", speakers=["Sam Speaker"])
    make_talk(session, make_pending_event(session), "Not yet", speakers=[speaker])

    reply = api.get(f"/v2.1/users/{speaker.id}/talks/?verbose=yes")

    assert reply.status_code == 200
    assert list_titles(reply) == ["Newer", "Older"]
    # Only this list counts all comments.
    assert [talk["comment_count"] for talk in reply.json["talks"]] == [3, 0]
    assert [talk["type"] for talk in reply.json["talks"]] == ["Talk", "Talk"]
    assert [talk["talk_media"] for talk in reply.json["talks"]] == [[{"code_link": "https://c.example/1"}], None]
    assert reply.json["meta"]["total"] == 2


def test_a_speaker_with_two_entries_on_a_talk_has_it_once(api, session):
    speaker = make_user(session)
    make_talk(session, make_event(session), "Alone together", speakers=[speaker, speaker])

    reply = api.get(f"/v2.1/users/{speaker.id}/talks")

    assert list_titles(reply) == ["Alone together"]
    assert reply.json["meta"]["total"] == 1


@pytest.mark.parametrize("path", ["events/{}/talks", "users/{}/talks"])
def test_lists_of_talks_of_unknown_things_are_empty(api, session, path):
    make_talk(session, make_event(session), speakers=[make_user(session)])

    reply = api.get("/v2.1/" + path.format(12345))

    assert reply.status_code == 200
    assert reply.json == {
        "talks": [],
        "meta": {"count": 0, "total": 0, "this_page": f"{BASE_URL}/{path.format(12345)}?resultsperpage=20"},
    }


LISTS = ["events/{event}/talks?verbose=yes", "talks?title=php&verbose=yes", "users/{user}/talks?verbose=yes"]


@pytest.mark.parametrize("path", LISTS)
def test_talks_come_in_pages(api, session, path):
    speaker, event = make_user(session), make_event(session)
    for number in range(3):
        make_talk(
            session, event, f"PHP {number}", speakers=[speaker], starts_at=parse_instant(f"2026-03-0{number + 1}T12:00")
        )
    path = "/v2.1/" + path.format(event=event.id, user=speaker.id)

    first, last = api.get(f"{path}&resultsperpage=2"), api.get(f"{path}&start=2&resultsperpage=2")

    in_order = ["PHP 0", "PHP 1", "PHP 2"]
    assert list_titles(first) + list_titles(last) == (in_order if "/events/" in path else in_order[::-1])
    assert first.json["meta"]["next_page"] == f"http://localhost{path}&resultsperpage=2&start=2"
    assert list(last.json["meta"]) == ["count", "total", "this_page", "prev_page"]
    assert (last.json["meta"]["count"], last.json["meta"]["total"]) == (1, 3)


@pytest.mark.parametrize("path", LISTS)
def test_a_list_of_talks_costs_the_same_whatever_its_length(api, session, count_statements, path):
    speaker, event = make_user(session), make_event(session)
    caller = api.signed_in(speaker)
    path = "/v2.1/" + path.format(event=event.id, user=speaker.id)

    def add_talk(type, language):
        talk = make_talk(
            session,
            event,
            "On PHP",
            speakers=[speaker, make_user(session), "Somebody"],
            tracks=[make_track(session, event), make_track(session, event)],
            links=[("code_link", "https://c.example/1")],
            type=type,
            language=language,
        )
        make_star(session, talk, speaker)
        make_talk_comment(session, talk, speaker)
        session.commit()

    add_talk("Talk", "Deutsch")
    with count_statements() as for_one:
        caller.get(path)
    add_talk("Keynote", "Polish")
    add_talk("Workshop", "Finnish")

    with count_statements() as for_three:
        reply = caller.get(path)

    assert reply.json["meta"]["count"] == 3
    assert len(for_three) == len(for_one)


def test_caller_asks_whether_a_talk_is_starred(api, session):
    fan = make_user(session)
    talk, other = make_talk(session, make_event(session)), make_talk(session, make_event(session))
    make_star(session, talk, fan)
    caller = api.signed_in(fan)

    replies = [caller.get(f"/v2.1/talks/{id_}/starred/") for id_ in (talk.id, other.id, 12345)]
    as_visitor = api.get(f"/v2.1/talks/{talk.id}/starred")

    meta = {"user_uri": f"{BASE_URL}/users/{fan.id}"}
    assert [(reply.status_code, reply.json) for reply in replies] == [
        (200, {"has_starred": True, "meta": meta}),
        (200, {"has_starred": False, "meta": meta}),
        (200, {"has_starred": False, "meta": meta}),
    ]
    assert (as_visitor.status_code, as_visitor.json) == (200, {"has_starred": False})


def test_visitor_lists_the_links_of_a_talk(api, session):
    event = make_event(session)
    make_talk(session, event, links=[("code_link", "https://elsewhere.example/")])
    talk = make_talk(
        session, event, links=[("video_link", "https://v.example/1"), ("slides_link", "https://s.example/1")]
    )
    video, slides = talk.links

    reply = api.get(f"/v2.1/talks/{talk.id}/links?resultsperpage=1")

    assert reply.status_code == 200
    assert reply.json == {
        "talk_links": [
            {"id": video.id, "display_name": "video_link", "url": "https://v.example/1"},
            {"id": slides.id, "display_name": "slides_link", "url": "https://s.example/1"},
        ],
        "meta": {"count": 2},
    }


def test_visitor_reads_one_link(api, session):
    talk = make_talk(session, make_event(session), links=[("code_link", "https://c.example/1")])
    (link,) = talk.links

    reply = api.get(f"/v2.1/talks/{talk.id}/links/{link.id}")

    assert reply.status_code == 200
    assert reply.json == {"id": link.id, "display_name": "code_link", "url": "https://c.example/1"}


def test_links_that_are_not_the_talks_or_not_to_be_seen_are_not_found(api, session):
    talk = make_talk(session, make_event(session), links=[("code_link", "https://c.example/1")])
    other = make_talk(session, make_event(session))
    unseen = make_talk(session, make_pending_event(session), links=[("code_link", "https://c.example/1")])
    paths = (
        f"{talk.id}/links/12345",
        f"{talk.id}/links/first",
        f"{other.id}/links/{talk.links[0].id}",
        f"{unseen.id}/links/{unseen.links[0].id}",
    )

    replies = [api.get(f"/v2.1/talks/{path}") for path in paths]
    empty = api.get(f"/v2.1/talks/{other.id}/links")
    missing = [api.get(f"/v2.1/talks/{id_}/links") for id_ in (unseen.id, 12345, 999_999)]

    assert [(reply.status_code, reply.json) for reply in replies] == [(404, ["ID not found"])] * 4
    assert (empty.status_code, empty.json) == (200, {"talk_links": [], "meta": {"count": 0}})
    assert [(reply.status_code, reply.json) for reply in missing] == [(404, ["Talk not found"])] * 3


def test_visitor_lists_the_speakers_of_a_talk_by_number(api, session):
    speaker = make_user(session, full_name="Sam Speaker")
    talk = make_talk(session, make_event(session), speakers=["Free Name", speaker])

    reply = api.get(f"/v2.1/talks/{talk.id}/speakers")

    assert reply.status_code == 200
    assert list(reply.json.items()) == [
        ("0", {"speaker_name": "Free Name"}),
        ("1", {"speaker_name": "Sam Speaker", "speaker_uri": f"{BASE_URL}/users/{speaker.id}"}),
        ("meta", {"count": 2}),
    ]


def test_a_talk_without_speakers_has_an_empty_list_of_them(api, session):
    caller = make_user(session)
    talk = make_talk(session, make_event(session))

    as_visitor = api.get(f"/v2.1/talks/{talk.id}/speakers")
    as_caller = api.signed_in(caller).get(f"/v2.1/talks/{talk.id}/speakers")

    assert (as_visitor.status_code, as_visitor.json) == (200, {"meta": {"count": 0}})
    assert as_caller.json == {"meta": {"count": 0, "user_uri": f"{BASE_URL}/users/{caller.id}"}}


@pytest.mark.parametrize("part", ["links", "speakers"])
def test_the_number_of_statements_does_not_depend_on_the_parts_of_a_talk(api, session, count_statements, part):
    event = make_event(session)
    small = make_talk(session, event, speakers=[make_user(session)], links=[("code_link", "https://c.example/")])
    large = make_talk(
        session,
        event,
        speakers=[make_user(session) for _ in range(3)],
        links=[("code_link", f"https://c.example/{number}") for number in range(3)],
    )
    of_one, of_three = (f"/v2.1/talks/{talk.id}/{part}" for talk in (small, large))
    session.commit()

    with count_statements() as for_one:
        api.get(of_one)
    with count_statements() as for_three:
        reply = api.get(of_three)

    assert reply.json["meta"]["count"] == 3
    assert len(for_three) == len(for_one)
