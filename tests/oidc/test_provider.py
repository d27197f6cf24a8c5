"""Verification of identities: discovery, code flow and ID token, against a real provider on loopback."""

import base64
import hmac
import json
import secrets
import time
import urllib.error
import urllib.request
from threading import Event, Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import request

from joindin.oidc import Identity, Provider, ProviderFailed
from joindin.utils.http_client import Deadline
from tests.oidc.fake_provider import CLIENT_ID, CLIENT_SECRET, KEY, OTHER_KEY, FakeProvider
from tests.services import TIMEOUT_S

DISCOVERY = "/.well-known/openid-configuration"
REDIRECT_URI = "http://here.example/accounts/external/callback/"
EMILY = {"email": "emily@example.org", "email_verified": True, "name": "Emily Elm", "preferred_username": "emily"}


@pytest.fixture
def fake_provider():
    with FakeProvider(REDIRECT_URI) as fake_provider:
        fake_provider.sign_in("emily-1", **EMILY)
        yield fake_provider


def make_provider(fake_provider, **fields):
    return Provider(
        **{
            "issuer": fake_provider.issuer,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "scope": "openid email profile",
            "allow_private": True,
            **fields,
        }
    )


@pytest.fixture
def provider(fake_provider):
    return make_provider(fake_provider)


class SignIn:
    """One sign-in: the redirect to the provider and back, as a browser follows it."""

    def __init__(self, provider, **options):
        self.secrets = {"nonce": secrets.token_urlsafe(), "code_verifier": secrets.token_urlsafe(48)}
        self.provider = provider
        self.authorization_url = provider.authorization_url(
            redirect_uri=REDIRECT_URI, state="the-state", **self.secrets, **options
        )
        self.query = parse_qs(urlsplit(self.authorization_url).query)

    def follow(self):
        opener = urllib.request.build_opener(_NoRedirects)
        try:
            opener.open(self.authorization_url, timeout=10)
        except urllib.error.HTTPError as reply:
            self.response = parse_qs(urlsplit(reply.headers["Location"]).query)
        return self

    def identify(self, **other):
        arguments = {"code": self.response["code"][0], "redirect_uri": REDIRECT_URI, **self.secrets, **other}
        return self.provider.identify(arguments.pop("code"), **arguments)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def test_user_of_the_provider_is_identified(fake_provider, provider):
    sign_in = SignIn(provider).follow()
    identity = sign_in.identify()

    assert sign_in.query | {"nonce": 0, "code_challenge": 0} == {
        "response_type": ["code"],
        "client_id": [CLIENT_ID],
        "redirect_uri": [REDIRECT_URI],
        "scope": ["openid email profile"],
        "state": ["the-state"],
        "nonce": 0,
        "code_challenge": 0,
        "code_challenge_method": ["S256"],
    }
    assert sign_in.response["state"] == ["the-state"]
    assert (identity.authenticated_at - time.time()) < 5
    assert identity == Identity(
        fake_provider.issuer,
        "emily-1",
        "emily@example.org",
        "emily",
        "Emily Elm",
        authenticated_at=identity.authenticated_at,
    )


def test_forced_login_is_requested_from_the_provider(provider):
    sign_in = SignIn(provider, force_login=True)

    assert (sign_in.query["prompt"], sign_in.query["max_age"]) == (["login"], ["0"])


@pytest.mark.parametrize("email_verified", [False, "true", 1, None])
def test_unverified_email_is_ignored(fake_provider, provider, email_verified):
    fake_provider.claims = {"email_verified": email_verified}

    assert SignIn(provider).follow().identify().email is None


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"aud": "another-user"}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": ["joindin-here", "another"]}, "azp"),
        ({"azp": "another"}, "azp"),
        ({"iss": "https://other.example"}, "iss"),
        ({"iss": None}, "iss"),
        ({"exp": int(time.time()) - 3600}, "exp"),
        ({"exp": None}, "exp"),
        ({"exp": "tomorrow"}, "exp"),
        ({"iat": int(time.time()) + 3600}, "in the future"),
        ({"nbf": int(time.time()) + 3600}, "not yet"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "subject of the ID token"),
        ({"sub": 7}, "sub"),
        ({"sub": "x" * 256}, "subject of the ID token"),
        ({"sub": "a\nb"}, "subject of the ID token"),
        ({"at_hash": "bm90IHRoaXMgdG9rZW4"}, "at_hash"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else value,
)
def test_id_token_for_another_sign_in_is_rejected(fake_provider, provider, claims, message):
    fake_provider.claims = claims

    with pytest.raises(ProviderFailed, match=message):
        SignIn(provider).follow().identify()


