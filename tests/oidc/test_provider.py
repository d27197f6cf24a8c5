"""What is taken for somebody's identity, and what is not, with a real provider at the other end."""

import base64
import hmac
import json
import secrets
import time
import urllib.error
import urllib.request
from urllib.parse import parse_qs, urlsplit

import pytest

from joindin.oidc import Identity, Provider, ProviderFailed
from tests.oidc.fake_provider import CLIENT_ID, CLIENT_SECRET, KEY, OTHER_KEY, FakeProvider

HERE = "http://here.example/accounts/external/callback/"
EMILY = {"email": "emily@example.org", "email_verified": True, "name": "Emily Elm", "preferred_username": "emily"}


@pytest.fixture
def house():
    with FakeProvider(HERE) as house:
        house.sign_in("emily-1", **EMILY)
        yield house


def provider_of(house, **fields):
    return Provider(
        **{
            "issuer": house.issuer,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "scope": "openid email profile",
            "allow_private": True,
            **fields,
        }
    )


@pytest.fixture
def provider(house):
    return provider_of(house)


class Journey:
    """One person's way to the other house and back, as the browser goes it."""

    def __init__(self, provider, **options):
        self.secrets = {"nonce": secrets.token_urlsafe(), "code_verifier": secrets.token_urlsafe(48)}
        self.provider = provider
        self.authorization_url = provider.authorization_url(
            redirect_uri=HERE, state="the-state", **self.secrets, **options
        )
        self.query = parse_qs(urlsplit(self.authorization_url).query)

    def go(self):
        opener = urllib.request.build_opener(_Stay)
        try:
            opener.open(self.authorization_url, timeout=10)
        except urllib.error.HTTPError as reply:
            self.back = parse_qs(urlsplit(reply.headers["Location"]).query)
        return self

    def arrive(self, **other):
        given = {"code": self.back["code"][0], "redirect_uri": HERE, **self.secrets, **other}
        return self.provider.identify(given.pop("code"), **given)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def test_a_person_of_the_other_house_is_identified(house, provider):
    journey = Journey(provider).go()
    identity = journey.arrive()

    assert journey.query | {"nonce": 0, "code_challenge": 0} == {
        "response_type": ["code"],
        "client_id": [CLIENT_ID],
        "redirect_uri": [HERE],
        "scope": ["openid email profile"],
        "state": ["the-state"],
        "nonce": 0,
        "code_challenge": 0,
        "code_challenge_method": ["S256"],
    }
    assert journey.back["state"] == ["the-state"]
    assert (identity.authenticated_at - time.time()) < 5
    assert identity == Identity(
        house.issuer, "emily-1", "emily@example.org", "emily", "Emily Elm", authenticated_at=identity.authenticated_at
    )


def test_who_shall_show_it_anew_is_told_so_there(provider):
    journey = Journey(provider, force_login=True)

    assert (journey.query["prompt"], journey.query["max_age"]) == (["login"], ["0"])


@pytest.mark.parametrize("said", [False, "true", 1, None])
def test_an_address_that_the_provider_does_not_vouch_for_is_none(house, provider, said):
    house.claims = {"email_verified": said}

    assert Journey(provider).go().arrive().email is None


@pytest.mark.parametrize(
    ("claims", "complaint"),
    [
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"aud": "somebody-else"}, "aud"),
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
        ({"sub": ""}, "name for the person"),
        ({"sub": 7}, "sub"),
        ({"sub": "x" * 256}, "name for the person"),
        ({"sub": "a\nb"}, "name for the person"),
        ({"at_hash": "bm90IHRoaXMgdG9rZW4"}, "at_hash"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else value,
)
def test_an_id_token_that_is_not_about_this_sign_in_is_refused(house, provider, claims, complaint):
    house.claims = claims

    with pytest.raises(ProviderFailed, match=complaint):
        Journey(provider).go().arrive()


def test_a_signature_by_another_key_of_the_same_name_is_refused(house, provider):
    house.key = type(OTHER_KEY).import_key(OTHER_KEY.as_dict(private=True) | {"kid": KEY.kid})

    with pytest.raises(ProviderFailed, match="BadSignature"):
        Journey(provider).go().arrive()


def test_a_key_that_the_provider_does_not_show_is_refused(house, provider):
    house.key = OTHER_KEY

    with pytest.raises(ProviderFailed, match="InvalidKeyId"):
        Journey(provider).go().arrive()


