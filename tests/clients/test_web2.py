"""The web site, call by call (spec 20)."""

import hashlib
import io

import pytest
from sqlalchemy import select

from joindin.models import AccessToken, Mail
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import utc_now
from tests.clients.client import ROOT, read_all_pages, read_error, read_list, read_single
from tests.factories import (
    days_from_now,
    make_attendance,
    make_client,
    make_event,
    make_event_comment,
    make_pending_event,
    make_talk,
    make_talk_comment,
    make_track,
)

# The site reads these fields without a check (spec 20.4).
EVENT_FIELDS = [
    "name",
    "url_friendly_name",
    "stub",
    "uri",
    "verbose_uri",
    "start_date",
    "end_date",
    "tz_continent",
    "tz_place",
    "location",
    "description",
    "href",
    "icon",
    "images",
    "tags",
    "latitude",
    "longitude",
    "attendee_count",
    "event_comments_count",
    "attending",
    "comments_enabled",
    "cfp_start_date",
    "cfp_end_date",
    "cfp_url",
    "comments_uri",
    "talks_uri",
    "attending_uri",
    "all_talk_comments_uri",
    "can_edit",
    "event_average_rating",
    "attendees_uri",
    "images_uri",
    "tracks_uri",
    "hosts_uri",
    "pending",
    "hosts",
]
TALK_FIELDS = [
    "id",
    "talk_title",
    "type",
    "website_uri",
    "start_date",
    "duration",
    "talk_description",
    "speakers",
    "tracks",
    "uri",
    "verbose_uri",
    "event_uri",
    "average_rating",
    "url_friendly_talk_title",
    "speakers_uri",
    "stub",
    "comments_enabled",
    "comment_count",
    "starred",
    "starred_uri",
    "tracks_uri",
    "slides_link",
    "language",
    "talk_media",
    "comments_uri",
    "user_rating",
]
COMMENT_FIELDS = [
    "username",
    "user_display_name",
    "gravatar_hash",
    "rating",
    "user_uri",
    "reported_uri",
    "created_date",
    "comment",
    "source",
]
USER_FIELDS = [
    "username",
    "full_name",
    "twitter_username",
    "uri",
    "verbose_uri",
    "website_uri",
    "talks_uri",
    "attended_events_uri",
    "hosted_events_uri",
    "talk_comments_uri",
    "gravatar_hash",
    "biography",
]

LINKS_IT_EXTENDS = ("uri", "comments_uri", "talks_uri", "attendees_uri", "all_talk_comments_uri", "hosts_uri")


def missing(fields, thing):
    return [field for field in fields if field not in thing]


def event_of(client, event, **query):
    return read_single(client.get(f"{ROOT}/events/{event.id}", verbose="yes", **query), "events")


def talk_of(client, talk):
    return read_single(client.get(f"{ROOT}/talks/{talk.id}", verbose="yes"), "talks")


def test_home_page_shows_upcoming_events_and_calls_for_papers(web2, session):
    for _ in range(12):
        make_event(session)
    make_event(session, "Calling", cfp_url="https://a.example/", cfp_starts_at=utc_now(), cfp_ends_at=days_from_now(5))

    first = web2.get(f"{ROOT}/events", resultsperpage=10, start=0, filter="upcoming")
    second = web2.get(f"{ROOT}/events", resultsperpage=10, start=10, filter="upcoming")
    calls = web2.get(f"{ROOT}/events", resultsperpage=4, start=0, filter="cfp", verbose="yes")

    assert [len(read_list(reply, "events")) for reply in (first, second)] == [10, 3]
    assert ("prev_page" in first.json["meta"], "next_page" in first.json["meta"]) == (False, True)
    assert ("prev_page" in second.json["meta"], "next_page" in second.json["meta"]) == (True, False)
    assert read_list(web2.get(first.json["meta"]["next_page"]), "events") == second.json["events"]
    assert missing(EVENT_FIELDS, read_single(calls, "events")) == []


def test_event_index_begins_at_today_and_says_where_that_is(web2, session):
    for days in (-30, -20, 10, 20):
        make_event(session, f"In {days}", starts_at=days_from_now(days))

    reply = web2.get(f"{ROOT}/events", filter="all", resultsperpage=10)

    assert [event["name"] for event in read_list(reply, "events")] == ["In 10", "In 20"]
    assert "start=2" in reply.json["meta"]["this_page"].partition("?")[2].split("&")


