"""OAuth grants: codes, consents and their revocation."""

import datetime as dt

import pytest

from joindin.models import OAUTH2, AccessToken, Consent, Grant
from joindin.operations.accounts.api_tokens import revoke_token
from joindin.operations.accounts.oauth_grants import (
    create_grant,
    redeem_code,
    revoke_consent,
    revoke_grant,
    store_code,
    store_consent,
    store_tokens,
)
from tests.factories import NOW, make_client, make_user


@pytest.fixture
def client(session):
    return make_client(session)


def issue_code(session, user, client, code="code"):
    store_code(
        session,
        code,
        user_id=user.id,
        client_id=client.id,
        kind=OAUTH2,
        scopes="ME_READ",
        redirect_uri=None,
        code_challenge=None,
        lifetime=dt.timedelta(minutes=1),
        now=NOW,
    )


def issue_tokens(session, user, client):
    """Return a new grant with an access token and a refresh token."""
    grant = create_grant(session, user_id=user.id, client_id=client.id, kind=OAUTH2, scopes="ME_READ", now=NOW)
    store_tokens(
        session,
        kind=OAUTH2,
        scopes="ME_READ",
        client_id=client.id,
        user_id=user.id,
        grant_id=grant.id,
        access_token=f"access {grant.id}",
        access_expires_at=None,
        refresh_token=f"refresh {grant.id}",
        refresh_expires_at=None,
        now=NOW,
    )
    return grant


def test_a_code_is_redeemed_once_and_a_second_use_revokes_the_grant(session, client):
    issue_code(session, make_user(session), client)

    grant = redeem_code(session, "code", client_id=client.id, kind=OAUTH2, now=NOW)

    assert grant is not None
    assert redeem_code(session, "code", client_id=client.id, kind=OAUTH2, now=NOW) is None
    assert grant.revoked_at == NOW


def test_a_code_of_a_revoked_grant_is_not_redeemed(session, client):
    ann = make_user(session)
    issue_code(session, ann, client)
    revoke_consent(session, user_id=ann.id, client_id=client.id, now=NOW)

    assert redeem_code(session, "code", client_id=client.id, kind=OAUTH2, now=NOW) is None


@pytest.mark.parametrize(("seconds", "is_redeemed"), [(59, True), (60, False)])
def test_a_code_expires(session, client, seconds, is_redeemed):
    issue_code(session, make_user(session), client)

    grant = redeem_code(session, "code", client_id=client.id, kind=OAUTH2, now=NOW + dt.timedelta(seconds=seconds))

    assert (grant is not None) is is_redeemed


def test_a_code_of_another_client_is_not_redeemed(session, client):
    issue_code(session, make_user(session), client)

    assert redeem_code(session, "code", client_id=make_client(session).id, kind=OAUTH2, now=NOW) is None


def test_a_new_consent_is_added_to_the_earlier_ones(session, client):
    ann = make_user(session)
    for scopes in ({"ME_READ"}, {"PUBLIC_READ"}):
        store_consent(session, user_id=ann.id, client_id=client.id, scopes=scopes, now=NOW)

    consent = session.get_one(Consent, (ann.id, client.id), populate_existing=True)
    assert set(consent.scopes.split()) == {"ME_READ", "PUBLIC_READ"}


def test_revoking_a_consent_leaves_other_users_and_other_clients_alone(session, client):
    ann, bob, other_client = make_user(session), make_user(session), make_client(session)
    for user, each in ((ann, client), (bob, client), (ann, other_client)):
        issue_tokens(session, user, each)
        store_consent(session, user_id=user.id, client_id=each.id, scopes={"ME_READ"}, now=NOW)

    revoke_consent(session, user_id=ann.id, client_id=client.id, now=NOW)

    grants = session.query(Grant).populate_existing().order_by(Grant.id)
    assert [grant.revoked_at is not None for grant in grants] == [True, False, False]
    tokens = session.query(AccessToken).populate_existing().order_by(AccessToken.id)
    assert [token.revoked_at is not None for token in tokens] == [True, False, False]
    assert {(each.user_id, each.client_id) for each in session.query(Consent)} == {
        (bob.id, client.id),
        (ann.id, other_client.id),
    }


def test_revoking_a_token_revokes_its_grant(session, client):
    ann = make_user(session)
    grant = issue_tokens(session, ann, client)
    other_grant = issue_tokens(session, ann, client)
    token = session.query(AccessToken).filter_by(grant_id=grant.id).one()

    revoke_token(session, token, actor=ann, now=NOW)

    session.expire_all()
    assert (grant.revoked_at, other_grant.revoked_at) == (NOW, None)


def test_revoking_a_grant_twice_keeps_the_first_time(session, client):
    grant = issue_tokens(session, make_user(session), client)
    revoke_grant(session, grant, now=NOW)

    revoke_grant(session, grant, now=NOW + dt.timedelta(hours=1))

    assert grant.revoked_at == NOW
