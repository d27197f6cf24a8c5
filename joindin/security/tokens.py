"""Creation of random and derived tokens, and their hashes. The database stores hashes only."""

import base64
import hashlib
import hmac
import secrets
import string
from collections.abc import Sequence

# Gancio's clients keep only lower-case letters and digits of a token; ephios's tokens have both cases.
LOWERCASE_ALPHANUMERIC = string.ascii_lowercase + string.digits
MIXED_CASE_ALPHANUMERIC = string.ascii_letters + string.digits
ACCESS_TOKEN_PREFIX, REFRESH_TOKEN_PREFIX, AUTHORIZATION_CODE_PREFIX, PERSONAL_TOKEN_PREFIX = "jia", "jir", "jic", "jip"


def new_token() -> str:
    """Return 16 lower-case hex digits, the form of every token in Joind.in v2.1 (spec 2.11)."""
    return secrets.token_hex(8)


def new_recover_code() -> str:
    """Return 32 lower-case hex digits, the form of the codes that Gancio mails for a new password."""
    return secrets.token_hex(16)


def new_invite_code() -> str:
    """Return 64 lower-case hex digits, the form of invite codes of a federation (ephios spec 13.1)."""
    return secrets.token_hex(32)


def new_session_token() -> str:
    """Return the value of a session cookie: 256 random bits."""
    return secrets.token_urlsafe(32)


def new_device_token() -> str:
    """Return the value of the cookie of a device without an account: 128 random bits."""
    return secrets.token_urlsafe(16)


def new_prefixed_token(prefix: str, length: int, alphabet: str = LOWERCASE_ALPHANUMERIC) -> str:
    """Return a random token of ``length`` characters. Secret scanners recognise its kind by the prefix."""
    return prefix + "".join(secrets.choice(alphabet) for _ in range(length - len(prefix)))


def derive_renewed_token(secret_key: str, used_token: str, prefix: str, length: int) -> str:
    """Return the token that a used refresh token was exchanged for, in the form of :func:`new_prefixed_token`.

    The same arguments yield the same token; without the secret key it cannot be predicted.
    """
    digest = hmac.digest(secret_key.encode(), f"renewed {prefix}\n{used_token}".encode(), "sha512")
    return _prefixed_token(digest, prefix, length, LOWERCASE_ALPHANUMERIC)


def derive_prefixed_token(secret: str, prefix: str, length: int, alphabet: str = LOWERCASE_ALPHANUMERIC) -> str:
    """Return the token that belongs to a secret of a form, in the form of :func:`new_prefixed_token`."""
    return _prefixed_token(hmac.digest(secret.encode(), prefix.encode(), "sha512"), prefix, length, alphabet)


def _prefixed_token(digest, prefix, length, alphabet):
    number, characters = int.from_bytes(digest), []
    for _ in range(length - len(prefix)):
        number, index = divmod(number, len(alphabet))
        characters.append(alphabet[index])
    return prefix + "".join(characters)


def hash_token(token: str) -> str:
    """Return the SHA-256 of a token in hex, the form that is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_client_key() -> str:
    """Return 48 random bytes in base64, the form of an application's key (spec 11)."""
    return base64.b64encode(secrets.token_bytes(48)).decode()


def new_form_secret() -> str:
    """Return 64 random hex digits, as :func:`derive_form_secret`."""
    return secrets.token_hex(32)


def derive_form_secret(secret_key: str, form: str) -> str:
    """Derive 64 hex digits from a form that was sent, so that a repetition yields the same secret.

    Nothing can be derived without the secret key of the instance.
    """
    return hmac.digest(secret_key.encode(), f"form\n{form}".encode(), "sha256").hex()


def derive_client_secret(secret_key: str, client_key: str, generation: int) -> str:
    """Derive the secret of an application from the secret key of the instance, in the form of a client key.

    It is not stored. A new ``generation`` yields another secret.
    """
    name = f"client secret\n{generation}\n{client_key}"
    return base64.b64encode(hmac.digest(secret_key.encode(), name.encode(), "sha512")[:48]).decode()


def derive_federation_secret(secret_key: str, purpose: str, code: str) -> str:
    """Derive 64 hex digits from an invite code of a federation, so that a repeated request yields the same secret.

    Nothing can be derived without the secret key of the instance.
    """
    return hmac.digest(secret_key.encode(), f"federation {purpose}\n{code}".encode(), "sha256").hex()


def unsubscribe_token(secret_key: str, user_id: int, topic: str) -> str:
    """Return a signed token that allows to unsubscribe the user from a mail topic and nothing else.

    It does not expire: mails stay in mailboxes for years.
    """
    # Links in sent mails depend on the words "mail refusal": do not change them.
    signature = hmac.digest(secret_key.encode(), f"mail refusal\n{user_id}\n{topic}".encode(), "sha256")
    return f"{user_id}-{topic}-{signature[:16].hex()}"


def parse_unsubscribe_token(secret_keys: Sequence[str], token: str) -> tuple[int, str] | None:
    """Return the user's id and the topic, or None if the token was signed with none of the keys."""
    user_id, _, rest = token.partition("-")
    topic = rest.partition("-")[0]
    if not (user_id.isascii() and user_id.isdecimal() and len(user_id) < 11):
        return None
    for secret_key in secret_keys:
        expected = unsubscribe_token(secret_key, int(user_id), topic)
        if hmac.compare_digest(expected.encode(), token.encode()):
            return int(user_id), topic
    return None


def verify_token_hash(token: str, stored: str) -> bool:
    return hmac.compare_digest(hash_token(token), stored)


def derive_recovery_codes(secret: str, count: int) -> list[str]:
    """Return different codes for the same secret: 80 bits each, in four groups of letters and digits that are not easily
    confused (base32).
    """
    return [
        _recovery_code(hmac.digest(secret.encode(), f"recovery code {number}".encode(), "sha256"))
        for number in range(count)
    ]


def _recovery_code(digest):
    letters = base64.b32encode(digest[:10]).decode().lower()
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))
