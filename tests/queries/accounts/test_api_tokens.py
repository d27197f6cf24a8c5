"""Access tokens: authentication and lists."""

import datetime as dt
import os

import pytest

from joindin.errors import NotFound
from joindin.models import GANCIO, OAUTH2, PASSWORD, PERSONAL, AccessToken
from joindin.queries.accounts.api_tokens import (
    find_personal_token,
    get_valid_token,
    list_gancio_tokens,
    list_personal_tokens,
    list_sign_ins,
    list_valid_personal_tokens,
)
from joindin.queries.paging import Paging
from joindin.security.tokens import hash_token
from tests.factories import NOW, make_client, make_user

SECOND = dt.timedelta(seconds=1)


def make_access_token(session, user=None, client=None, **fields):
    token = AccessToken(
        token_hash=hash_token("secret"),
        user_id=user.id if user else None,
        client_id=client.id if client else None,
        **{"created_at": NOW, **fields},
    )
    session.add(token)
    session.flush()
    return token


def test_a_token_tells_in_one_statement_whom_it_speaks_for_and_through_what(session, count_statements):
    user, client = make_user(session, "ada", is_trusted=True), make_client(session, name="Schedule", is_trusted=False)
    token = make_access_token(session, user, client, kind="oauth2", scopes="ME_READ PUBLIC_READ", last_used_at=NOW)

    with count_statements() as seen:
        shown = get_valid_token(session, "secret", NOW)

    assert len(seen) == 1
    assert (shown.id, shown.kind, shown.scopes) == (token.id, "oauth2", {"ME_READ", "PUBLIC_READ"})
    assert shown.last_used_at == NOW
    assert (shown.client_id, shown.client_name, shown.client_is_trusted) == (client.id, "Schedule", False)
    assert shown.user._asdict() == {
        "id": user.id,
        "username": "ada",
        "full_name": "Ada",
        "email": "ada@example.org",
        "is_active": True,
        "is_admin": False,
        "is_editor": False,
        "is_trusted": True,
    }


def test_a_token_may_be_nobodys_and_of_no_application(session):
    make_access_token(session, scopes="PUBLIC_READ")

    shown = get_valid_token(session, "secret", NOW)

    assert (shown.user, shown.client_id, shown.client_is_trusted) == (None, None, False)


@pytest.mark.parametrize(
    ("fields", "is_alive"),
    [
        ({"expires_at": None}, True),
        ({"expires_at": NOW + SECOND}, True),
        ({"expires_at": NOW}, False),
        ({"revoked_at": NOW}, False),
    ],
)
def test_a_token_ends_when_it_lapses_or_is_revoked(session, fields, is_alive):
    make_access_token(session, make_user(session), **fields)

    assert (get_valid_token(session, "secret", NOW) is not None) is is_alive


def test_a_token_of_somebody_who_was_deactivated_is_none(session):
    user = make_user(session, is_admin=True)
    make_access_token(session, user)
    assert get_valid_token(session, "secret", NOW) is not None

    user.is_active = False
    session.flush()

    assert get_valid_token(session, "secret", NOW) is None


LISTS = {
    "personal": (PERSONAL, lambda session, user: list_personal_tokens(session, user.id)),
    "valid personal": (
        PERSONAL,
        lambda session, user: list_valid_personal_tokens(session, user.id, Paging(), NOW).items,
    ),
    "sign-ins": (PASSWORD, lambda session, user: list_sign_ins(session, user.id, NOW)),
    "gancio": (GANCIO, lambda session, user: list_gancio_tokens(session, user.id, NOW)),
}


def add_token(session, user, **fields):
    token = AccessToken(token_hash=os.urandom(8).hex(), user_id=user.id, created_at=NOW, **fields)
    session.add(token)
    session.flush()
    return token


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_tokens_holds_those_of_one_kind_and_user_newest_first(session, name):
    kind, list_tokens = LISTS[name]
    ann = make_user(session)
    tokens = [add_token(session, ann, kind=kind) for _ in range(2)]
    for other_kind in {PERSONAL, PASSWORD, GANCIO, OAUTH2} - {kind}:
        add_token(session, ann, kind=other_kind)
    add_token(session, make_user(session), kind=kind)

    assert [token.id for token in list_tokens(session, ann)] == [tokens[1].id, tokens[0].id]


@pytest.mark.parametrize("name", [name for name in LISTS if name != "personal"])
def test_a_list_of_valid_tokens_has_no_revoked_and_no_expired_ones(session, name):
    kind, list_tokens = LISTS[name]
    ann = make_user(session)
    add_token(session, ann, kind=kind, revoked_at=NOW)
    add_token(session, ann, kind=kind, expires_at=NOW)
    valid = add_token(session, ann, kind=kind, expires_at=NOW + SECOND)

    assert [token.id for token in list_tokens(session, ann)] == [valid.id]


def test_a_personal_token_is_found_by_its_owner_only_and_tokens_of_other_kinds_are_not(session):
    ann = make_user(session)
    token, sign_in = add_token(session, ann, kind=PERSONAL), add_token(session, ann, kind=PASSWORD)

    assert find_personal_token(session, ann.id, token.id, NOW) is token
    for user_id, token_id in ((make_user(session).id, token.id), (ann.id, sign_in.id)):
        with pytest.raises(NotFound):
            find_personal_token(session, user_id, token_id, NOW)
