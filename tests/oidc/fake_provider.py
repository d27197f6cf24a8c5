"""Another house that people have accounts at: a real OpenID provider on loopback, made with Authlib's server side.

It holds to the protocol (client secret, exact redirect address, PKCE, codes good for once). What it says in ID tokens a
test may bend with ``claims`` and ``key``, or make them itself of the right claims with ``forge``.
"""

import time
from collections import Counter
from dataclasses import dataclass
from threading import Thread

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import AuthorizationCodeMixin
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import WSGIRequestHandler, make_server

CLIENT_ID, CLIENT_SECRET = "joindin-here", "a secret between two houses"

# Made once: an RSA key takes a moment.
KEY, OTHER_KEY = (RSAKey.generate_key(2048, {"kid": name, "use": "sig"}, auto_kid=False) for name in ("first", "other"))


@dataclass
class Person:
    """Somebody with an account there; all but ``sub`` is told to others."""

    sub: str
    told: dict


@dataclass
class Application(ClientMixin):
    redirect_uri: str

    def get_client_id(self):
        return CLIENT_ID

    def get_default_redirect_uri(self):
        return self.redirect_uri

    def get_allowed_scope(self, scope):
        return scope

    def check_redirect_uri(self, redirect_uri):
        return redirect_uri == self.redirect_uri

    def check_client_secret(self, client_secret):
        return client_secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method, endpoint):
        return method == "client_secret_basic"

    def check_response_type(self, response_type):
        return response_type == "code"

    def check_grant_type(self, grant_type):
        return grant_type == "authorization_code"


@dataclass
class Code(AuthorizationCodeMixin):
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    code_challenge_method: str
    user: Person

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope

    def get_nonce(self):
        return self.nonce

    def get_auth_time(self):
        return int(time.time())


class FakeProvider:
    def __init__(self, redirect_uri):
        self.person = None
        self.claims, self.key, self.make_id_token = {}, KEY, None
        self.metadata_overrides, self.keys = {}, [KEY]
        self.userinfo_claims = None
        self.sends_issuer = True
        self.codes, self.tokens = {}, {}
        self.request_counts = Counter()
        self._application = Application(redirect_uri)
        self._server = make_server("127.0.0.1", 0, self._app(), threaded=True, request_handler=_Silent)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"

    @property
    def settings(self):
        return {
            "OIDC_ISSUER": self.issuer,
            "OIDC_CLIENT_ID": CLIENT_ID,
            "OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "OIDC_NAME": "Harbour House",
            "ALLOW_PRIVATE_FETCHES": True,
        }

    def __enter__(self):
        self._thread = Thread(target=self._server.serve_forever, args=[0.01])
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def sign_in(self, sub, **told):
        """From now on it is this person who sits at the browser."""
        self.person = Person(sub, told)

    def _app(self):
        app = Flask("house")
        server = AuthorizationServer(app, query_client=self._find_application, save_token=self._keep_token)
        server.register_grant(_grant(self), [_IdTokens(self), CodeChallenge(required=True)])

        @app.get("/.well-known/openid-configuration")
        def describe():
            self.request_counts["description"] += 1
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "authorization_response_iss_parameter_supported": self.sends_issuer,
                **self.metadata_overrides,
            }

        @app.get("/keys")
        def show_keys():
            self.request_counts["keys"] += 1
            return {"keys": [key.as_dict(private=False) for key in self.keys]}

        @app.get("/authorize")
        def authorize():
            self.request_counts["authorize"] += 1
            if request.args.get("code_challenge_method") != "S256" or not self.person:
                return "no", 400
            reply = server.create_authorization_response(
                grant_user=self.person, grant=server.get_consent_grant(end_user=self.person)
            )
            if self.sends_issuer:
                reply.headers["Location"] += f"&iss={self.issuer}"
            return reply

        @app.post("/token")
        def give_token():
            self.request_counts["token"] += 1
            return server.create_token_response()

        @app.get("/userinfo")
        def tell():
            self.request_counts["userinfo"] += 1
            person = self.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
            if person is None:
                return {"error": "invalid_token"}, 401
            return {"sub": person.sub, **(self.userinfo_claims or {})}

        return app

    def _find_application(self, client_id):
        return self._application if client_id == CLIENT_ID else None

    def _keep_token(self, token, asked):
        self.tokens[token["access_token"]] = asked.user


class _IdTokens(OpenIDCode):
    def __init__(self, house):
        super().__init__(require_nonce=True)
        self.house = house

    def exists_nonce(self, nonce, asked):
        return any(code.nonce == nonce for code in self.house.codes.values())

    def resolve_client_private_key(self, client):
        return self.house.key

    def get_client_claims(self, client):
        return {"iss": self.house.issuer, "aud": [CLIENT_ID]}

    def get_encode_header(self, client):
        return {"alg": "RS256", "kid": self.house.key.kid}

    def generate_user_info(self, user, scope):
        return {"sub": user.sub, **user.told}

    def encode_id_token(self, token, asked):
        right = super().encode_id_token(token, asked)
        if not (self.house.claims or self.house.make_id_token):
            return right
        decoded = jwt.decode(right, self.house.key)
        claims = {name: value for name, value in (decoded.claims | self.house.claims).items() if value is not None}
        return (
            self.house.make_id_token(claims)
            if self.house.make_id_token
            else jwt.encode(decoded.header, claims, self.house.key)
        )


def _grant(house):
    class Grant(AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]

        def save_authorization_code(self, code, asked):
            data = asked.payload.data
            house.codes[code] = Code(
                asked.payload.redirect_uri, asked.payload.scope, data.get("nonce"), data["code_challenge"],
                data["code_challenge_method"], asked.user,
            )  # fmt: skip

        def query_authorization_code(self, code, client):
            return house.codes.get(code)

        def delete_authorization_code(self, code):
            house.codes = {kept: value for kept, value in house.codes.items() if value is not code}

        def authenticate_user(self, code):
            return code.user

    return Grant


class _Silent(WSGIRequestHandler):
    def log_request(self, *_):
        pass
