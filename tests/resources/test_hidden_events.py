"""Nothing of a pending, rejected, private or inactive event reaches those who may not see it, by any route of any surface."""

import pytest

from joindin.http.surface_routing import EPHIOS, GANCIO, V2_1, surface_for_path
from joindin.permissions import can_see_parts_of_event
from joindin.queries.events import list_hosted_events
from joindin.queries.paging import Paging
from joindin.queries.viewer_relations import load_viewer_for_events
from tests.factories import make_event, make_user
from tests.resources.hidden_events import MARK, STATES, make_hidden_event, make_hidden_talk

# Arguments of routes that name nothing of an event. A route with an argument that is in neither table fails the test.
UNRELATED = {
    "client_id": 1,
    "category_id": 1,
    "consequence_id": 1,
    "qualification_id": 1,
    "entry_id": 1,
    "block_id": 1,
    "question_id": 1,
    "event_type_id": 1,
    "collection_id": 1,
    "form": "ics",
    "country_code": "de",
    "city_slug": "berlin",
    "name": MARK,
    "token_id": 1,
    "uuid": "none",
    "group_id": 1,
    "reason_id": 1,
    "language_id": 1,
    "type_id": 1,
    "block": 1,
    "comment_hash": "a1b2c3",
    "extra": "talks",
    "filename": "site.css",
    "ending": "csv",
    "token": "none",
    "code": "none",
    "access_token": "none",
    "guest_id": 1,
    "host_id": 1,
    "invite_id": 1,
    "invitation_id": 1,
    "announcement_id": 1,
    "kind": "Photon",
    "query": "none",
    "version": "2.0",
    "email": "unknown@example.org",
}
# The caller's own star and own attendance are read without the event.
NO_CONTENT = {"/v2.1/talks/<positive:talk_id>/starred"}

SEARCHES = [
    *(f"events?{query}" for query in (f"title={MARK}", f"stub={MARK}", f"tags[]={MARK}", "title=days", "tags=zyxomma")),
    *(f"events?filter={name}" for name in ("all", "all&start=0", "hot", "upcoming", "past", "cfp")),
    *("events?startdate=2000-01-01", "events?enddate=2100-01-01", "events?title="),
    *(f"talks?title={MARK}", "talks?title=talk"),
]

PARTS = ("talks", "comments", "talk_comments", "tracks", "hosts", "attendees", "attending", "images")


@pytest.fixture(params=STATES)
def hidden(session, request):
    return make_hidden_event(session, request.param)


def arguments_of(rule, hidden):
    """Return values for the arguments of a route that lead to the hidden event, or to a person at it."""
    person = hidden.host if rule.rule.endswith("hosted") else hidden.participant
    is_about_event = "event_comments" in rule.rule or rule.rule.startswith("/comments/event/")
    comment = hidden.event_comment if is_about_event else hidden.talk_comment
    names_event = rule.rule.startswith(("/e/", "/event/"))
    subjects = {"events": hidden.event, "shifts": hidden.shift, "users": hidden.host, "buildingblocks": hidden.event}
    subject = next((each for name, each in subjects.items() if f"/{name}/<pk>" in rule.rule), hidden.participation)
    below = f"{hidden.talk.id}/links" if "/talks/" in rule.rule else f"{hidden.event.id}/comments/1"
    return UNRELATED | {
        "room_slug": hidden.room.slug,
        "event_id": hidden.event.id,
        "pk": subject.id,
        "shift_id": hidden.shift.id,
        "talk_id": hidden.talk.id,
        "comment_id": comment.id,
        "track_id": hidden.track.id,
        "room_id": 1,
        "link_id": hidden.link_id,
        "user_id": person.id,
        "username": person.username,
        "slug": hidden.event.slug,
        "talk_slug": hidden.talk.slug,
        "speaker_id": 1,
        "stub": hidden.event.stub if names_event else hidden.talk.stub,
        "rest": below,
        "below": "comments/1",
        "file": f"{MARK}.png",
        "year": f"{hidden.event.starts_at:%Y}",
        "month": f"{hidden.event.starts_at:%m}",
        "day_of_month": f"{hidden.event.starts_at:%d}",
        "day": f"{hidden.event.starts_at:%Y-%m-%d}",
    }


def routes_to(app, hidden):
    """Yield the path of every route that can be read, and whether it names something of the event."""
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            if "GET" in rule.methods and not rule.rule.startswith("/accounts/external"):
                values = arguments_of(rule, hidden)
                names_event = {"event_id", "talk_id", "comment_id", "track_id", "slug", "stub"} & rule.arguments
                names_event = names_event or rule.rule.startswith(("/api/events/<pk>", "/api/shifts/<pk>"))
                path = adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments}, "GET")
                yield path, bool(names_event) and rule.rule not in NO_CONTENT


def test_no_route_shows_anything_of_the_event_to_those_who_may_not_see_it(app, api, browser, session, hidden):
    plain, other_host = make_user(session, "plain"), make_user(session, "other")
    make_event(session, "Public Days", host=other_host)
    session.commit()
    api_callers = [api, api.signed_in(plain), api.signed_in(other_host)]
    browser_of_plain = type(browser)(app).sign_in_directly(plain)
    leaks = []

    for path, names_event in list(routes_to(app, hidden)):
        is_api = surface_for_path(path) in (EPHIOS, GANCIO, V2_1)
        for caller in api_callers if is_api else (browser, browser_of_plain):
            reply = caller.get(f"{path}?verbose=yes" if is_api else path)
            assert reply.status_code < 500, path
            text = reply.data.decode(errors="replace")
            if MARK.lower() in text.replace(path, "").lower() or (names_event and reply.status_code == 200):
                leaks.append((path, reply.status_code))

    assert leaks == []


