"""Share codes of hosts, and the applications for them."""

import base64
import json

import pytest
from sqlalchemy import select

from joindin.errors import InvalidInput, NotFound
from joindin.federation.addresses import Invitation, encode_invitation
from joindin.federation.answers import Membership
from joindin.models import Client
from joindin.models.crew import FederationHost
from joindin.operations.crew.federation.hosts import join_host, read_share_code, remove_host
from joindin.security.tokens import hash_token
from tests.factories import NOW, make_user

SITE, HOST = "https://guest.example", "https://host.example"
KEY = {"site": SITE, "secret_key": "of the tests"}
CODE = "ab" * 32


def share_code(guest_url=SITE, code=CODE, host_url=HOST):
    return encode_invitation(Invitation(guest_url, code, host_url))


def to_base64(value):
    return base64.b64encode(json.dumps(value).encode()).decode()


def test_a_share_code_is_the_json_of_the_contract():
    text = f'{{"guest_url": "{SITE}", "code": "{CODE}", "host_url": "{HOST}"}}'

    assert base64.b64decode(share_code()).decode() == text


def test_the_same_code_yields_the_same_application_and_another_key_another():
    first, second = read_share_code(share_code(), **KEY), read_share_code(f" {share_code()}\n", **KEY)
    other = read_share_code(share_code(), site=SITE, secret_key="another")

    assert first == second
    assert first.redirect_uri == f"{HOST}/api/federation/oauth-callback/"
    assert {len(first.client_id), len(first.client_secret)} == {40, 64}
    assert first.client_id != other.client_id


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (share_code(guest_url="https://else.example"), "This invite code is not issued for this instance."),
        (share_code(guest_url=f"{SITE}/"), "This invite code is not issued for this instance."),
        (share_code(host_url="https://host.example/below"), "Invalid code"),
        (share_code(host_url="javascript:x"), "Invalid code"),
        (share_code(code=""), "Invalid code"),
        (to_base64({"guest_url": SITE, "code": 7, "host_url": HOST}), "Invalid code"),
        (to_base64({"guest_url": SITE, "host_url": HOST}), "Invalid code"),
        (to_base64([SITE]), "Invalid code"),
        (to_base64(7), "Invalid code"),
        (base64.b64encode(b"[" * 2900).decode(), "Invalid code"),
        ("%%%", "Invalid code"),
        ("ü", "Invalid code"),
        ("", "Invalid code"),
        ("A" * 100_000, "Invalid code"),
    ],
)
def test_other_texts_are_no_share_codes(code, message):
    with pytest.raises(InvalidInput) as refused:
        read_share_code(code, **KEY)

    assert str(refused.value) == message


def test_joining_twice_stores_one_host_with_one_application(session):
    ada, request = make_user(session, "ada"), read_share_code(share_code(), **KEY)

    for token in ("first", "second"):
        join_host(session, request, Membership(token, "Host Org"), actor=ada, now=NOW)

    host, client = session.scalars(select(FederationHost)).one(), session.scalars(select(Client)).one()
    assert (host.name, host.url, host.client_id) == ("Host Org", HOST, client.id)
    assert host.credentials == {"access_token": "second"}
    assert (client.name, client.key, client.scopes) == ("Host Org", request.client_id, "ME_READ")
    assert client.secret_hash == hash_token(request.client_secret)
    assert client.redirect_uris == [request.redirect_uri]
    assert not client.is_public
    assert not client.is_first_party


def test_removing_a_host_deletes_its_application(session):
    ada, request = make_user(session, "ada"), read_share_code(share_code(), **KEY)
    host = join_host(session, request, Membership("token", ""), actor=ada, now=NOW)
    host_id = host.id
    assert host.name == HOST

    remove_host(session, host_id, actor=None)

    assert session.scalars(select(FederationHost)).all() == session.scalars(select(Client)).all() == []
    with pytest.raises(NotFound):
        remove_host(session, host_id, actor=ada)