def test_pending_page_lets_admins_decide(web2, session, admin, host, token):
    waiting = make_pending_event(session, "Waiting", host=host)
    turned_down = make_pending_event(session, "Turned down", host=host)
    web2 = web2.signed_in(token(admin))

    pending = read_list(web2.get(f"{ROOT}/events", filter="pending", resultsperpage=30, verbose="yes"), "events")
    approved = web2.post(pending[0]["approval_uri"])
    rejected = web2.delete(pending[1]["approval_uri"])

    assert [event["name"] for event in pending] == ["Waiting", "Turned down"]
    assert [missing([*EVENT_FIELDS, "approval_uri"], event) for event in pending] == [[], []]
    assert [(approved.status_code, approved.data), (rejected.status_code, rejected.data)] == [(204, b""), (204, b"")]
    assert [(waiting.is_visible, waiting.is_pending), (turned_down.is_visible, turned_down.is_pending)] == [
        (True, False),
        (False, False),
    ]


def test_search_counts_events_talks_and_people(web2, session, event, talk, ann):
    events = web2.get(f"{ROOT}/events", title="sample", tags="php", resultsperpage=10, start=0)
    talks = web2.get(f"{ROOT}/talks", title="python", resultsperpage=10, start=0)
    people = web2.get(f"{ROOT}/users", keyword="ash", verbose="yes", resultsperpage=10, start=0)
    nothing = web2.get(f"{ROOT}/talks", title="cobol", resultsperpage=10, start=0)

    assert (
        read_single(events, "events")["name"],
        read_single(talks, "talks")["talk_title"],
        read_single(people, "users")["username"],
    ) == (
        "SampleConf",
        "On Python",
        "ann",
    )
    assert [(r.json["meta"]["count"], r.json["meta"]["total"]) for r in (events, talks, people, nothing)] == [
        (1, 1),
        (1, 1),
        (1, 1),
        (0, 0),
    ]


def test_event_page_reads_all_it_needs(web2, session, event, talk, ann, host, token):
    make_event_comment(session, event, ann)
    make_talk_comment(session, talk, ann)
    make_attendance(session, event, ann)
    web2 = web2.signed_in(token(ann))

    seen = event_of(web2, event)
    attendees = read_list(web2.get(seen["attendees_uri"], resultsperpage=6, verbose="yes"), "users")
    comment = read_single(web2.get(seen["comments_uri"], verbose="yes", resultsperpage=0), "comments")
    about_talks = web2.get(seen["all_talk_comments_uri"], resultsperpage=10, start=0, verbose="yes")
    [hosting] = seen["hosts"]
    person = read_single(web2.get(hosting["host_uri"], verbose="yes"), "users")

    assert missing(EVENT_FIELDS, seen) == []
    assert [link for link in LINKS_IT_EXTENDS if "?" in seen[link]] == []
    assert [missing(["username", "full_name", "gravatar_hash"], each) for each in attendees] == [[]]
    assert missing([*COMMENT_FIELDS, "comment_uri"], comment) == []
    assert missing([*COMMENT_FIELDS, "uri", "talk_uri", "talk_title"], read_single(about_talks, "comments")) == []
    assert about_talks.json["meta"]["count"] == 1
    assert (hosting["host_name"], person["username"], missing(USER_FIELDS, person)) == ("Hanna Host", "hanna", [])


def test_an_event_that_is_not_there_has_no_events_member(web2, session):
    assert read_error(web2.get(f"{ROOT}/events/999", verbose="yes")) == (404, "Event not found")
    assert read_error(web2.get(f"{ROOT}/talks/999", verbose="yes")) == (404, "Talk not found")
    assert read_error(web2.get(f"{ROOT}/users/999", verbose="yes")) == (404, "User not found")
    assert read_error(web2.get(f"{ROOT}/users", username="nobody", verbose="yes")) == (404, "Username not found")


def test_anchors_and_identities_stay_the_same_between_requests(web2, session, event, talk, ann, token):
    make_event_comment(session, event, ann)
    make_talk_comment(session, talk, ann)
    talk.speakers[0].user_id = ann.id
    web2 = web2.signed_in(token(ann))

    def anchors():
        uris = [each["comment_uri"] for each in web2.get(f"{ROOT}/events/{event.id}/comments").json["comments"]]
        uris += [each["uri"] for each in web2.get(f"{ROOT}/talks/{talk.id}/comments").json["comments"]]
        return [hashlib.md5(uri.encode()).hexdigest()[:6] for uri in uris]

    me = web2.get(f"{ROOT}/events").json["meta"]["user_uri"]
    user = read_single(web2.get(me, verbose="yes"), "users")
    [_, speaker] = talk_of(web2, talk)["speakers"]
    [comment] = web2.get(f"{ROOT}/events/{event.id}/comments", verbose="yes").json["comments"]

    assert anchors() == anchors()
    assert {me, user["uri"], speaker["speaker_uri"], comment["user_uri"]} == {f"{ROOT}/users/{ann.id}"}
    assert me.split("/")[5] == str(ann.id)


