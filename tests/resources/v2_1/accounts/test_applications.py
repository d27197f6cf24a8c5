"""Applications of users (spec 11)."""

import base64

import pytest
from sqlalchemy import func, select

from joindin import create_app
from joindin.models import AccessToken, Client, EventComment
from joindin.security.tokens import derive_client_secret, hash_token
from tests.api_client import ApiClient, issue_token
from tests.concurrency import count_outcomes, run_concurrently
from tests.factories import make_client, make_event, make_user, newest, parse_instant

LIST_URL = "http://localhost/v2.1/applications"
NOT_SIGNED_IN = "You must be logged in"
NOT_FOUND = "No application found"
REQUIRED = "'{}' is a required field"
NEW = {"name": "My App", "description": "Shows talks", "callback_url": "https://app.example/cb"}
LONGEST_URL = f"https://app.example/{'x' * 480}"


@pytest.fixture
def ann(session):
    return make_user(session, "ann", full_name="Ann Ash")


def make_application(session, owner, **fields):
    return make_client(
        session,
        owner_id=owner.id,
        **{"name": "App", "description": "Old", "callback_url": "https://old.example", **fields},
    )


def read_outcome(reply):
    return reply.status_code, reply.json if reply.data else None


def applications(session):
    rows = session.execute(select(Client.name, Client.description, Client.callback_url).order_by(Client.id))
    return [tuple(row) for row in rows]


def test_a_person_registers_an_application(api, session, ann):
    caller = api.signed_in(ann)

    reply = caller.post("/v2.1/applications", json=NEW)

    client = newest(session, Client)
    assert reply.status_code == 201
    assert reply.headers["Location"] == f"{LIST_URL}/{client.id}"
    assert list(reply.json) == ["clients", "meta"]
    [shown] = reply.json["clients"]
    assert list(shown.items()) == [
        ("consumer_key", client.key),
        ("created_date", client.created_at.isoformat(timespec="seconds")),
        ("application", "My App"),
        ("description", "Shows talks"),
        ("callback_url", "https://app.example/cb"),
        ("client_uri", f"{LIST_URL}/{client.id}"),
    ]
    assert reply.json["meta"] == {
        "count": 1,
        "total": 1,
        "this_page": f"{LIST_URL}?resultsperpage=20",
        "user_uri": f"http://localhost/v2.1/users/{ann.id}",
    }
    assert (client.owner_id, client.is_trusted, client.can_be_revoked) == (ann.id, True, True)
    assert len(base64.b64decode(client.key, validate=True)) == 48


def test_the_web_site_registers_shows_edits_and_removes_an_application(api, session, ann):
    caller = api.signed_in(ann)

    created = caller.post("/v2.1/applications", json=NEW)
    number = created.headers["Location"].rpartition("/")[2]
    shown = caller.get(f"/v2.1/applications/{number}?verbose=yes").json["clients"][0]
    listed = caller.get("/v2.1/applications").json["clients"]
    edited = caller.put(f"/v2.1/applications/{number}", json=NEW | {"name": "Our App"})
    again = caller.get(f"/v2.1/applications/{number}?verbose=yes").json["clients"][0]
    removed = caller.delete(f"/v2.1/applications/{number}")
    rest = caller.get("/v2.1/applications").json

    assert listed == created.json["clients"]
    assert list(shown) == [
        "consumer_key",
        "created_date",
        "application",
        "description",
        "callback_url",
        "consumer_secret",
        "user_id",
        "client_uri",
    ]
    assert len(base64.b64decode(shown["consumer_secret"], validate=True)) == 48
    assert shown["user_id"] == ann.id
    assert edited.status_code == 201
    assert edited.headers["Location"] == f"{LIST_URL}/{number}"
    assert edited.json["clients"] == [created.json["clients"][0] | {"application": "Our App"}]
    assert again == shown | {"application": "Our App"}
    assert (read_outcome(removed), removed.headers["Location"]) == ((204, None), LIST_URL)
    assert (rest["clients"], rest["meta"]["count"], rest["meta"]["total"]) == ([], 0, 0)


def test_a_new_application_signs_people_in_with_the_secret_that_its_owner_reads(api, session, ann):
    make_user(session, "bea", password_hash="d8578edf8458ce06fbc5bb76a58c5ca4")
    caller = api.signed_in(ann)
    caller.post("/v2.1/applications", json=NEW)
    shown = caller.get("/v2.1/applications?verbose=yes").json["clients"][0]
    entrance = {"grant_type": "password", "username": "bea", "password": "qwerty", "client_id": shown["consumer_key"]}

    right = api.post("/v2.1/token", json=entrance | {"client_secret": shown["consumer_secret"]})
    wrong = api.post("/v2.1/token", json=entrance | {"client_secret": "x"})

    assert right.status_code == 200
    assert right.json["user_uri"] == f"http://localhost/v2.1/users/{ann.id + 1}"
    assert read_outcome(wrong) == (403, ["This client cannot authenticate using the password grant type"])


