"""API keys as Joind.in v2.1 shows them (spec 10.2). ``token`` is the row's id, never the secret."""

from joindin.clock import iso_in_zone
from joindin.models import AccessToken
from joindin.representations.links import Links


def represent_token(token: AccessToken, links: Links) -> dict:
    """The token with its client and the client's owner loaded; dates in UTC."""
    client = token.client
    return {
        "token": token.id,
        "application": client.name if client else None,
        "created_date": iso_in_zone(token.created_at, None),
        "last_used_date": iso_in_zone(token.last_used_at, None),
        "application_owner": client.owner.full_name if client and client.owner else None,
        "token_uri": links.token(token.id),
    }
