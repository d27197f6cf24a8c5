"""A user's own data at every route: it is shown to tokens with the scope ME_READ only."""

import pytest

from joindin.models import EmailChange, Event, Talk
from joindin.security.scopes import ALL_SCOPES, CONFIDENTIAL_READ, ME_READ, PUBLIC_READ, SCOPES
from joindin.utils.datetimes import utc_now
from joindin.utils.text import gravatar_hash
from tests.api_client import ApiClient, issue_token
from tests.authorization.world import TOKEN_SURFACES, list_routes, make_world
from tests.factories import make_attendance, make_star, make_talk_comment

OTHER_SCOPES = [scope for scope in SCOPES if scope != ME_READ]
# How responses show an address, attendance, a star and a rating of the caller.
EMAIL = b"reader-of-mail@example.org"
MARKS = (
    EMAIL,
    b'"attending":true',
    b'"is_attending":true',
    b'"starred":true',
    b'"has_starred":true',
    b'"user_rating":5',
)


@pytest.fixture
def world(session):
    """The user attends the event, has starred and rated its talk, and is not admin of anything."""
    world = make_world(session)
    user, event = world.users["user"], session.get_one(Event, world.ids["event_id"])
    user.email = EMAIL.decode()
    talk = session.get_one(Talk, world.ids["talk_id"])
    make_attendance(session, event, user)
    make_star(session, talk, user)
    make_talk_comment(session, talk, user, rating=5)
    world.ids["user_id"] = user.id
    session.commit()
    return world


def find_marks(app, session, world, user, scopes):
    """Return the marks that a token of the user sees, by path, in the short and in the verbose form."""
    caller = ApiClient(app, issue_token(session, user, scopes=" ".join(scopes)))
    found = {}
    for method, documented_path in list_routes(app, TOKEN_SURFACES):
        if method != "GET":
            continue
        for query in ("", "?verbose=yes"):
            reply = caller.get(world.path(documented_path) + query)
            if marks := {mark for mark in MARKS if mark in reply.data}:
                found[documented_path + query] = marks
    return found


@pytest.mark.parametrize("scopes", [OTHER_SCOPES, [PUBLIC_READ]], ids=["all others", "PUBLIC_READ"])
def test_without_me_read_no_route_shows_own_data(app, session, world, scopes):
    assert find_marks(app, session, world, world.users["user"], scopes) == {}


def test_with_me_read_the_same_routes_show_own_data(app, session, world):
    shown = find_marks(app, session, world, world.users["user"], SCOPES)

    assert EMAIL in shown["/v2.1/users/{user_id}?verbose=yes"]
    assert b'"attending":true' in shown["/v2.1/events/{event_id}"]
    assert b'"starred":true' in shown["/v2.1/events/{event_id}/talks"]
    assert {b'"starred":true', b'"user_rating":5'} <= shown["/v2.1/talks/{talk_id}?verbose=yes"]
    assert set().union(*shown.values()) == set(MARKS)


def test_a_requested_address_is_own_data_too(app, session, world):
    user, pending = world.users["user"], "pending@example.org"
    session.add(EmailChange(user_id=user.id, token_hash="x", email=pending, created_at=utc_now()))
    narrow, wide = (ApiClient(app, issue_token(session, user, scopes=scopes)) for scopes in (PUBLIC_READ, ALL_SCOPES))
    path = f"/v2.1/users/{user.id}?verbose=yes"

    shown, hidden = wide.get(path).json["users"][0], narrow.get(path).json["users"][0]

    assert (shown["email"], hidden.get("email")) == (pending, None)
    assert hidden["gravatar_hash"] == gravatar_hash(user.email) != shown["gravatar_hash"]


@pytest.mark.parametrize(("scopes", "is_shown"), [([PUBLIC_READ], False), ([PUBLIC_READ, CONFIDENTIAL_READ], True)])
def test_an_admin_sees_addresses_by_the_role_and_not_by_the_account(app, session, world, scopes, is_shown):
    caller = ApiClient(app, issue_token(session, world.users["admin"], scopes=" ".join(scopes)))

    reply = caller.get(f"/v2.1/users/{world.ids['user_id']}?verbose=yes")

    assert (EMAIL in reply.data) is is_shown


def test_the_fragment_cache_keeps_the_forms_apart(app, session, world):
    """The same event is shown with and without attendance to tokens of the same user."""
    path, user = f"/v2.1/events/{world.ids['event_id']}", world.users["user"]
    narrow, wide = (
        ApiClient(app, issue_token(session, user, scopes=scopes))
        for scopes in (PUBLIC_READ, f"{PUBLIC_READ} {ME_READ}")
    )

    shown = [caller.get(path).json["events"][0]["attending"] for caller in (wide, narrow, wide, narrow)]

    assert shown == [True, False, True, False]


@pytest.mark.parametrize(("scope", "status"), [("PUBLIC_WRITE", 403), ("CONFIDENTIAL_WRITE", 204)])
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_hosts_are_added_and_removed_with_the_confidential_scope_only(app, session, world, method, scope, status):
    event_id, speaker, host = world.ids["event_id"], world.users["speaker"], world.users["host"]
    if method == "DELETE":
        app_client = ApiClient(app, issue_token(session, host))
        app_client.post(f"/v2.1/events/{event_id}/hosts", json={"host_name": speaker.username})
    caller = ApiClient(app, issue_token(session, host, scopes=f"PUBLIC_READ {scope}"))
    path = f"/v2.1/events/{event_id}/hosts"

    reply = (
        caller.post(path, json={"host_name": speaker.username})
        if method == "POST"
        else caller.delete(f"{path}/{speaker.id}")
    )

    is_host = caller.get(f"{path}?resultsperpage=0").text.count(f'/users/{speaker.id}"') == 1
    assert reply.status_code == status
    assert is_host is ((method == "POST") == (status == 204))