def test_no_secret_is_kept_and_no_two_are_the_same(api, session, app, ann):
    caller = api.signed_in(ann)
    for _ in range(3):
        caller.post("/v2.1/applications", json=NEW)
    secrets = [each["consumer_secret"] for each in caller.get("/v2.1/applications?verbose=yes").json["clients"]]

    rows = session.execute(
        select(Client.__table__).where(Client.owner_id == ann.id).order_by(Client.id.desc())
    ).mappings().all()  # fmt: skip

    assert len(set(secrets)) == len({row["key"] for row in rows}) == 3
    assert [row["secret_hash"] for row in rows] == [hash_token(secret) for secret in secrets]
    assert [row["secret_generation"] for row in rows] == [1, 1, 1]
    assert [secret for secret in secrets if any(secret in str(value) for row in rows for value in row.values())] == []
    assert secrets == [derive_client_secret(app.config["SECRET_KEY"], row["key"], 1) for row in rows]


def test_a_secret_depends_on_platform_key_and_generation():
    secrets = {derive_client_secret(*parts) for parts in (("s", "k", 1), ("t", "k", 1), ("s", "l", 1), ("s", "k", 2))}

    assert len(secrets) == 4
    assert {len(base64.b64decode(secret, validate=True)) for secret in secrets} == {48}


def test_a_secret_that_came_from_elsewhere_is_not_shown(api, session, ann):
    make_application(session, ann)

    shown = api.signed_in(ann).get("/v2.1/applications?verbose=yes").json["clients"][0]

    assert shown["consumer_secret"] == ""


def test_a_secret_made_under_another_platform_key_is_not_shown(api, session, ann, settings):
    caller = api.signed_in(ann)
    caller.post("/v2.1/applications", json=NEW)
    moved = create_app(settings | {"SECRET_KEY": "another key of the platform"})

    shown = ApiClient(moved, caller._token).get("/v2.1/applications?verbose=yes").json["clients"][0]

    assert shown["consumer_secret"] == ""
    assert shown["application"] == "My App"


def test_a_platform_without_a_key_registers_nothing(api, session, ann, settings, tmp_path):
    make_application(session, ann, secret_generation=1)
    caller = api.signed_in(ann)
    bare = ApiClient(create_app(settings | {"SECRET_KEY": None, "INSTANCE": str(tmp_path)}), caller._token)

    reply = bare.post("/v2.1/applications", json=NEW)
    shown = bare.get("/v2.1/applications?verbose=yes").json["clients"][0]

    assert read_outcome(reply) == (501, ["This platform has no secret of its own yet to make one from"])
    assert shown["consumer_secret"] == ""


def test_the_short_form_has_no_secret_anywhere(api, session, ann):
    caller = api.signed_in(ann)
    caller.post("/v2.1/applications", json=NEW)
    number = newest(session, Client).id

    replies = [
        caller.get("/v2.1/applications"),
        caller.get(f"/v2.1/applications/{number}"),
        caller.post("/v2.1/applications?verbose=yes", json=NEW),
        caller.put(f"/v2.1/applications/{number}?verbose=yes", json=NEW),
    ]

    assert {name for reply in replies for each in reply.json["clients"] for name in each} == {
        "consumer_key",
        "created_date",
        "application",
        "description",
        "callback_url",
        "client_uri",
    }


def test_applications_are_listed_newest_first_in_slices_and_only_ones_own(api, session, ann):
    for name in ("One", "Two", "Three"):
        make_application(session, ann, name=name, created_at=parse_instant("2026-01-10T12:00"))
    make_application(session, make_user(session), name="Foreign")
    make_client(session, "web2")
    caller = api.signed_in(ann)

    pages = [caller.get(f"/v2.1/applications?resultsperpage=2&start={start}").json for start in (0, 2)]

    assert [[each["application"] for each in page["clients"]] for page in pages] == [["Three", "Two"], ["One"]]
    assert [(page["meta"]["count"], page["meta"]["total"]) for page in pages] == [(2, 3), (1, 3)]
    assert pages[0]["meta"]["next_page"] == f"{LIST_URL}?resultsperpage=2&start=2"
    assert pages[1]["clients"][0]["created_date"] == "2026-01-10T12:00:00+00:00"


