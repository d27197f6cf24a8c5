"""What dialects agree on differently: which kind their tokens are, and how long things live."""

import datetime as dt
from dataclasses import dataclass

from joindin.models import GANCIO, OAUTH2


@dataclass(frozen=True)
class TokenPolicy:
    kind: str
    code_ttl: dt.timedelta
    # None is for ever.
    access_token_ttl: dt.timedelta | None
    refresh_token_ttl: dt.timedelta | None
    token_length: int
    # Whether the second step has to repeat the address of the first.
    requires_redirect_uri: bool = True


EPHIOS_POLICY = TokenPolicy(
    OAUTH2, dt.timedelta(seconds=60), dt.timedelta(hours=10), dt.timedelta(days=90), token_length=30
)

# Gancio's clients keep their token for good: WordPress's stores it once and cannot renew it.
GANCIO_POLICY = TokenPolicy(GANCIO, dt.timedelta(minutes=10), None, None, token_length=32, requires_redirect_uri=False)