def test_signature_of_another_key_with_the_same_id_is_rejected(fake_provider, provider):
    fake_provider.key = type(OTHER_KEY).import_key(OTHER_KEY.as_dict(private=True) | {"kid": KEY.kid})

    with pytest.raises(ProviderFailed, match="BadSignature"):
        SignIn(provider).follow().identify()


def test_unpublished_key_is_rejected(fake_provider, provider):
    fake_provider.key = OTHER_KEY

    with pytest.raises(ProviderFailed, match="InvalidKeyId"):
        SignIn(provider).follow().identify()


@pytest.mark.parametrize("key", [CLIENT_SECRET.encode(), KEY.as_pem(private=False)], ids=["secret", "public key"])
def test_symmetric_signature_is_rejected(fake_provider, provider, key):
    fake_provider.metadata_overrides = {"id_token_signing_alg_values_supported": ["RS256", "HS256", "none"]}
    fake_provider.make_id_token = lambda claims: signed_with_hmac(claims, key)

    with pytest.raises(ProviderFailed, match="Algorithm of 'HS256' is not allowed"):
        SignIn(provider).follow().identify()


def test_unsigned_token_is_rejected(fake_provider, provider):
    fake_provider.metadata_overrides = {"id_token_signing_alg_values_supported": ["none", "RS256"]}
    fake_provider.make_id_token = lambda claims: f"{to_base64({'alg': 'none'})}.{to_base64(claims)}."

    with pytest.raises(ProviderFailed, match="Algorithm of 'none' is not allowed"):
        SignIn(provider).follow().identify()


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "a.b", 7, None])
def test_malformed_token_is_rejected(fake_provider, provider, token):
    fake_provider.make_id_token = lambda _claims: token

    with pytest.raises(ProviderFailed):
        SignIn(provider).follow().identify()


def signed_with_hmac(claims, key):
    """Sign with HMAC, where the key that verifies a signature can also create it."""
    signed = f"{to_base64({'alg': 'HS256', 'kid': KEY.kid})}.{to_base64(claims)}"
    return f"{signed}.{base64.urlsafe_b64encode(hmac.digest(key, signed.encode(), 'sha256')).rstrip(b'=').decode()}"


def to_base64(part):
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def test_code_works_once_and_only_with_its_own_secrets(provider):
    sign_in = SignIn(provider).follow()
    other = SignIn(provider)

    with pytest.raises(ProviderFailed, match="invalid_grant"):
        sign_in.identify(code_verifier=other.secrets["code_verifier"])
    with pytest.raises(ProviderFailed, match="nonce"):
        SignIn(provider).follow().identify(nonce=other.secrets["nonce"])
    used = SignIn(provider).follow()
    used.identify()
    with pytest.raises(ProviderFailed, match="invalid_grant"):
        used.identify()


def test_wrong_client_secret_is_rejected_by_the_provider(fake_provider):
    with pytest.raises(ProviderFailed, match="invalid_client"):
        SignIn(make_provider(fake_provider, client_secret="a wrong one")).follow().identify()


def test_keys_are_fetched_again_for_an_unknown_key_but_not_for_every_forgery(fake_provider, provider, monkeypatch):
    SignIn(provider).follow().identify()
    fake_provider.key, fake_provider.keys = OTHER_KEY, [KEY, OTHER_KEY]

    with pytest.raises(ProviderFailed, match="InvalidKeyId"):
        SignIn(provider).follow().identify()
    assert fake_provider.request_counts["keys"] == 1
    monkeypatch.setattr("joindin.oidc.provider.KEY_REFRESH_INTERVAL_S", 0)
    identity = SignIn(provider).follow().identify()

    assert (identity.subject, fake_provider.request_counts["keys"], fake_provider.request_counts["discovery"]) == (
        "emily-1",
        2,
        1,
    )


