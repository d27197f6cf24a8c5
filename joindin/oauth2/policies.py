"""Token policies: kind, length and lifetime of codes and tokens, by API."""

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
    # Whether the token request has to repeat the redirect URI of the authorization request (RFC 6749, 4.1.3).
    requires_redirect_uri: bool = True


EPHIOS_POLICY = TokenPolicy(
    OAUTH2, dt.timedelta(seconds=60), dt.timedelta(hours=10), dt.timedelta(days=90), token_length=30
)

# The WordPress plugin for Gancio stores its token once and cannot renew it.
GANCIO_POLICY = TokenPolicy(GANCIO, dt.timedelta(minutes=10), None, None, token_length=32, requires_redirect_uri=False)