def test_schedule_is_read_in_one_go(web2, session, event, talk):
    track = make_track(session, event)
    make_talk(session, event, tracks=[track])
    talks_uri = event_of(web2, event)["talks_uri"]

    verbose = read_list(web2.get(talks_uri, start=0, resultsperpage=1000, verbose="yes"), "talks")
    grid = read_list(web2.get(talks_uri, start=0, resultsperpage=1000), "talks")
    slugs = read_list(web2.get(talks_uri, resultsperpage=100), "talks")

    assert [missing(TALK_FIELDS, each) for each in verbose] == [[], []]
    assert [(type(each["speakers"]), type(each["tracks"])) for each in grid] == [(list, list), (list, list)]
    assert [each["url_friendly_talk_title"] for each in slugs] == [each["url_friendly_talk_title"] for each in grid]


def test_talk_page_and_its_old_number(web2, session, event, talk, ann):
    make_talk_comment(session, talk, ann)

    numbered = talk_of(web2, talk)
    seen = read_single(web2.get(numbered["uri"], verbose="yes"), "talks")
    comment = read_single(web2.get(seen["comments_uri"], verbose="yes", resultsperpage=0), "comments")

    assert numbered == seen
    assert missing(TALK_FIELDS, seen) == []
    assert seen["event_uri"] == f"{ROOT}/events/{event.id}"
    assert missing([*COMMENT_FIELDS, "uri", "talk_uri"], comment) == []


def test_a_user_attends_and_stops_attending(web2, event, ann, token):
    web2 = web2.signed_in(token(ann))
    attending_uri = event_of(web2, event)["attending_uri"]

    came = web2.post(attending_uri)
    attends = event_of(web2, event)["attending"]
    went = web2.delete(attending_uri)

    assert (came.status_code, attends, went.status_code) == (201, True, 200)
    assert event_of(web2, event)["attending"] is False


def test_a_user_stars_a_talk_and_removes_the_star(web2, talk, ann, token):
    web2 = web2.signed_in(token(ann))
    starred_uri = talk_of(web2, talk)["starred_uri"]

    put = web2.post(starred_uri)
    starred = talk_of(web2, talk)["starred"]
    taken = web2.delete(starred_uri)

    assert (put.status_code, starred, taken.status_code) == (201, True, 200)
    assert talk_of(web2, talk)["starred"] is False


@pytest.mark.parametrize("thing", ["event", "talk"])
def test_refused_comments_have_the_messages_that_the_site_looks_for(web2, request, ann, token, thing):
    uri = f"{ROOT}/{thing}s/{request.getfixturevalue(thing).id}/comments"
    web2 = web2.signed_in(token(ann))

    said = web2.post(uri, {"comment": "Wünderbar/", "rating": 4})
    twice = web2.post(uri, {"comment": "Wünderbar/", "rating": 4})
    empty = web2.post(uri, {"comment": "", "rating": 4})

    assert said.status_code == 201
    assert read_single(web2.get(said.headers["Location"]), "comments")["comment"] == "Wünderbar/"
    assert (twice.status_code, "duplicate comment" in twice.text.lower()) == (400, True)
    assert (empty.status_code, 'The field \\"comment\\" is required' in empty.text) == (400, True)


def test_spam_is_refused_in_the_words_it_looks_for(web2, app, monkeypatch, event, talk, ann, token):
    """A port without a server: comments that cannot be checked count as spam (spec 2.14)."""
    monkeypatch.setitem(app.config, "AKISMET_KEY", "key")
    monkeypatch.setitem(app.config, "AKISMET_URL", "http://127.0.0.1:9/")
    web2 = web2.signed_in(token(ann))

    replies = [
        web2.post(f"{ROOT}/{thing}/comments", {"comment": "Buy", "rating": 4})
        for thing in (f"events/{event.id}", f"talks/{talk.id}")
    ]

    assert [(reply.status_code, "comment failed spam check" in reply.text.lower()) for reply in replies] == [
        (400, True),
        (400, True),
    ]


