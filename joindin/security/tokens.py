"""Tokens: making them, and their hashes."""

import base64
import hashlib
import hmac
import secrets
import string

# What Gancio's clients leave of a token, and what ephios's tokens are made of.
LOWERCASE_ALPHANUMERIC = string.ascii_lowercase + string.digits
MIXED_CASE_ALPHANUMERIC = string.ascii_letters + string.digits
# The first letters of tokens: of an application's access, of a renewal, of a code; of somebody's own.
ACCESS_TOKEN_PREFIX, REFRESH_TOKEN_PREFIX, AUTHORIZATION_CODE_PREFIX, PERSONAL_TOKEN_PREFIX = "jia", "jir", "jic", "jip"


def new_token() -> str:
    """16 lower-case hex digits, the form of every token in Joind.in v2.1 (spec 2.11)."""
    return secrets.token_hex(8)


def new_session_token() -> str:
    """What a browser's cookie holds: 256 random bits."""
    return secrets.token_urlsafe(32)


def new_prefixed_token(prefix: str, length: int, alphabet: str = LOWERCASE_ALPHANUMERIC) -> str:
    """A random token of that length whose first letters tell, to whoever finds it lying about, what it is."""
    return prefix + "".join(secrets.choice(alphabet) for _ in range(length - len(prefix)))


def hash_token(token: str) -> str:
    """What is stored of a token: its SHA-256 as hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_client_key() -> str:
    """48 random bytes in base64, the form of an application's key (spec 11)."""
    return base64.b64encode(secrets.token_bytes(48)).decode()


def derive_client_secret(secret_key: str, client_key: str, generation: int) -> str:
    """The secret that the platform's own secret yields for an application, in the form of its key.

    It can be worked out again, so nobody has to keep it.
    """
    name = f"client secret\n{generation}\n{client_key}"
    return base64.b64encode(hmac.digest(secret_key.encode(), name.encode(), "sha512")[:48]).decode()


def unsubscribe_token(secret_key: str, user_id: int, topic: str) -> str:
    """What lets whoever has it stop mails of a topic to somebody, and nothing else. It does not lapse."""
    signature = hmac.digest(secret_key.encode(), f"mail refusal\n{user_id}\n{topic}".encode(), "sha256")
    return f"{user_id}-{topic}-{signature[:16].hex()}"


def parse_unsubscribe_token(secret_key: str, token: str) -> tuple[int, str] | None:
    """Whose mails, and of which topic; None if we did not make the token."""
    user_id, _, rest = token.partition("-")
    topic = rest.partition("-")[0]
    if not (user_id.isascii() and user_id.isdecimal() and len(user_id) < 11):
        return None
    made = unsubscribe_token(secret_key, int(user_id), topic)
    return (int(user_id), topic) if hmac.compare_digest(made.encode(), token.encode()) else None


def verify_token_hash(token: str, stored: str) -> bool:
    return hmac.compare_digest(hash_token(token), stored)


def new_recovery_code() -> str:
    """80 random bits in letters and digits that nobody mistakes for each other, in four groups."""
    letters = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))