@pytest.mark.parametrize("query", ["", "?verbose=yes"])
def test_the_list_costs_the_same_whatever_its_length(api, session, ann, count_statements, query):
    bea = make_user(session)
    for owner, number in ((ann, 1), (bea, 3)):
        for _ in range(number):
            make_application(session, owner, secret_generation=1)
    callers = [api.signed_in(owner) for owner in (ann, bea)]

    counts = []
    for caller in callers:
        with count_statements() as seen:
            reply = caller.get(f"/v2.1/applications{query}")
        counts.append((reply.json["meta"]["count"], len(seen)))

    assert counts == [(1, 3), (3, 3)]


def test_another_persons_application_is_not_to_be_seen_changed_or_removed(api, session, ann):
    foreign = make_application(session, make_user(session))
    caller = api.signed_in(make_user(session, is_admin=True))
    owner = api.signed_in(ann)
    address = f"/v2.1/applications/{foreign.id}"

    for each in (caller, owner):
        shown = each.get(f"{address}?verbose=yes")
        changed = each.put(address, json=NEW)
        removed = each.delete(address)

        assert (shown.status_code, shown.json["clients"]) == (200, [])
        assert {name: shown.json["meta"][name] for name in ("count", "total")} == {"count": 0, "total": 1}
        assert read_outcome(changed) == (404, [NOT_FOUND])
        assert read_outcome(removed) == (404, [NOT_FOUND])
    assert applications(session)[0] == ("App", "Old", "https://old.example")


def test_applications_without_an_owner_are_not_listed(api, session, ann):
    ownerless = make_client(session, "web2", name="web2")

    reply = api.signed_in(ann).get(f"/v2.1/applications/{ownerless.id}")

    assert (reply.status_code, reply.json["clients"]) == (200, [])


@pytest.mark.parametrize("id_", ["4711", str(2**31), "9" * 50])
def test_an_id_that_nothing_has_is_an_empty_list_or_not_found(api, ann, id_):
    caller = api.signed_in(ann)
    address = f"/v2.1/applications/{id_}"

    shown, changed, removed = caller.get(address), caller.put(address, json=NEW), caller.delete(address)

    assert (shown.status_code, shown.json["clients"], shown.json["meta"]["total"]) == (200, [], 1)
    assert (read_outcome(changed), read_outcome(removed)) == ((404, [NOT_FOUND]), (404, [NOT_FOUND]))


@pytest.mark.parametrize("id_", ["0", "first", "-1", "%00", "1.0"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_invalid_id_is_refused(api, ann, method, id_):
    reply = api.signed_in(ann).request(method, f"/v2.1/applications/{id_}")

    assert read_outcome(reply) == (404, ["Invalid client ID"])


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("POST", ""), ("GET", "/{id}"), ("PUT", "/{id}"), ("DELETE", "/{id}"), ("GET", "/0")],
)
def test_all_methods_need_a_signed_in_user(api, session, ann, method, path):
    application = make_application(session, ann)

    reply = api.request(method, "/v2.1/applications" + path.format(id=application.id), json={})

    assert read_outcome(reply) == (401, [NOT_SIGNED_IN])
    assert reply.headers["WWW-Authenticate"] == 'Bearer realm="api.joind.in"'
    assert applications(session) == [("App", "Old", "https://old.example")]


@pytest.mark.parametrize("path", ["", "/{id}"])
def test_there_is_no_other_way_of_using_it(api, session, ann, path):
    application = make_application(session, ann)
    wrong = {"": ("PUT", "DELETE", "PATCH"), "/{id}": ("POST", "PATCH")}[path]

    replies = [
        api.signed_in(ann).request(method, "/v2.1/applications" + path.format(id=application.id)) for method in wrong
    ]

    assert [read_outcome(reply) for reply in replies] == [(405, ["Method not supported"])] * len(wrong)