def test_missing_claims_are_read_from_userinfo(fake_provider, provider):
    fake_provider.user.claims = {}
    fake_provider.userinfo_claims = EMILY

    identity = SignIn(provider).follow().identify()

    assert (identity.subject, identity.email, identity.full_name) == ("emily-1", "emily@example.org", "Emily Elm")


def test_userinfo_of_another_user_is_ignored(fake_provider, provider):
    fake_provider.user.claims = {}
    fake_provider.userinfo_claims = {**EMILY, "sub": "another-user"}

    identity = SignIn(provider).follow().identify()

    assert (identity.subject, identity.email, fake_provider.request_counts["userinfo"]) == ("emily-1", None, 1)


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"issuer": "https://other.example"}, "names another issuer"),
        ({"authorization_endpoint": None}, "authorization_endpoint"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "authorization_endpoint"),
    ],
)
def test_invalid_discovery_document_is_rejected(fake_provider, provider, metadata, message):
    fake_provider.metadata_overrides = metadata

    with pytest.raises(ProviderFailed, match=message):
        SignIn(provider)


def test_provider_in_a_private_network_needs_a_setting(fake_provider):
    with pytest.raises(ProviderFailed, match="does not use TLS"):
        SignIn(make_provider(fake_provider, allow_private=False))
    with pytest.raises(ProviderFailed, match="not on the public internet"):
        SignIn(make_provider(fake_provider, issuer="https://127.0.0.1:1", allow_private=False))
    assert fake_provider.request_counts.total() == 0


def test_response_of_another_issuer_is_detected(fake_provider, provider):
    mismatches = [
        provider.has_issuer_mismatch(issuer) for issuer in (fake_provider.issuer, "https://other.example", None)
    ]
    fake_provider.sends_issuer = False
    without_iss = make_provider(fake_provider)

    assert mismatches == [False, True, True]
    assert [without_iss.has_issuer_mismatch(issuer) for issuer in (None, "https://other.example")] == [False, True]


@pytest.mark.parametrize("path", [DISCOVERY, "/token", "/keys"])
def test_slow_provider_is_given_up_at_the_deadline(fake_provider, provider, path):
    sign_in = SignIn(provider).follow()
    sign_in.provider = make_provider(fake_provider)
    fake_provider.delays[path] = 60

    started_at = time.monotonic()
    with pytest.raises(ProviderFailed, match="it took too long"):
        sign_in.identify(deadline=Deadline(0.3))

    assert time.monotonic() - started_at < 30


def test_requests_of_one_sign_in_share_the_deadline(fake_provider, provider):
    sign_in = SignIn(provider).follow()
    sign_in.provider = make_provider(fake_provider)
    fake_provider.delays = dict.fromkeys([DISCOVERY, "/token", "/keys"], 0.4)

    with pytest.raises(ProviderFailed, match="it took too long"):
        sign_in.identify(deadline=Deadline(0.7))


def test_slow_userinfo_leaves_the_identity_of_the_id_token(fake_provider, provider):
    class ShortAfterTheKeys(Deadline):
        def remaining_s(self):
            return 0.3 if fake_provider.received["/keys"] else super().remaining_s()

    sign_in = SignIn(provider).follow()
    fake_provider.user.claims, fake_provider.userinfo_claims = {}, EMILY
    fake_provider.delays["/userinfo"] = 60

    identity = sign_in.identify(deadline=ShortAfterTheKeys(TIMEOUT_S))

    assert (identity.subject, identity.email) == ("emily-1", None)


@pytest.mark.parametrize("path", [DISCOVERY, "/keys"])
def test_slow_response_to_one_sign_in_does_not_delay_others(fake_provider, provider, path):
    first, second = SignIn(provider).follow(), SignIn(provider).follow()
    first.provider = second.provider = make_provider(fake_provider)
    received, released = Event(), Event()

    def hold():
        if request.path == path:
            received.set()
            released.wait(TIMEOUT_S)

    fake_provider.on_request = hold
    slow = Thread(target=first.identify, kwargs={"deadline": Deadline(TIMEOUT_S)})
    slow.start()
    assert received.wait(TIMEOUT_S)
    fake_provider.on_request = None

    identity = second.identify(deadline=Deadline(TIMEOUT_S))
    first_is_waiting = slow.is_alive()
    released.set()
    slow.join()

    assert (identity.subject, first_is_waiting) == ("emily-1", True)