@pytest.mark.parametrize(
    ("thing", "listed"), [("event", "reported_comments_uri"), ("talk", "reported_talk_comments_uri")]
)
@pytest.mark.parametrize(("decision", "left"), [("approved", 0), ("denied", 1)])
def test_a_comment_is_reported_and_decided_about(
    web2, session, event, talk, ann, host, token, thing, listed, decision, left
):
    make = {"event": lambda: make_event_comment(session, event, host)}.get(
        thing, lambda: make_talk_comment(session, talk, host)
    )
    make()
    visitor, moderator = web2.signed_in(token(ann)), web2.signed_in(token(host))
    uri = event_of(web2, event)["comments_uri"] if thing == "event" else talk_of(web2, talk)["comments_uri"]

    [comment] = read_list(visitor.get(uri), "comments")
    reported = visitor.post(comment["reported_uri"])
    hidden = read_list(web2.get(uri), "comments")
    report = read_single(moderator.get(event_of(moderator, event)[listed]), "reports")
    decided = moderator.put(report["comment"]["reported_uri"], {"decision": decision})

    assert (reported.status_code, hidden, decided.status_code, decided.data) == (202, [], 204, b"")
    assert missing(["reporting_date", "reporting_user_username", "comment"], report) == []
    assert (report["reporting_user_username"], report["comment"]["comment"]) == ("ann", comment["comment"])
    assert len(read_list(web2.get(uri), "comments")) == left


def submission(**changes):
    return {
        "name": 'Köln "Conf" & Co',
        "description": "Zwei Tage.",
        "location": "Köln",
        "start_date": days_from_now(20).strftime("%Y-%m-%d"),
        "end_date": days_from_now(21).strftime("%Y-%m-%d"),
        "tz_continent": "Europe",
        "tz_place": "Berlin",
        "href": "https://conf.example/a",
        "cfp_url": None,
        "cfp_start_date": None,
        "cfp_end_date": None,
        "latitude": "50.94",
        "longitude": "6.96",
        "tags": ["php", "web"],
        "new_icon": None,
        "addr": "Köln",
        **changes,
    }


def test_an_event_is_submitted_and_waits(web2, ann, token):
    reply = web2.signed_in(token(ann)).post(f"{ROOT}/events", submission())

    assert (reply.status_code, reply.headers["Location"], reply.data) == (202, f"{ROOT}/events", b"")


def test_an_event_of_an_admin_is_there_at_once_and_fetched_where_it_is(web2, admin, token):
    web2 = web2.signed_in(token(admin))

    reply = web2.post(f"{ROOT}/events", submission(tags=[""]))
    event = read_single(web2.get(reply.headers["Location"]), "events")

    assert (reply.status_code, event["name"], event["tags"]) == (201, 'Köln "Conf" & Co', [])


def test_a_poor_submission_is_refused_in_one_sentence_to_show(web2, ann, token):
    reply = web2.signed_in(token(ann)).post(f"{ROOT}/events", submission(name="", location=""))

    assert read_error(reply) == (
        400,
        "'name' is a required field. 'location' is a required field (for virtual events, 'online' works)",
    )


# Future and past events: comments are open after the start of an event.
LATER = {"start_date": f"{days_from_now(30):%Y-%m-%d}", "end_date": f"{days_from_now(31):%Y-%m-%d}"}


@pytest.mark.parametrize("dates", [{}, LATER])
def test_an_event_is_sent_back_whole_to_change_a_word(web2, event, host, token, dates):
    event.href, event.cfp_url = "https://conf.example/", "https://conf.example/cfp"
    web2 = web2.signed_in(token(host))
    before = event_of(web2, event)

    reply = web2.put(before["uri"], {**before, **dates, "description": "New"})
    fetched = read_single(web2.get(reply.headers["Location"]), "events")
    after = event_of(web2, event)

    assert (reply.status_code, reply.data, fetched["name"]) == (204, b"", "SampleConf")
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {"description", *dates}
    assert after["description"] == "New"
    assert [after[name][:10] for name in dates] == list(dates.values())


def test_an_icon_is_uploaded(web2, event, host, token, picture):
    web2 = web2.signed_in(token(host))
    images_uri = event_of(web2, event)["images_uri"]

    good = web2.upload(images_uri, "icon.png", io.BytesIO(picture))
    bad = web2.upload(images_uri, "icon.txt", io.BytesIO(b"no image"))

    assert good.status_code == 201
    assert event_of(web2, event)["images"]["small"]["width"] == 140
    assert read_error(bad) == (400, "Supplied image must be a PNG, JPEG, GIF or WebP; the file is of another type")


