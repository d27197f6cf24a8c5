"""Secrets of applications that were imported with a slow hash."""

from argon2 import PasswordHasher

from tests.factories import make_client


def test_an_imported_secret_is_stored_as_usual_once_it_was_used(app, session):
    slow_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("the secret")
    client = make_client(session, "roster", secret_hash=None, imported_secret_hash=slow_hash)
    session.commit()

    def revoke(secret):
        data = {"token": "x", "client_id": "roster", "client_secret": secret}
        reply = app.test_client().post("/api/oauth/revoke_token/", data=data)
        session.expire_all()
        return reply.status_code

    assert (revoke("wrong"), client.secret_hash) == (401, None)
    assert revoke("the secret") == 200
    assert (client.imported_secret_hash, len(client.secret_hash)) == (None, 64)
    assert (revoke("wrong"), revoke("the secret")) == (401, 200)
