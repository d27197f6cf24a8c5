"""Symmetric encryption with keys derived from the secret key of the instance, one key for each purpose."""

import base64
import hmac

from cryptography.fernet import Fernet, InvalidToken


def encrypt(secret_key: str, purpose: str, text: str) -> str:
    """Encrypt ``text`` so that only :func:`decrypt` with the same key and purpose can read it."""
    return _fernet(secret_key, purpose).encrypt(text.encode()).decode()


def decrypt(secret_key: str, purpose: str, encrypted: str, *, max_age_s: int | None = None) -> str | None:
    """Return the plain text, or None if it was encrypted with another key or purpose, or is older than ``max_age_s``."""
    try:
        return _fernet(secret_key, purpose).decrypt(encrypted, ttl=max_age_s).decode()
    except InvalidToken:
        return None


def _fernet(secret_key, purpose):
    # Stored secrets depend on the word "sealed": do not change it.
    key = hmac.digest(secret_key.encode(), f"sealed {purpose}".encode(), "sha256")
    return Fernet(base64.urlsafe_b64encode(key))
