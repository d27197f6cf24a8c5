"""Symmetric encryption with keys derived from the secret key of the instance, one key for each purpose.

Former secret keys still decrypt (setting ``SECRET_KEY_PREVIOUS``).
"""

import base64
import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


def encrypt(secret_key: str, purpose: str, text: str) -> str:
    """Encrypt ``text`` so that only :func:`decrypt` with the same key and purpose can read it."""
    return _fernet(secret_key, purpose).encrypt(text.encode()).decode()


def decrypt(secret_keys: Sequence[str], purpose: str, encrypted: str, *, max_age_s: int | None = None) -> str | None:
    """Return the plain text, or None if none of the keys and the purpose fit, or it is older than ``max_age_s``."""
    try:
        return MultiFernet([_fernet(key, purpose) for key in secret_keys]).decrypt(encrypted, ttl=max_age_s).decode()
    except InvalidToken:
        return None


def _fernet(secret_key, purpose):
    # Stored secrets depend on the word "sealed": do not change it.
    key = hmac.digest(secret_key.encode(), f"sealed {purpose}".encode(), "sha256")
    return Fernet(base64.urlsafe_b64encode(key))
