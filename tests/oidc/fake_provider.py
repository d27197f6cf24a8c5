"""Fake OpenID provider: a real server on loopback, built with the server side of Authlib.

It follows the protocol: client secret, exact redirect URI, PKCE, codes that work once. A test changes its ID tokens with
``claims`` and ``key``, or creates them from the correct claims with ``make_id_token``. ``delays`` slows down paths.
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

CLIENT_ID, CLIENT_SECRET = "joindin-here", "a secret of the client"

# Created once: generating an RSA key is slow.
KEY, OTHER_KEY = (RSAKey.generate_key(2048, {"kid": name, "use": "sig"}, auto_kid=False) for name in ("first", "other"))


@dataclass
class ProviderUser:
    """A user of the provider with the claims of the ID token."""

    sub: str
    claims: dict


@dataclass
class FakeClient(ClientMixin):
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
    user: ProviderUser

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
        self.user = None
        self.claims, self.key, self.make_id_token = {}, KEY, None
        self.metadata_overrides, self.keys = {}, [KEY]
        self.userinfo_claims = None
        self.sends_issuer = True
        self.codes, self.tokens = {}, {}
        self.request_counts = Counter()
        self.received, self.delays = Counter(), {}
        self.on_request = None
        self._client = FakeClient(redirect_uri)
        self._server = make_server("127.0.0.1", 0, self._app(), threaded=True, request_handler=_QuietHandler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"

    @property
    def settings(self):
        return {
            "OIDC_ISSUER": self.issuer,
            "OIDC_CLIENT_ID": CLIENT_ID,
            "OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "OIDC_NAME": "Example Provider",
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

    def sign_in(self, sub, **claims):
        """Sign the browser in at the provider as this user."""
        self.user = ProviderUser(sub, claims)

    def _app(self):
        app = Flask("provider")
        server = AuthorizationServer(app, query_client=self._query_client, save_token=self._save_token)
        server.register_grant(_grant(self), [_IdTokenExtension(self), CodeChallenge(required=True)])

        @app.before_request
        def before():
            self.received[request.path] += 1
            if self.on_request:
                self.on_request()
            time.sleep(self.delays.get(request.path, 0))

        @app.get("/.well-known/openid-configuration")
        def discovery_document():
            self.request_counts["discovery"] += 1
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
        def keys():
            self.request_counts["keys"] += 1
            return {"keys": [key.as_dict(private=False) for key in self.keys]}

        @app.get("/authorize")
        def authorize():
            self.request_counts["authorize"] += 1
            if request.args.get("code_challenge_method") != "S256" or not self.user:
                return "no", 400
            reply = server.create_authorization_response(
                grant_user=self.user, grant=server.get_consent_grant(end_user=self.user)
            )
            if self.sends_issuer:
                reply.headers["Location"] += f"&iss={self.issuer}"
            return reply

        @app.post("/token")
        def token():
            self.request_counts["token"] += 1
            return server.create_token_response()

        @app.get("/userinfo")
        def userinfo():
            self.request_counts["userinfo"] += 1
            user = self.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
            if user is None:
                return {"error": "invalid_token"}, 401
            return {"sub": user.sub, **(self.userinfo_claims or {})}

        return app

    def _query_client(self, client_id):
        return self._client if client_id == CLIENT_ID else None

    def _save_token(self, token, oauth_request):
        self.tokens[token["access_token"]] = oauth_request.user


class _IdTokenExtension(OpenIDCode):
    def __init__(self, provider):
        super().__init__(require_nonce=True)
        self.provider = provider

    def exists_nonce(self, nonce, oauth_request):
        return any(code.nonce == nonce for code in self.provider.codes.values())

    def resolve_client_private_key(self, client):
        return self.provider.key

    def get_client_claims(self, client):
        return {"iss": self.provider.issuer, "aud": [CLIENT_ID]}

    def get_encode_header(self, client):
        return {"alg": "RS256", "kid": self.provider.key.kid}

    def generate_user_info(self, user, scope):
        return {"sub": user.sub, **user.claims}

    def encode_id_token(self, token, oauth_request):
        correct = super().encode_id_token(token, oauth_request)
        if not (self.provider.claims or self.provider.make_id_token):
            return correct
        decoded = jwt.decode(correct, self.provider.key)
        claims = {name: value for name, value in (decoded.claims | self.provider.claims).items() if value is not None}
        return (
            self.provider.make_id_token(claims)
            if self.provider.make_id_token
            else jwt.encode(decoded.header, claims, self.provider.key)
        )


def _grant(provider):
    class Grant(AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]

        def save_authorization_code(self, code, oauth_request):
            data = oauth_request.payload.data
            provider.codes[code] = Code(
                oauth_request.payload.redirect_uri, oauth_request.payload.scope, data.get("nonce"), data["code_challenge"],
                data["code_challenge_method"], oauth_request.user,
            )  # fmt: skip

        def query_authorization_code(self, code, client):
            return provider.codes.get(code)

        def delete_authorization_code(self, code):
            provider.codes = {kept: value for kept, value in provider.codes.items() if value is not code}

        def authenticate_user(self, code):
            return code.user

    return Grant


class _QuietHandler(WSGIRequestHandler):
    def log_request(self, *_):
        pass
