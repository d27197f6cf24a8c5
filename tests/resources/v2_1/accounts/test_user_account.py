"""Changes to accounts, and trusted users (spec 9.7, 9.8)."""

import hashlib

import bcrypt
import pytest
from sqlalchemy import func, select

from joindin.models import AccessToken, EmailChange, Event, PasswordReset, Talk, User
from joindin.security.passwords import check_password, hash_password
from joindin.security.tokens import hash_token
from tests.concurrency import CONCURRENT_REQUESTS, count_outcomes, run_concurrently
from tests.factories import NOW, make_client, make_event, make_talk, make_user, newest

TO_EDIT = "You must be logged in to change a user account"
UPDATE_REFUSED = "Could not update user"
NOT_BY_THIS_CLIENT = "This client does not have permission to perform this operation"
NO_NAME = "'full_name' is a required field"
NO_EMAIL = "A valid entry for 'email' is required"
EMAIL_TAKEN = "That email is already associated with another account"
USERNAME_TAKEN = "That username is already associated with another account"
NO_OLD_PASSWORD = 'The field "old_password" is needed to update a user password'
WRONG_PASSWORD = "The credentials could not be verified"
SHORT_PASSWORD = "Passwords must be at least 6 characters long"
LONG_PASSWORD = "Passwords must be at most 1024 characters long"
NO_TRUST = "You must be an admin to change a user's trusted state"
NO_STATE = "You must provide a trusted state"


@pytest.fixture
def ann(session):
    return make_user(
        session,
        "ann",
        full_name="Ann Ash",
        twitter_username="ann_a",
        biography="Knits.",
        password_hash=hash_password("correct horse"),
    )


def edit(api, user, **body):
    return api.put(f"/v2.1/users/{user.id}", json={"full_name": "Ann Ash", "email": "ann@example.org", **body})


def read_row(session, user):
    """Return all columns except the folded names."""
    row = session.execute(select(User.__table__).where(User.id == user.id)).mappings().one()
    return {name: value for name, value in row.items() if not name.endswith("_key") and name != "version"}


def read_outcome(reply):
    return reply.status_code, reply.json if reply.data else None


def test_a_person_edits_their_account(api, session, ann):
    before = read_row(session, ann)

    reply = edit(
        api.signed_in(ann),
        ann,
        full_name="Ann Birch",
        email="birch@example.org",
        username="birch",
        twitter_username="",
        biography="Knits <b>a lot</b> & more.",
    )

    assert read_outcome(reply) == (204, None)
    assert read_row(session, ann) == before | {
        "full_name": "Ann Birch",
        "username": "birch",
        "twitter_username": "",
        "biography": "Knits a lot & more.",
    }
    assert newest(session, EmailChange).email == "birch@example.org"
    assert (ann.username_key, ann.email_key, ann.full_name_key) == ("birch", "ann@example.org", "ann birch")


def test_absent_fields_stay_unchanged(api, session, ann):
    before = read_row(session, ann)

    reply = edit(api.signed_in(ann), ann, full_name="Ann Birch")

    assert read_outcome(reply) == (204, None)
    assert read_row(session, ann) == before | {"full_name": "Ann Birch"}


@pytest.mark.parametrize("nothing", ["", None])
def test_the_web_site_clears_biography_and_twitter_name_with_nothing(api, session, ann, nothing):
    before = read_row(session, ann)

    reply = edit(
        api.signed_in(ann),
        ann,
        twitter_username=nothing,
        biography=nothing,
        username=nothing,
        password=nothing,
        old_password=nothing,
    )

    assert read_outcome(reply) == (204, None)
    assert read_row(session, ann) == before | {"twitter_username": "", "biography": ""}


def test_an_account_is_edited_by_the_query_string_as_well(api, session, ann):
    reply = api.signed_in(ann).put(f"/v2.1/users/{ann.id}/?full_name=Ann+Birch&email=ann@example.org")

    assert read_outcome(reply) == (204, None)
    assert ann.full_name == "Ann Birch"


