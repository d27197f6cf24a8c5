"""Adapter that gives an application the interface of Authlib."""

from authlib.oauth2.rfc6749 import ClientMixin

from joindin.models import Client
from joindin.security.passwords import check_password
from joindin.security.redirect_uris import is_registered, redirect_uri_error
from joindin.security.scopes import join_scopes, parse_scopes
from joindin.security.tokens import hash_token, verify_token_hash


class OAuthClient(ClientMixin):
    """``row`` is the application. Its rights follow from its columns."""

    def __init__(self, row: Client):
        self.row = row

    def get_client_id(self):
        return self.row.key

    def get_default_redirect_uri(self):
        """Return the registered URI if there is exactly one."""
        usable = [uri for uri in self.row.redirect_uris if redirect_uri_error(uri, self.row.is_public) is None]
        return usable[0] if len(usable) == 1 else None

    def get_allowed_scope(self, scope):
        """Return the requested scopes, by default all allowed ones; None if others were requested."""
        allowed = self.row.scopes.split()
        if not scope:
            return join_scopes(allowed)
        try:
            requested = parse_scopes(scope)
        except ValueError:
            return None
        return join_scopes(requested) if set(requested) <= set(allowed) else None

    def check_redirect_uri(self, redirect_uri):
        return is_registered(redirect_uri, self.row.redirect_uris, self.row.is_public)

    def check_client_secret(self, client_secret):
        if self.row.imported_secret_hash and check_password(client_secret, self.row.imported_secret_hash):
            self.row.secret_hash, self.row.imported_secret_hash = hash_token(client_secret), None
        return bool(self.row.secret_hash) and verify_token_hash(client_secret, self.row.secret_hash)

    def check_endpoint_auth_method(self, method, endpoint):
        if method != "none":
            return not self.row.is_public
        # Introspection needs a secret.
        return self.row.is_public and endpoint != "introspection"

    def check_response_type(self, response_type):
        return response_type == "code"

    def check_grant_type(self, grant_type):
        if grant_type == "client_credentials":
            return self.row.is_service and not self.row.is_public
        if grant_type == "password":
            # Every user of Joind.in may register a trusted application. The password grant is for those of the operator.
            return self.row.is_trusted and self.row.is_first_party
        return grant_type in ("authorization_code", "refresh_token")
