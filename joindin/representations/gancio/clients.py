"""Applications and their tokens (spec 4.4). A secret is contained only in the response to its registration."""

from joindin.models import AccessToken, Client
from joindin.security.scopes import GANCIO_CLIENT_SCOPE
from joindin.utils.datetimes import iso_utc


def represent_client(client: Client) -> dict:
    return {
        "client_id": client.key,
        "redirect_uris": client.callback_url,
        "name": client.name,
        "website": client.website,
        "scopes": GANCIO_CLIENT_SCOPE,
    }


def represent_new_client(client: Client, secret: str) -> dict:
    """Return both spellings: the original sends ``redirectUris``, its documentation says ``redirect_uris``."""
    return {
        "name": client.name,
        "redirectUris": client.callback_url,
        "redirect_uris": client.callback_url,
        "scopes": GANCIO_CLIENT_SCOPE,
        "website": client.website,
        "client_secret": secret,
        "client_id": client.key,
    }


def represent_token(token: AccessToken) -> dict:
    """Represent a token with its client loaded. Only hashes are stored, therefore the secrets are null."""
    return {
        "accessToken": None,
        "refreshToken": None,
        "accessTokenExpiresAt": iso_utc(token.expires_at),
        "refreshTokenExpiresAt": None,
        "scope": GANCIO_CLIENT_SCOPE,
        "createdAt": iso_utc(token.created_at),
        "updatedAt": iso_utc(token.last_used_at or token.created_at),
        "userId": token.user_id,
        "clientId": token.client.key if token.client else None,
        "client": represent_client(token.client) if token.client else None,
    }
