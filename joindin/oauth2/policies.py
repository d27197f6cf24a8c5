"""Token policies: kind, length and lifetime of codes and tokens, by API.

A code or refresh token is redeemed under the policy it was issued under: Gancio's tokens do not expire, therefore they must not
be available through a grant, or to a client, of the standard API.
"""

import datetime as dt
from dataclasses import dataclass

from joindin.models import GANCIO, OAUTH2


@dataclass(frozen=True)
class TokenPolicy:
    kind: str
    code_ttl: dt.timedelta
    # None means that tokens do not expire.
    access_token_ttl: dt.timedelta | None
    refresh_token_ttl: dt.timedelta | None
    token_length: int
    # Whether the token request has to repeat the redirect URI of the authorization request (RFC 6749, 4.1.3), if the client has several.
    requires_redirect_uri: bool = True
    # Whether every client has to use PKCE, also one that is registered without it.
    requires_pkce: bool = True
    # The kind of clients that the endpoints accept; None for all.
    client_kind: str | None = None


EPHIOS_POLICY = TokenPolicy(
    OAUTH2, dt.timedelta(seconds=60), dt.timedelta(hours=10), dt.timedelta(days=90), token_length=30
)

# The WordPress plugin for Gancio stores its token once and cannot renew it.
GANCIO_POLICY = TokenPolicy(
    GANCIO,
    dt.timedelta(minutes=10),
    None,
    None,
    token_length=32,
    requires_redirect_uri=False,
    requires_pkce=False,
    client_kind=GANCIO,
)