def test_hosts_come_and_go(web2, event, host, ann, token):
    web2 = web2.signed_in(token(host))
    hosts_uri = event_of(web2, event)["hosts_uri"]

    added = web2.post(hosts_uri, {"host_name": "ann"})
    fetched = read_single(web2.get(added.headers["Location"]), "events")
    removed = web2.delete(f"{hosts_uri}/{ann.id}")
    unknown = web2.post(hosts_uri, {"host_name": "nobody"})

    assert (added.status_code, fetched["name"], removed.status_code) == (204, "SampleConf", 204)
    assert read_error(unknown) == (404, "No User found")
    assert [each["host_name"] for each in event_of(web2, event)["hosts"]] == ["Hanna Host"]


def test_a_speaker_claims_a_talk_and_a_host_agrees(web2, event, talk, ann, host, token):
    speaker, host = web2.signed_in(token(ann)), web2.signed_in(token(host))

    claimed = speaker.post(talk_of(speaker, talk)["speakers_uri"], {"display_name": "Ann Ash", "username": "ann"})
    claim = read_single(host.get(event_of(host, event)["pending_claims_uri"], verbose="yes"), "claims")
    user = read_single(host.get(claim["speaker_uri"], verbose="yes"), "users")
    its_talk = read_single(host.get(claim["talk_uri"], verbose="yes"), "talks")
    approved = host.post(
        claim["approve_claim_uri"], {"display_name": claim["display_name"], "username": user["username"]}
    )

    assert (claimed.status_code, approved.status_code, its_talk["talk_title"]) == (204, 204, "On Python")
    assert [each.get("speaker_uri") for each in talk_of(web2, talk)["speakers"]] == [None, f"{ROOT}/users/{ann.id}"]
    assert read_list(host.get(event_of(host, event)["pending_claims_uri"], verbose="yes"), "claims") == []


def test_a_claim_is_rejected(web2, event, talk, ann, host, token):
    speaker, host = web2.signed_in(token(ann)), web2.signed_in(token(host))
    speaker.post(f"{ROOT}/talks/{talk.id}/speakers", {"display_name": "Ann Ash", "username": "ann"})

    claim = read_single(host.get(f"{ROOT}/events/{event.id}/claims", verbose="yes"), "claims")
    rejected = host.delete(claim["approve_claim_uri"], display_name="Ann Ash", username="ann")

    assert rejected.status_code == 204
    assert read_list(host.get(f"{ROOT}/events/{event.id}/claims", verbose="yes"), "claims") == []


def test_a_host_assigns_a_talk_the_speaker_agrees_and_is_unlinked_again(web2, talk, ann, host, token):
    speaker, host = web2.signed_in(token(ann)), web2.signed_in(token(host))
    link = {"display_name": "Ann Ash", "username": "ann"}

    assigned = host.post(f"{ROOT}/talks/{talk.id}/speakers", link)
    agreed = speaker.post(f"{ROOT}/talks/{talk.id}/speakers", link)
    again = host.post(f"{ROOT}/talks/{talk.id}/speakers", link)
    unlinked = host.delete(f"{talk_of(host, talk)['uri']}/speakers/{ann.id}")

    assert (assigned.status_code, agreed.status_code, unlinked.status_code) == (204, 204, 204)
    assert read_error(again) == (422, "Talk already claimed")
    assert [each.get("speaker_uri") for each in talk_of(web2, talk)["speakers"]] == [None, None]


def talk_form(event, **changes):
    return {
        "talk_title": "Über Tests",
        "talk_description": "Viel.",
        "start_date": event.starts_at.strftime("%Y-%m-%d %H:%M"),
        "duration": "45",
        "language": "English - UK",
        "type": "Keynote",
        "speakers": {"0": "Ann Ash", "2": "Carl Cherry"},
        "track": "",
        "talk_media": [],
        **changes,
    }


def test_a_talk_is_added_with_gaps_among_its_speakers(web2, session, event, host, token):
    event.timezone = "Etc/UTC"
    web2 = web2.signed_in(token(host))

    reply = web2.post(event_of(web2, event)["talks_uri"], talk_form(event))
    talk = read_single(web2.get(reply.headers["Location"]), "talks")

    assert reply.status_code == 201
    assert (talk["talk_title"], talk["type"], talk["duration"]) == ("Über Tests", "Keynote", 45)
    assert [each["speaker_name"] for each in talk["speakers"]] == ["Ann Ash", "Carl Cherry"]
    assert talk["start_date"] == event.starts_at.strftime("%Y-%m-%dT%H:%M:00+00:00")


