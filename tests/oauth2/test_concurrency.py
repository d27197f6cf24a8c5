"""Simultaneous requests with the same secret: one redeems a code, and a refresh token is renewed once for all."""

import contextvars
from collections import Counter

import time_machine

from joindin.models import AccessToken
from joindin.utils.datetimes import utc_now
from tests.concurrency import CONCURRENT_REQUESTS, run_concurrently
from tests.oauth2.flow import VERIFIER


def count_alive(session):
    return session.query(AccessToken).filter(AccessToken.revoked_at.is_(None)).count()


def send(app, form):
    """As from elsewhere, without the test's own session."""
    return contextvars.Context().run(app.test_client().post, "/api/oauth/token/", data=form)


def test_of_concurrent_uses_of_a_code_one_succeeds(app, flow, session):
    code = flow.code()
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": "http://127.0.0.1:9/cb", "code_verifier": VERIFIER,
        "client_id": flow.client.key, "client_secret": flow.secret,
    }  # fmt: skip

    replies = run_concurrently(session, [lambda: send(app, form)] * CONCURRENT_REQUESTS)

    assert Counter(reply.status_code for reply in replies) == {200: 1, 400: CONCURRENT_REQUESTS - 1}
    # It was shown twice, so the winner may have copied it.
    assert count_alive(session) == 0


def test_concurrent_uses_of_a_refresh_token_get_the_same_tokens(app, flow, session):
    given = flow.tokens()
    form = {
        "grant_type": "refresh_token", "refresh_token": given["refresh_token"],
        "client_id": flow.client.key, "client_secret": flow.secret,
    }  # fmt: skip

    # All of them within the grace period, also on a slow machine.
    with time_machine.travel(utc_now(), tick=False):
        replies = run_concurrently(session, [lambda: send(app, form)] * CONCURRENT_REQUESTS)

    assert {reply.status_code for reply in replies} == {200}
    assert len({(reply.json["access_token"], reply.json["refresh_token"]) for reply in replies}) == 1
    assert count_alive(session) == 1
    assert flow.is_valid(replies[0].json["access_token"])
