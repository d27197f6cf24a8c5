"""Signing in at somebody else's: OpenID Connect, the relying side, built from Authlib's parts.

Here is the protocol alone: what the provider says of itself, where people are sent, and what its signed word is worth.
No request, no database: who a proven identity belongs to is decided in ``operations/external.py``. All that is asked of
the provider goes through ``fetching.py``.
"""

from joindin.oidc.provider import Identity, Provider, ProviderFailed

__all__ = ["Identity", "Provider", "ProviderFailed"]
