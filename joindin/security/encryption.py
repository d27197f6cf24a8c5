"""Encryption with keys that follow from the secret key of the instance."""

import base64
import hmac

from cryptography.fernet import Fernet, InvalidToken


def encrypt(secret_key: str, purpose: str, text: str) -> str:
    """``text`` encrypted with a key of that purpose, which follows from the platform's own secret."""
    return _fernet(secret_key, purpose).encrypt(text.encode()).decode()


def decrypt(secret_key: str, purpose: str, encrypted: str, *, max_age_s: int | None = None) -> str | None:
    """What was sealed, if it was by us and for this, and not more than ``within`` seconds ago; else None."""
    try:
        return _fernet(secret_key, purpose).decrypt(encrypted, ttl=max_age_s).decode()
    except InvalidToken:
        return None


def _fernet(secret_key, purpose):
    key = hmac.digest(secret_key.encode(), f"sealed {purpose}".encode(), "sha256")
    return Fernet(base64.urlsafe_b64encode(key))