def test_a_poor_talk_is_refused_in_one_sentence_to_show(web2, event, host, token):
    reply = web2.signed_in(token(host)).post(f"{ROOT}/events/{event.id}/talks", talk_form(event, talk_title=""))

    assert read_error(reply) == (400, "The talk title field is required")


def test_a_talk_is_edited_media_first(web2, session, event, talk, host, token):
    event.timezone = "Etc/UTC"
    web2 = web2.signed_in(token(host))
    links_uri = f"{ROOT}/talks/{talk.id}/links"

    added = [
        web2.post(links_uri, {"display_name": kind, "url": f"https://media.example/{kind}"})
        for kind in ("slides_link", "video_link")
    ]
    listed = web2.get(links_uri)
    slides, video = listed.json["talk_links"]
    changed = web2.put(f"{links_uri}/{slides['id']}", {"display_name": "code_link", "url": "https://media.example/new"})
    removed = web2.delete(f"{links_uri}/{video['id']}")
    edited = web2.put(talk_of(web2, talk)["uri"], talk_form(event, speakers={"1": "Bob Birch"}))
    fetched = read_single(web2.get(edited.headers["Location"]), "talks")

    assert [reply.status_code for reply in (*added, changed, removed, edited)] == [204, 204, 204, 204, 204]
    assert [(type(each["id"]), each["display_name"], each["url"]) for each in (slides, video)] == [
        (int, "slides_link", "https://media.example/slides_link"),
        (int, "video_link", "https://media.example/video_link"),
    ]
    assert list(listed.json) == ["talk_links", "meta"]
    assert (fetched["talk_title"], fetched["speakers"]) == ("Über Tests", [{"speaker_name": "Bob Birch"}])
    assert talk_of(web2, talk)["talk_media"] == [{"code_link": "https://media.example/new"}]


def test_a_talk_is_deleted(web2, talk, host, token):
    web2 = web2.signed_in(token(host))
    uri = talk_of(web2, talk)["uri"]

    reply = web2.delete(uri)

    assert (reply.status_code, reply.data) == (204, b"")
    assert read_error(web2.get(uri, verbose="yes")) == (404, "Talk not found")


def test_a_talk_is_put_into_a_track_and_taken_out(web2, session, event, talk, host, token):
    make_track(session, event, "Blue")
    web2 = web2.signed_in(token(host))
    [track] = read_list(web2.get(event_of(web2, event)["tracks_uri"], resultsperpage=0), "tracks")

    added = web2.post(talk_of(web2, talk)["tracks_uri"], {"track_uri": track["uri"]})
    [its_track] = talk_of(web2, talk)["tracks"]
    removed = web2.delete(its_track["remove_track_uri"])

    assert (added.status_code, its_track["track_uri"], removed.status_code) == (201, track["uri"], 204)
    assert talk_of(web2, talk)["tracks"] == []


def test_tracks_page(web2, event, host, token):
    web2 = web2.signed_in(token(host))
    tracks_uri = event_of(web2, event)["tracks_uri"]

    added = web2.post(tracks_uri, {"track_name": "2026", "track_description": "Room"})
    reply = web2.get(tracks_uri, resultsperpage=0)
    track = read_single(reply, "tracks")
    changed = web2.put(track["uri"], {"track_name": "Red", "track_description": "Hall"})
    renamed = read_single(web2.get(tracks_uri, resultsperpage=0), "tracks")
    removed = web2.delete(track["uri"])

    assert [each.status_code for each in (added, changed, removed)] == [201, 204, 204]
    assert (track["track_name"], track["track_description"]) == ("2026", "Room")
    assert (renamed["track_name"], renamed["track_description"]) == ("Red", "Hall")
    assert web2.get(tracks_uri, resultsperpage=0).json["meta"]["count"] == 0


def test_forms_offer_all_languages_and_types_of_talks(web2, session):
    languages = read_list(web2.get(f"{ROOT}/languages", resultsperpage=0), "languages")
    types = read_list(web2.get(f"{ROOT}/talk_types", resultsperpage=0), "talk_types")

    assert {"English - UK", "Deutsch"} < {each["name"] for each in languages}
    assert [each["title"] for each in types] == ["Talk", "Social Event", "Keynote", "Workshop", "Event Related"]


SIGN_IN = {
    "grant_type": "password",
    "username": "ann",
    "password": "secret",
    "client_id": "web2",
    "client_secret": "web2secret",
}


