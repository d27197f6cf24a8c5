"""Whom a token speaks for."""

import datetime as dt

import pytest

from joindin.models import AccessToken
from joindin.queries.accounts.api_tokens import get_valid_token
from joindin.security.tokens import hash_token
from tests.factories import NOW, make_client, make_user

SECOND = dt.timedelta(seconds=1)


def give_token(session, user=None, client=None, **fields):
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
    token = give_token(session, user, client, kind="oauth2", scopes="ME_READ PUBLIC_READ", last_used_at=NOW)

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
    give_token(session, scopes="PUBLIC_READ")

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
    give_token(session, make_user(session), **fields)

    assert (get_valid_token(session, "secret", NOW) is not None) is is_alive


def test_a_token_of_somebody_who_was_deactivated_is_none(session):
    user = make_user(session, is_admin=True)
    give_token(session, user)
    assert get_valid_token(session, "secret", NOW) is not None

    user.is_active = False
    session.flush()

    assert get_valid_token(session, "secret", NOW) is None