def test_the_change_is_seen_by_the_next_reader(api, session, ann):
    edit(api.signed_in(ann), ann, full_name="Ann Birch", username="Birch", email="Birch@Example.org")

    shown = api.signed_in(ann).get("/v2.1/users?username=BIRCH&verbose=yes").json["users"][0]

    assert {name: shown[name] for name in ("username", "full_name", "email", "gravatar_hash")} == {
        "username": "Birch",
        "full_name": "Ann Birch",
        "email": "Birch@Example.org",
        "gravatar_hash": hashlib.md5(b"birch@example.org").hexdigest(),
    }


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("visitor", (401, [TO_EDIT])),
        ("stranger", (400, [UPDATE_REFUSED])),
        ("stranger elsewhere", (400, [UPDATE_REFUSED])),
        ("self elsewhere", (403, [NOT_BY_THIS_CLIENT])),
        ("admin elsewhere", (403, [NOT_BY_THIS_CLIENT])),
        ("self of a client that is gone", (403, [NOT_BY_THIS_CLIENT])),
        ("inactive admin", (401, [TO_EDIT])),
        ("self", (400, [f"{NO_NAME}. {NO_EMAIL}"])),
        ("admin", (400, [f"{NO_NAME}. {NO_EMAIL}"])),
    ],
)
def test_permissions_are_checked_before_the_body(api, session, ann, role, expected):
    admin, stranger = make_user(session, is_admin=True), make_user(session)
    inactive = make_user(session, is_admin=True, is_active=False)
    third_party = make_client(session, is_trusted=False)
    callers = {
        "visitor": api,
        "stranger": api.signed_in(stranger),
        "stranger elsewhere": api.signed_in(stranger, third_party),
        "self elsewhere": api.signed_in(ann, third_party),
        "admin elsewhere": api.signed_in(admin, third_party),
        "self of a client that is gone": api.signed_in(ann, removed := make_client(session)),
        "inactive admin": api.signed_in(inactive),
        "self": api.signed_in(ann),
        "admin": api.signed_in(admin),
    }
    session.delete(removed)
    before = read_row(session, ann)

    reply = callers[role].put(f"/v2.1/users/{ann.id}", json={})

    assert read_outcome(reply) == expected
    assert read_row(session, ann) == before


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, f"{NO_NAME}. {NO_EMAIL}"),
        ({"full_name": " <b></b> ", "email": "ann@example.org"}, NO_NAME),
        ({"full_name": None, "email": None}, f"{NO_NAME}. {NO_EMAIL}"),
        ({"full_name": "Ann", "email": "ann"}, NO_EMAIL),
        ({"full_name": "Ann", "email": "BEA@Example.org"}, EMAIL_TAKEN),
        ({"full_name": "Ann", "email": "ann@example.org", "username": "Béa"}, USERNAME_TAKEN),
        ({"full_name": "Ann", "email": "gone@example.org"}, EMAIL_TAKEN),
        ({"full_name": "", "email": "bea@example.org", "username": "bea"}, f"{NO_NAME}. {EMAIL_TAKEN}. {USERNAME_TAKEN}"),
        ({"email": "x", "password": "short", "old_password": "correct horse", "username": "bea"},
         f"{NO_NAME}. {NO_EMAIL}. {SHORT_PASSWORD}. {USERNAME_TAKEN}"),
        ({"password": "new password"}, NO_OLD_PASSWORD),
        ({"password": "new password", "old_password": ""}, NO_OLD_PASSWORD),
        ({"password": "x" * 1025, "old_password": "correct horse"}, f"{NO_NAME}. {NO_EMAIL}. {LONG_PASSWORD}"),
    ],
)  # fmt: skip
def test_all_errors_are_reported_in_the_order_of_the_contract(api, session, ann, body, expected):
    make_user(session, "bea", email="bea@example.org")
    make_user(session, "gone", email="gone@example.org", is_active=False)
    before = read_row(session, ann)

    reply = api.signed_in(ann).put(f"/v2.1/users/{ann.id}", json=body)

    assert read_outcome(reply) == (400, [expected])
    assert read_row(session, ann) == before


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        *(({name: value}, f"Expected parameter {name} is not a readable string")
          for name in ("full_name", "email", "username", "twitter_username", "biography", "password")
          for value in ([1], {"a": 1}, True)),
        ({"password": "new password", "old_password": ["correct horse"]},
         "Expected parameter old_password is not a readable string"),
        *(({name: "x" * (most + 1)}, f"The field '{name}' must not be longer than {most} characters")
          for name, most in (("full_name", 200), ("username", 100), ("twitter_username", 50), ("biography", 10_000))),
        ({"email": "x" * 190 + "@example.org"}, NO_EMAIL),
        ({"full_name": "\0\x1f"}, NO_NAME),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused(api, session, ann, body, expected):
    before = read_row(session, ann)

    reply = edit(api.signed_in(ann), ann, **body)

    assert read_outcome(reply) == (400, [expected])
    assert read_row(session, ann) == before