def test_a_user_signs_in(web2, ann, consumer):
    reply = web2.post(f"{ROOT}/token", SIGN_IN)
    user = read_single(web2.signed_in(reply.json["access_token"]).get(reply.json["user_uri"], verbose="yes"), "users")

    assert (reply.status_code, type(reply.json)) == (200, dict)
    assert (user["username"], user["can_edit"], user["email"]) == ("ann", True, "ann@example.org")


@pytest.mark.parametrize(
    ("verified", "password", "status", "message"),
    [(True, "wrong", 403, "Signin failed"), (False, "secret", 401, "Not verified")],
)
def test_signing_in_fails_with_the_very_words_it_compares(web2, ann, consumer, verified, password, status, message):
    ann.is_verified = verified

    reply = web2.post(f"{ROOT}/token", {**SIGN_IN, "password": password})

    assert read_error(reply) == (status, message)


def test_a_purged_token_in_a_session_still_reads(web2, event):
    web2 = web2.signed_in("0123456789abcdef")

    assert event_of(web2, event)["attending"] is False
    assert "user_uri" not in web2.get(f"{ROOT}/events").json["meta"]
    assert read_error(web2.post(f"{ROOT}/events/{event.id}/attending")) == (401, "You must be logged in to create data")


@pytest.mark.parametrize("size", [5, 0])
def test_profile_reads_lists_at_addresses_that_end_in_a_slash(web2, session, event, talk, ann, size):
    talk.speakers[0].user_id = ann.id
    make_attendance(session, event, ann)
    make_event(session, "Hers", host=ann)
    make_talk_comment(session, talk, ann)

    named = read_single(web2.get(f"{ROOT}/users", username="ann", verbose="yes"), "users")
    lists = {
        key: read_list(web2.get(named[uri], verbose="yes", resultsperpage=size), key)
        for uri, key in (("talks_uri", "talks"), ("talk_comments_uri", "comments"), ("attended_events_uri", "events"))
    }
    hosted = read_list(web2.get(named["hosted_events_uri"], verbose="yes", resultsperpage=size), "events")

    assert missing(USER_FIELDS, named) == []
    assert missing(TALK_FIELDS, lists["talks"][0]) == []
    assert missing(EVENT_FIELDS, lists["events"][0]) == []
    assert missing(COMMENT_FIELDS, lists["comments"][0]) == []
    assert [each["name"] for each in hosted] == ["Hers"]
    assert named == read_single(web2.get(named["uri"], verbose="yes"), "users")


def test_a_user_registers_and_confirms_the_address(web2, session, consumer):
    form = {
        "username": "carl",
        "full_name": "Carl Cherry",
        "email": "carl@example.org",
        "password": "brand new",
        "twitter_username": "",
        "biography": "",
    }

    registered = web2.post(f"{ROOT}/users", form)
    again = web2.post(f"{ROOT}/users", form)
    too_soon = web2.post(f"{ROOT}/token", {**SIGN_IN, "username": "carl", "password": "brand new"})
    proved = web2.post(f"{ROOT}/users/verifications", {"token": last_mail(session).context["token"]})
    signed_in = web2.post(f"{ROOT}/token", {**SIGN_IN, "username": "carl", "password": "brand new"})

    assert (registered.status_code, proved.status_code, signed_in.status_code) == (201, 204, 200)
    assert read_error(again) == (
        400,
        "That username is already in use. Choose another. That email is already associated with another account",
    )
    assert read_error(too_soon) == (401, "Not verified")


def test_a_user_gets_username_and_password_reset_by_mail(web2, session, ann, consumer):
    asked = [
        web2.post(f"{ROOT}/emails/verifications", {"email": "ann@example.org"}),
        web2.post(f"{ROOT}/emails/reminders/username", {"email": "ann@example.org"}),
        web2.post(f"{ROOT}/emails/reminders/password", {"username": "ann"}),
    ]
    unknown = web2.post(f"{ROOT}/emails/reminders/password", {"username": "nobody"})
    reset = web2.post(
        f"{ROOT}/users/passwords", {"token": last_mail(session).context["token"], "password": "brand new"}
    )
    signed_in = web2.post(f"{ROOT}/token", {**SIGN_IN, "password": "brand new"})

    assert [reply.status_code for reply in asked] == [202, 202, 202]
    assert read_error(unknown) == (400, "Can't find that user")
    assert (reset.status_code, signed_in.status_code) == (204, 200)


def profile(**changes):
    return {
        "full_name": "Ann Oak",
        "email": "ann@example.org",
        "twitter_username": "",
        "biography": "",
        "old_password": None,
        "password": None,
        **changes,
    }


