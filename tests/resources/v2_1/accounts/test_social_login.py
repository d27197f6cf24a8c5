"""Sign-in with Twitter and Facebook (spec 13), which the server does not implement."""

import pytest

from tests.factories import make_client

TWITTER = ("/v2.1/twitter/request_token", "/v2.1/twitter/token", "/v2.1/twitter/token/")
FACEBOOK = ("/v2.1/facebook/token", "/v2.1/facebook/token/")
RIGHT = {"client_id": "web2", "client_secret": "web2secret", "token": "t", "verifier": "v", "code": "c"}
WRONG = [{}, RIGHT | {"client_secret": "x"}, RIGHT | {"client_id": "x"}, {"client_id": "third", "client_secret": "s"}]


@pytest.fixture(autouse=True)
def clients(session):
    make_client(session, "web2", "web2secret")
    make_client(session, "third", "s", is_trusted=False)


@pytest.mark.parametrize("path", TWITTER)
def test_login_with_twitter_is_not_available(api, path):
    reply = api.post(path, json=RIGHT)

    assert (reply.status_code, reply.json) == (501, ["Cannot login via Twitter"])


@pytest.mark.parametrize("path", TWITTER)
@pytest.mark.parametrize("body", WRONG)
def test_twitter_wants_a_trusted_client_first(api, path, body):
    reply = api.post(path, json=body)

    assert (reply.status_code, reply.json) == (403, ["This client cannot perform this action"])


@pytest.mark.parametrize("path", FACEBOOK)
@pytest.mark.parametrize("body", [RIGHT, *WRONG])
def test_login_with_facebook_is_not_available_to_any_client(api, path, body):
    reply = api.post(path, json=body)

    assert (reply.status_code, reply.json) == (501, ["Cannot login via Facebook"])


@pytest.mark.parametrize("value", [["x"], {"a": 1}, True])
def test_credentials_that_are_no_text_are_refused(api, value):
    reply = api.post("/v2.1/twitter/token", json=RIGHT | {"client_id": value})

    assert (reply.status_code, reply.json) == (400, ["Expected parameter client_id is not a readable string"])


@pytest.mark.parametrize("path", [*TWITTER, *FACEBOOK])
def test_there_is_nothing_to_read(api, path):
    replies = [api.request(method, path) for method in ("GET", "PUT", "DELETE")]

    assert [(reply.status_code, reply.json) for reply in replies] == [(405, ["Method not supported"])] * 3