def test_what_can_just_be_kept_is_taken(api, session, ann):
    reply = edit(
        api.signed_in(ann),
        ann,
        full_name="x" * 200,
        username="u" * 100,
        twitter_username="t" * 50,
        biography="b" * 10_000,
        email=f"{'e' * 64}@{'d' * 63}.{'c' * 63}.example",
    )

    assert read_outcome(reply) == (204, None)
    kept = (ann.full_name, ann.username, ann.twitter_username, ann.biography, newest(session, EmailChange).email)
    assert [len(each) for each in kept] == [200, 100, 50, 10_000, 200]


def test_letters_that_are_long_in_the_form_that_is_searched_are_taken(api, session, ann):
    reply = edit(api.signed_in(ann), ann, full_name="\ufdfa" * 200)

    assert read_outcome(reply) == (204, None)
    assert ann.full_name == "\ufdfa" * 200


def test_control_characters_are_dropped(api, session, ann):
    reply = edit(api.signed_in(ann), ann, full_name="An\0n", biography="a\0\x1fb\nc", username="a\0nn")

    assert read_outcome(reply) == (204, None)
    assert (ann.full_name, ann.biography, ann.username) == ("Ann", "ab\nc", "ann")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}"])
def test_an_empty_body_is_an_empty_object(api, ann, body):
    reply = api.signed_in(ann).put(f"/v2.1/users/{ann.id}", data=body, headers={"Content-Type": "application/json"})

    assert read_outcome(reply) == (400, [f"{NO_NAME}. {NO_EMAIL}"])


@pytest.mark.parametrize(
    "old_hash",
    [
        hash_password("correct horse"),
        hashlib.md5(b"correct horse").hexdigest(),
        bcrypt.hashpw(hashlib.md5(b"correct horse").hexdigest().encode(), bcrypt.gensalt(4))
        .decode()
        .replace("$2b$", "$2y$"),
    ],
    ids=["argon2id", "md5", "bcrypt"],
)
def test_a_new_password_takes_the_old_one_however_it_was_kept(api, session, ann, old_hash):
    ann.password_hash = old_hash

    wrong = edit(api.signed_in(ann), ann, password="new password", old_password="wrong horse")
    kept = ann.password_hash
    right = edit(api.signed_in(ann), ann, password="new password", old_password="correct horse")

    assert read_outcome(wrong) == (403, [WRONG_PASSWORD])
    assert kept == old_hash
    assert read_outcome(right) == (204, None)
    assert ann.password_hash.startswith("$argon2id$")
    assert check_password("new password", ann.password_hash)


def test_a_wrong_old_password_is_reported_before_other_errors(api, session, ann):
    reply = api.signed_in(ann).put(f"/v2.1/users/{ann.id}", json={"password": "x", "old_password": "wrong"})

    assert read_outcome(reply) == (403, [WRONG_PASSWORD])


def test_an_account_without_a_password_gets_none_by_this_way(api, session, ann):
    ann.password_hash = None

    reply = edit(api.signed_in(ann), ann, password="new password", old_password="anything")

    assert read_outcome(reply) == (403, [WRONG_PASSWORD])
    assert ann.password_hash is None


def test_an_admin_edits_anybody_but_needs_that_persons_old_password(api, session, ann):
    admin = make_user(session, is_admin=True, password_hash=hash_password("of the admin"))

    name = edit(api.signed_in(admin), ann, full_name="Ann Birch")
    own = edit(api.signed_in(admin), ann, password="new password", old_password="of the admin")
    theirs = edit(api.signed_in(admin), ann, full_name="Ann Ash", password="new password", old_password="correct horse")

    assert read_outcome(name) == (204, None)
    assert read_outcome(own) == (403, [WRONG_PASSWORD])
    assert read_outcome(theirs) == (204, None)
    assert check_password("new password", ann.password_hash)