def test_a_profile_is_edited_and_cleared(web2, session, ann, token):
    ann.biography = "Old"
    ann.twitter_username = "ann"
    web2 = web2.signed_in(token(ann))
    uri = read_single(web2.get(f"{ROOT}/users/{ann.id}", verbose="yes"), "users")["uri"]

    reply = web2.put(uri, profile())

    user = read_single(web2.get(uri, verbose="yes"), "users")
    assert (reply.status_code, reply.data) == (204, b"")
    assert (user["full_name"], user["twitter_username"], user["biography"]) == ("Ann Oak", "", "")


def test_a_wrong_old_password_has_the_message_that_the_site_looks_for(web2, ann, token):
    web2 = web2.signed_in(token(ann))

    wrong = web2.put(f"{ROOT}/users/{ann.id}", profile(old_password="wrong", password="brand new"))
    right = web2.put(f"{ROOT}/users/{ann.id}", profile(old_password="secret", password="brand new"))

    # Not at position 0: the site takes the 0 of PHP's strpos for "not found".
    assert (wrong.status_code, wrong.text.find("The credentials could not be verified")) == (403, 2)
    assert right.status_code == 204


def test_an_admin_deletes_a_user(web2, ann, admin, token):
    reply = web2.signed_in(token(admin)).delete(f"{ROOT}/users/{ann.id}")

    assert (reply.status_code, reply.data) == (204, b"")
    assert read_error(web2.get(f"{ROOT}/users", username="ann", verbose="yes")) == (404, "Username not found")


def test_applications_are_made_changed_and_removed(web2, ann, token):
    web2 = web2.signed_in(token(ann))
    form = {"name": "My app", "description": "Does/things", "callback_url": "https://app.example/"}

    made = web2.post(f"{ROOT}/applications", form)
    number = made.headers["Location"].split("/")[-1]
    client = read_single(web2.get(f"{ROOT}/applications/{number}", verbose="yes"), "clients")
    changed = web2.put(client["client_uri"], {**form, "name": "Other"})
    listed = read_list(web2.get(f"{ROOT}/applications"), "clients")
    removed = web2.delete(client["client_uri"])

    assert (made.status_code, changed.status_code, removed.status_code) == (201, 201, 204)
    assert changed.headers["Location"].split("/")[-1] == number
    assert (
        missing(
            ["application", "description", "callback_url", "consumer_key", "created_date", "consumer_secret"], client
        )
        == []
    )
    assert (client["application"], client["description"]) == ("My app", "Does/things")
    assert (type(client["consumer_key"]), type(client["consumer_secret"]), client["consumer_secret"] != "") == (
        str,
        str,
        True,
    )
    assert [each["application"] for each in listed] == ["Other"]
    assert read_list(web2.get(f"{ROOT}/applications"), "clients") == []


def test_api_keys_are_listed_and_taken_back(web2, session, ann, token):
    app = make_client(session, name="Pocket app")
    session.add(AccessToken(token_hash=hash_token("x"), user_id=ann.id, client_id=app.id, created_at=utc_now()))
    web2 = web2.signed_in(token(ann))

    reply = web2.get(f"{ROOT}/token", resultsperpage=10)
    key = read_single(reply, "tokens")
    alone = read_single(web2.get(key["token_uri"], verbose="yes"), "tokens")
    removed = web2.delete(key["token_uri"])

    assert reply.json["meta"]["total"] == 1
    assert missing(["token_uri", "application", "last_used_date", "created_date"], key) == []
    assert (key["application"], alone["token_uri"], removed.status_code) == ("Pocket app", key["token_uri"], 204)
    assert read_list(web2.get(f"{ROOT}/token", resultsperpage=10), "tokens") == []


def test_the_contact_form(web2, session, consumer):
    form = {"client_id": "web2", "client_secret": "web2secret", "name": "A", "email": "a@example.org"}

    sent = web2.post(f"{ROOT}/contact", {**form, "subject": "Hi", "comment": "Hello"})
    poor = web2.post(f"{ROOT}/contact", form)

    assert (sent.status_code, sent.data) == (202, b"")
    assert read_error(poor) == (400, "The fields 'subject', 'comment' are required.")


def test_every_page_of_a_list_is_reached(web2, session):
    names = [make_event(session, starts_at=days_from_now(-each)).name for each in range(1, 8)]

    found = read_all_pages(web2, f"{ROOT}/events?filter=past&resultsperpage=3", "events")

    assert [event["name"] for event in found] == names


def last_mail(session):
    return session.scalars(select(Mail).order_by(Mail.id.desc()).limit(1)).one()