@pytest.mark.parametrize("key", [CLIENT_SECRET.encode(), KEY.as_pem(private=False)], ids=["secret", "public key"])
def test_a_signature_that_others_could_make_is_refused(house, provider, key):
    house.metadata_overrides = {"id_token_signing_alg_values_supported": ["RS256", "HS256", "none"]}
    house.make_id_token = lambda claims: signed_by_both(claims, key)

    with pytest.raises(ProviderFailed, match="Algorithm of 'HS256' is not allowed"):
        Journey(provider).go().arrive()


def test_an_unsigned_token_is_refused(house, provider):
    house.metadata_overrides = {"id_token_signing_alg_values_supported": ["none", "RS256"]}
    house.make_id_token = lambda claims: f"{base64_of({'alg': 'none'})}.{base64_of(claims)}."

    with pytest.raises(ProviderFailed, match="Algorithm of 'none' is not allowed"):
        Journey(provider).go().arrive()


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "a.b", 7, None])
def test_what_is_no_token_is_refused(house, provider, token):
    house.make_id_token = lambda _claims: token

    with pytest.raises(ProviderFailed):
        Journey(provider).go().arrive()


def signed_by_both(claims, key):
    """With HMAC, for which whoever checks a signature can also make it."""
    signed = f"{base64_of({'alg': 'HS256', 'kid': KEY.kid})}.{base64_of(claims)}"
    return f"{signed}.{base64.urlsafe_b64encode(hmac.digest(key, signed.encode(), 'sha256')).rstrip(b'=').decode()}"


def base64_of(part):
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def test_a_code_is_good_for_once_and_for_its_own_secrets(provider):
    journey = Journey(provider).go()
    other = Journey(provider)

    with pytest.raises(ProviderFailed, match="invalid_grant"):
        journey.arrive(code_verifier=other.secrets["code_verifier"])
    with pytest.raises(ProviderFailed, match="nonce"):
        Journey(provider).go().arrive(nonce=other.secrets["nonce"])
    used = Journey(provider).go()
    used.arrive()
    with pytest.raises(ProviderFailed, match="invalid_grant"):
        used.arrive()


def test_a_wrong_client_secret_is_refused_there(house):
    with pytest.raises(ProviderFailed, match="invalid_client"):
        Journey(provider_of(house, client_secret="a wrong one")).go().arrive()


def test_new_keys_are_looked_for_when_one_is_not_known_but_not_for_every_forgery(house, provider, monkeypatch):
    Journey(provider).go().arrive()
    house.key, house.keys = OTHER_KEY, [KEY, OTHER_KEY]

    with pytest.raises(ProviderFailed, match="InvalidKeyId"):
        Journey(provider).go().arrive()
    assert house.request_counts["keys"] == 1
    monkeypatch.setattr("joindin.oidc.provider.KEY_REFRESH_INTERVAL_S", 0)
    identity = Journey(provider).go().arrive()

    assert (identity.subject, house.request_counts["keys"], house.request_counts["description"]) == ("emily-1", 2, 1)


def test_what_is_not_in_the_id_token_is_asked_for(house, provider):
    house.person.told = {}
    house.userinfo_claims = EMILY

    identity = Journey(provider).go().arrive()

    assert (identity.subject, identity.email, identity.full_name) == ("emily-1", "emily@example.org", "Emily Elm")


def test_what_is_told_of_another_person_is_not_believed(house, provider):
    house.person.told = {}
    house.userinfo_claims = {**EMILY, "sub": "somebody-else"}

    identity = Journey(provider).go().arrive()

    assert (identity.subject, identity.email, house.request_counts["userinfo"]) == ("emily-1", None, 1)


@pytest.mark.parametrize(
    ("described", "complaint"),
    [
        ({"issuer": "https://other.example"}, "calls itself"),
        ({"authorization_endpoint": None}, "authorization_endpoint"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "authorization_endpoint"),
    ],
)
def test_a_provider_that_is_not_itself_is_left_alone(house, provider, described, complaint):
    house.metadata_overrides = described

    with pytest.raises(ProviderFailed, match=complaint):
        Journey(provider)


def test_a_provider_in_our_network_needs_a_setting(house):
    with pytest.raises(ProviderFailed, match="in the clear"):
        Journey(provider_of(house, allow_private=False))
    with pytest.raises(ProviderFailed, match="not on the open internet"):
        Journey(provider_of(house, issuer="https://127.0.0.1:1", allow_private=False))
    assert house.request_counts.total() == 0


def test_an_answer_of_another_provider_is_told_apart(house, provider):
    told_apart = [provider.has_issuer_mismatch(issuer) for issuer in (house.issuer, "https://other.example", None)]
    house.sends_issuer = False
    silent = provider_of(house)

    assert told_apart == [False, True, True]
    assert [silent.has_issuer_mismatch(issuer) for issuer in (None, "https://other.example")] == [False, True]