def test_rights_are_not_edited_here(api, session, ann):
    before = read_row(session, ann)
    rights = {"admin": 1, "is_admin": True, "trusted": True, "is_trusted": True, "verified": 0, "active": 0, "id": 99}

    reply = edit(api.signed_in(ann), ann, **rights)

    assert read_outcome(reply) == (204, None)
    assert read_row(session, ann) == before


@pytest.mark.parametrize("address", ["/v2.1/users/4711", "/v2.1/users/0", "/v2.1/users/ann", "/v2.1/users/99999999999"])
def test_a_missing_user_cannot_be_edited(api, session, ann, address):
    admin = make_user(session, is_admin=True)
    body = {"full_name": "x", "email": "x@example.org"}

    as_admin = api.signed_in(admin).put(address, json=body)
    as_ann = api.signed_in(ann).put(address, json=body)

    assert read_outcome(as_admin) == (404, ["User not found"])
    assert read_outcome(as_ann) == (400, [UPDATE_REFUSED])


def test_reset_tokens_and_a_requested_address_lapse_with_the_password(api, session, ann):
    other = make_user(session)
    session.add_all([PasswordReset(user_id=user.id, token_hash=user.username, created_at=NOW) for user in (ann, other)])
    edit(api.signed_in(ann), ann, full_name="Ann Birch", email="new@example.org")
    before = session.scalars(select(PasswordReset.user_id).order_by(PasswordReset.id)).all()

    edit(api.signed_in(ann), ann, password="new password", old_password="correct horse")

    assert before == [ann.id, other.id]
    assert session.scalars(select(PasswordReset.user_id)).all() == [other.id]
    assert newest(session, EmailChange) is None


def test_tokens_stay_valid_after_a_new_password(api, session, ann):
    caller = api.signed_in(ann)

    edit(caller, ann, password="new password", old_password="correct horse")

    assert caller.get("/v2.1").json["meta"] == {"user_uri": f"http://localhost/v2.1/users/{ann.id}"}


def test_a_new_name_is_shown_by_the_events_and_talks_of_its_bearer(api, session, ann):
    event = make_event(session, host=ann)
    talk = make_talk(session, event, speakers=[ann])
    for _ in range(2):
        api.get(f"/v2.1/events/{event.id}?verbose=yes")

    edit(api.signed_in(ann), ann, full_name="Ann Birch")
    shown_event = api.get(f"/v2.1/events/{event.id}?verbose=yes").json["events"][0]
    shown_talk = api.get(f"/v2.1/talks/{talk.id}").json["talks"][0]

    assert [host["host_name"] for host in shown_event["hosts"]] == ["Ann Birch"]
    assert [speaker["speaker_name"] for speaker in shown_talk["speakers"]] == ["Ann Birch"]


def test_only_a_new_name_moves_versions_and_only_of_what_shows_it(api, session, ann):
    hosted, other = make_event(session, host=ann), make_event(session)
    spoken, unspoken = make_talk(session, other, speakers=[ann]), make_talk(session, hosted)

    def versions():
        session.expire_all()
        return (
            [session.get(Event, event.id).version for event in (hosted, other)],
            [session.get(Talk, talk.id).version for talk in (spoken, unspoken)],
        )

    before = versions()
    edit(api.signed_in(ann), ann, biography="Knits more.", email="new@example.org")
    after_other_things = versions()
    edit(api.signed_in(ann), ann, full_name="Ann Birch", email="new@example.org")

    assert after_other_things == before
    assert versions() == ([before[0][0] + 1, before[0][1]], [before[1][0] + 1, before[1][1]])


def test_a_rename_costs_the_same_however_much_shows_the_name(api, session, ann, count_statements):
    many = make_user(session)
    for person, number in ((ann, 1), (many, 3)):
        for _ in range(number):
            make_talk(session, make_event(session, host=person), speakers=[person])
    callers = [(api.signed_in(person), person.id, person.email) for person in (ann, many)]

    counts = []
    for caller, id_, email in callers:
        with count_statements() as seen:
            reply = caller.put(f"/v2.1/users/{id_}", json={"full_name": "New", "email": email})
        counts.append((reply.status_code, len(seen)))

    assert counts[0] == counts[1]
    assert counts[0][0] == 204