def test_no_route_shows_anything_of_a_hidden_talk(app, api, browser, session):
    hidden = make_hidden_talk(session)
    callers = {None: (api, browser)} | {
        user.username: (api.signed_in(user), type(browser)(app).sign_in_directly(user))
        for user in (make_user(session, "plain"), hidden.participant, hidden.fan)
    }
    session.commit()
    leaks = set()

    for path, _ in list(routes_to(app, hidden)):
        is_api = surface_for_path(path) in (EPHIOS, GANCIO, V2_1)
        for name, (api_caller, browser_caller) in callers.items():
            reply = api_caller.get(f"{path}?verbose=yes") if is_api else browser_caller.get(path)
            text = reply.data.decode(errors="replace").replace(path, "")
            if MARK.lower() in text.replace(hidden.talk.slug, "").lower():
                leaks.add((path, name))

    assert sorted(leaks, key=str) == []


def test_searches_and_lists_do_not_count_the_event(api, session, hidden):
    admin = make_user(session, is_admin=True)

    for caller in (api, api.signed_in(hidden.host), api.signed_in(admin)):
        replies = [caller.get(f"/v2.1/{search}").json for search in SEARCHES]
        assert [(reply["meta"]["count"], reply["meta"]["total"]) for reply in replies] == [(0, 0)] * len(SEARCHES)


def test_parts_of_the_event_are_not_found_but_by_those_who_may_see_it(api, session, hidden):
    plain, editor, admin = make_user(session), make_user(session, is_editor=True), make_user(session, is_admin=True)
    statuses = {
        role: {caller.get(f"/v2.1/events/{hidden.event.id}/{part}").status_code for part in PARTS}
        for role, caller in {
            "visitor": api,
            "plain": api.signed_in(plain),
            "participant": api.signed_in(hidden.participant),
            "editor": api.signed_in(editor),
            "host": api.signed_in(hidden.host),
            "admin": api.signed_in(admin),
        }.items()
    }

    assert statuses == {
        "visitor": {404},
        "plain": {404},
        "participant": {404},
        "editor": {404} if hidden.event.is_private else {200},
        "host": {200},
        "admin": {200},
    }


def test_totals_of_a_persons_lists_cover_what_the_caller_may_see(api, session, hidden):
    make_event(session, "Public Days", host=hidden.host)
    admin = make_user(session, is_admin=True)
    lists = f"users/{hidden.host.id}/hosted", f"users/{hidden.participant.id}/talk_comments"

    totals = [
        [caller.get(f"/v2.1/{path}").json["meta"]["total"] for path in lists]
        for caller in (api, api.signed_in(make_user(session)), api.signed_in(hidden.host), api.signed_in(admin))
    ]

    assert totals == [[1, 0], [1, 0], [2, 1], [2, 1]]


def test_comments_of_the_event_are_not_reported_or_edited_by_those_who_may_not_see_it(api, session, hidden, count_rows):
    before, author = count_rows(), api.signed_in(hidden.participant)
    about_event, about_talk = (
        f"/v2.1/event_comments/{hidden.event_comment.id}",
        f"/v2.1/talk_comments/{hidden.talk_comment.id}",
    )

    replies = [
        author.post(f"{about_event}/reported"),
        author.post(f"{about_talk}/reported"),
        author.put(f"{about_event}/reported", json={"decision": "denied"}),
        author.put(f"{about_talk}/reported", json={"decision": "denied"}),
        author.put(about_talk, json={"comment": "changed"}),
        author.put(f"/v2.1/tracks/{hidden.track.id}", json={"track_name": "changed"}),
        author.delete(f"/v2.1/tracks/{hidden.track.id}"),
    ]

    assert [(reply.status_code, reply.json) for reply in replies] == [
        *[(404, ["Comment not found"])] * 5,
        *[(404, ["Track not found"])] * 2,
    ]
    assert {name: number for name, number in count_rows().items() if name not in ("clients", "access_tokens")} == {
        name: number for name, number in before.items() if name not in ("clients", "access_tokens")
    }


def test_lists_and_predicate_agree_about_who_sees_an_event(session, hidden):
    viewers = {
        "plain": make_user(session),
        "editor": make_user(session, is_editor=True),
        "deactivated editor": make_user(session, is_editor=True, is_active=False),
        "admin": make_user(session, is_admin=True),
        "deactivated admin": make_user(session, is_admin=True, is_active=False),
        "host": hidden.host,
    }

    for role, user in {"visitor": None, **viewers}.items():
        listed = list_hosted_events(session, hidden.host.id, Paging(), user).items
        viewer = load_viewer_for_events(session, user, [hidden.event.id])
        assert (role, bool(listed)) == (role, can_see_parts_of_event(viewer, hidden.event))


def test_approved_event_is_seen_in_the_next_response(api, session, hidden):
    path = f"/v2.1/events/{hidden.event.id}/comments"
    before = api.get(path)
    hidden.event.is_active, hidden.event.is_pending, hidden.event.is_private = True, False, False
    after = api.get(path)
    hidden.event.is_active = False
    again = api.get(path)

    assert [reply.status_code for reply in (before, after, again)] == [404, 200, 404]
