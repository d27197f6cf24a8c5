"""OpenID Connect, the relying-party side, built from Authlib's parts.

This package contains only the protocol: discovery, authorization URL, token request and verification of the ID token.
It uses neither the Flask request nor the database; ``operations/accounts/external_sign_in.py`` decides which account an
identity belongs to. Every request to the provider goes through ``utils/http_client.py``.
"""

from joindin.oidc.provider import Identity, Provider, ProviderFailed

__all__ = ["Identity", "Provider", "ProviderFailed"]