@pytest.fixture
def ask(app):
    """Return a function for a thread that sends a request without the session of the test."""

    def asking(method, path, token, body=None):
        headers = {"Authorization": f"Bearer {token}"}
        return lambda: app.test_client().open(f"/v2.1{path}", method=method, json=body, headers=headers)

    return asking


@pytest.fixture
def token_for(session):
    client = make_client(session)

    def making(user):
        token = f"token of {user.id}".replace(" ", "-")
        session.add(
            AccessToken(
                token_hash=hash_token(token), user_id=user.id, client_id=client.id, created_at=NOW, last_used_at=NOW
            )
        )
        return token

    return making


def test_of_concurrent_changes_to_the_same_username_one_succeeds(session, ask, token_for):
    users = [make_user(session) for _ in range(CONCURRENT_REQUESTS)]
    wanted = ["New", "new", "NEW", "néw"]
    bodies = [
        {"full_name": "x", "email": user.email, "username": wanted[number % len(wanted)]}
        for number, user in enumerate(users)
    ]
    requests = [ask("PUT", f"/users/{user.id}", token_for(user), body) for user, body in zip(users, bodies)]

    replies = run_concurrently(session, requests)

    assert count_outcomes(replies) == {(204,): 1, (400, USERNAME_TAKEN): CONCURRENT_REQUESTS - 1}
    assert session.scalar(select(func.count()).where(User.username_key == "new")) == 1


def test_two_new_passwords_at_once_do_not_both_replace_the_old_one(session, ask, token_for, ann):
    token = token_for(ann)
    body = {"full_name": "Ann", "email": "ann@example.org", "old_password": "correct horse"}
    requests = [
        ask("PUT", f"/users/{ann.id}", token, body | {"password": f"staple {n} horse"})
        for n in range(CONCURRENT_REQUESTS)
    ]

    replies = run_concurrently(session, requests)

    (winner,) = [number for number, reply in enumerate(replies) if reply.status_code == 204]
    assert count_outcomes(replies) == {(204,): 1, (403, WRONG_PASSWORD): CONCURRENT_REQUESTS - 1}
    assert check_password(f"staple {winner} horse", ann.password_hash)


@pytest.mark.parametrize("state", [True, False])
def test_an_admin_grants_and_revokes_trust(api, session, ann, state):
    admin = make_user(session, is_admin=True)
    ann.is_trusted = not state

    reply = api.signed_in(admin).post(f"/v2.1/users/{ann.id}/trusted", json={"trusted": state})

    assert read_outcome(reply) == (204, None)
    assert ann.is_trusted is state


@pytest.mark.parametrize("body", [{}, *({"trusted": value} for value in (1, 0, "true", "false", "", None, [], {}))])
def test_trust_takes_a_plain_yes_or_no(api, session, ann, body):
    admin = make_user(session, is_admin=True)

    reply = api.signed_in(admin).post(f"/v2.1/users/{ann.id}/trusted", json=body)

    assert read_outcome(reply) == (400, [NO_STATE])
    assert ann.is_trusted is False


def test_only_admins_trust(api, session, ann):
    inactive = make_user(session, is_admin=True, is_active=False)
    callers = (api, api.signed_in(ann), api.signed_in(inactive))

    replies = [caller.post(f"/v2.1/users/{ann.id}/trusted", json={"trusted": True}) for caller in callers]

    assert [read_outcome(reply) for reply in replies] == [(401, [TO_EDIT]), (403, [NO_TRUST]), (401, [TO_EDIT])]
    assert ann.is_trusted is False


@pytest.mark.parametrize("id_", ["4711", "0", "ann"])
def test_a_missing_user_cannot_be_trusted(api, session, id_):
    admin = make_user(session, is_admin=True)

    reply = api.signed_in(admin).post(f"/v2.1/users/{id_}/trusted", json={"trusted": True})

    assert read_outcome(reply) == (404, ["User not found"])