NAME, DESCRIPTION, CALLBACK = (REQUIRED.format(name) for name in NEW)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, f"{NAME}. {DESCRIPTION}. {CALLBACK}"),
        ({"name": "x"}, f"{DESCRIPTION}. {CALLBACK}"),
        ({"name": "x", "description": "x"}, CALLBACK),
        (NEW | {"name": " "}, NAME),
        (NEW | {"name": "<b></b>"}, NAME),
        (NEW | {"name": None, "callback_url": None}, f"{NAME}. {CALLBACK}"),
        (NEW | {"description": ""}, DESCRIPTION),
        (NEW | {"name": "\0\x1f"}, NAME),
        *((NEW | {name: value}, f"Expected parameter {name} is not a readable string")
          for name in NEW for value in ([1], {"a": 1}, True, False)),
        *((NEW | {name: "x" * (most + 1)}, f"The field '{name}' must not be longer than {most} characters")
          for name, most in (("name", 255), ("description", 10_000), ("callback_url", 500))),
        ({"name": "x" * 256, "description": ""},
         f"{DESCRIPTION}. {CALLBACK}. The field 'name' must not be longer than 255 characters"),
    ],
)  # fmt: skip
def test_all_errors_of_a_new_application_are_reported(api, session, ann, body, expected):
    reply = api.signed_in(ann).post("/v2.1/applications", json=body)

    assert read_outcome(reply) == (400, [expected])
    assert session.scalar(select(func.count()).where(Client.owner_id == ann.id)) == 0


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, f"{NAME}. {DESCRIPTION}"),
        ({"callback_url": ""}, f"{NAME}. {DESCRIPTION}"),
        ({"name": "x"}, DESCRIPTION),
        ({"name": "", "description": "x"}, NAME),
        ({"name": "x", "description": "x", "callback_url": "x" * 501},
         "The field 'callback_url' must not be longer than 500 characters"),
        ({"name": ["x"], "description": "x"}, "Expected parameter name is not a readable string"),
    ],
)  # fmt: skip
def test_all_errors_of_a_change_are_reported(api, session, ann, body, expected):
    application = make_application(session, ann)

    reply = api.signed_in(ann).put(f"/v2.1/applications/{application.id}", json=body)

    assert read_outcome(reply) == (400, [expected])
    assert applications(session)[0] == ("App", "Old", "https://old.example")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"name": "N & <b>", "description": "d <i>d</i>"}, ("N &", "d d", "https://old.example")),
        ({"name": 2024, "description": 1.5, "callback_url": ""}, ("2024", "1.5", "")),
        ({"name": "x" * 255, "description": "é" * 10_000, "callback_url": LONGEST_URL},
         ("x" * 255, "é" * 10_000, LONGEST_URL)),
        ({"name": "n", "description": "d", "key": "mine", "is_trusted": False, "user_id": 1, "owner_id": 1,
          "consumer_secret": "x"}, ("n", "d", "https://old.example")),
    ],
)  # fmt: skip
def test_a_change_takes_what_it_is_given(api, session, ann, body, expected):
    application = make_application(session, ann)
    before = (application.key, application.secret_hash, application.is_trusted, application.owner_id)

    reply = api.signed_in(ann).put(f"/v2.1/applications/{application.id}", json=body)

    assert reply.status_code == 201
    assert applications(session)[0] == expected
    assert (application.key, application.secret_hash, application.is_trusted, application.owner_id) == before


def test_tokens_outlive_their_application_but_are_trusted_no_longer(api, session, ann):
    application, other = make_application(session, ann), make_client(session)
    event = make_event(session)
    through_it = api.signed_in(ann, application)
    profile = {"full_name": "Ann Birch", "email": "ann@example.org"}

    removed = api.signed_in(ann, other).delete(f"/v2.1/applications/{application.id}")
    landing = through_it.get("/v2.1")
    comment = through_it.post(f"/v2.1/events/{event.id}/comments", json={"comment": "Fine", "rating": 4})
    edited = through_it.put(f"/v2.1/users/{ann.id}", json=profile)
    tokens = through_it.get("/v2.1/token")

    assert read_outcome(removed) == (204, None)
    assert landing.json["meta"] == {"user_uri": f"http://localhost/v2.1/users/{ann.id}"}
    assert comment.status_code == 201
    assert newest(session, EventComment).source == "joind.in"
    assert read_outcome(edited) == (403, ["This client does not have permission to perform this operation"])
    assert read_outcome(tokens) == (403, ["You can not access the token list with this client"])
    assert session.scalars(select(AccessToken.client_id).order_by(AccessToken.id)).all() == [None, other.id]


def test_a_removed_application_cannot_sign_users_in(api, session, ann):
    application = make_application(session, ann, secret="secret", key="app")
    entrance = {"grant_type": "password", "username": "ann", "password": "x"}

    api.signed_in(ann).delete(f"/v2.1/applications/{application.id}")
    reply = api.post("/v2.1/token", json=entrance | {"client_id": "app", "client_secret": "secret"})

    assert read_outcome(reply) == (403, ["This client cannot authenticate using the password grant type"])


@pytest.fixture
def ask(app):
    """Return a function for a thread that sends a request without the session of the test."""

    def asking(method, path, token, body=None):
        headers = {"Authorization": f"Bearer {token}"}
        return lambda: app.test_client().open(f"/v2.1{path}", method=method, json=body, headers=headers)

    return asking


def test_an_application_is_removed_once_and_not_changed_afterwards(session, ask, ann):
    application = make_application(session, ann)
    id_, token = application.id, issue_token(session, ann)
    address = f"/applications/{id_}"

    replies = run_concurrently(session, [ask("DELETE", address, token)] * 4 + [ask("PUT", address, token, NEW)] * 4)

    seen = count_outcomes(replies)
    assert seen[204,] == 1
    assert seen[204,] + seen[201,] + seen[404, NOT_FOUND] == 8
    assert session.get(Client, id_) is None
