"""Migrations, with rows in the way."""

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from joindin.extensions import db
from joindin.models import AccessToken, Client
from joindin.security.scopes import ALL_SCOPES
from joindin.security.tokens import hash_token
from tests.factories import NOW, make_client, make_user


@pytest.fixture
def at_revision(app, session):
    """Take the database down to a revision; it is brought up again at the end, whatever happened."""

    def go(revision):
        session.commit()
        session.remove()
        downgrade(revision=revision)

    yield go
    upgrade()


def test_old_tokens_are_good_for_everything_and_new_kinds_are_dropped_on_the_way_down(session, at_revision):
    user, client = make_user(session), make_client(session)
    old = AccessToken(token_hash=hash_token("old"), user_id=user.id, client_id=client.id, created_at=NOW)
    narrow = AccessToken(token_hash=hash_token("narrow"), user_id=user.id, scopes="ME_READ", created_at=NOW)
    service = AccessToken(token_hash=hash_token("service"), client_id=client.id, created_at=NOW)
    session.add_all([old, narrow, service])
    session.flush()
    ids = old.id, client.id

    at_revision("0006")
    with db.engine.connect() as connection:
        below = connection.execute(text("SELECT id, user_id, token_hash FROM access_tokens")).all()
    upgrade()

    token = session.query(AccessToken).one()
    assert [tuple(row) for row in below] == [(ids[0], user.id, hash_token("old"))]
    assert (token.id, token.client_id, token.scopes, token.created_at) == (*ids, ALL_SCOPES, NOW)
    kept = session.get(Client, ids[1])
    assert (kept.scopes, kept.redirect_uris, kept.needs_pkce, kept.is_public) == (ALL_SCOPES, [], True, False)
