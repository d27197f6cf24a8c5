"""Text helpers: cleaning of user input, normalised forms for comparison, slugs, URL checks."""

import hashlib
import re
import unicodedata
from urllib.parse import urlsplit

from text_unidecode import unidecode

from joindin.utils.markup import remove_markup

CONTROL_CHARS_PATTERN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# A host name with a dot, not followed by a colon unless a port follows: "conf.example/2027", "münchen.example:8080".
BARE_HOST_PATTERN = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,63}\.?(?::\d{1,5})?(?:[/?#]\S*)?\Z")

# Longer search patterns are cut: no name is longer, and SQLite rejects patterns of tens of thousands of characters.
MAX_SEARCH_PATTERN_LENGTH = 500
MIN_FOLDED_LENGTH = 200


def to_plain_text(text: str) -> str:
    """Remove HTML tags and comments, control characters and surrounding white space. Entities and quotes stay.

    Joind.in v2.1 sends plain text (spec 2.15): it is escaped neither here nor in responses.
    """
    return remove_markup(strip_control_chars(text)).strip()


def strip_control_chars(text: str) -> str:
    """Remove control characters and surrogates, which databases reject; keep line breaks and tabs."""
    return CONTROL_CHARS_PATTERN.sub("", text)


def fold_case_accents(text: str) -> str:
    """Return the form in which names are compared: without case and accents, like MySQL's collations.

    Some characters decompose into a whole phrase. The result is cut at twice the length of the text, which the columns
    that store it have room for.
    """
    decomposed = unicodedata.normalize("NFKD", text.strip().casefold())
    folded = "".join(c for c in decomposed if not unicodedata.combining(c))
    return folded[: max(MIN_FOLDED_LENGTH, 2 * len(text))]


def slugify(text: str) -> str:
    """Return the URL form of a name as the contract defines it (spec 4.12): every space becomes a hyphen."""
    latin = "".join(unidecode(part) if part.isascii() else unidecode(part).strip() for part in _ascii_runs(text))
    return re.sub(r"[^0-9a-z\- ]", "", latin.lower()).replace(" ", "-")


def _ascii_runs(text):
    """Split into runs of ASCII and of other characters."""
    return re.findall(r"[\x00-\x7f]+|[^\x00-\x7f]+", text)


def is_web_url(text: str) -> bool:
    """Whether ``text`` is an absolute http or https URL with a host and without spaces, controls and backslashes."""
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - raises ValueError for an invalid port
        return (
            parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"[\s\x00-\x1f\x7f\\]", text)
        )
    except ValueError:
        return False


def complete_web_url(text: str) -> str:
    """Return the URL with ``https://`` before a bare host name, as people write it; other texts unchanged."""
    if text.startswith("//"):
        text = text[2:]
    return f"https://{text}" if BARE_HOST_PATTERN.match(text) else text


def gravatar_hash(email: str | None) -> str:
    """Return the MD5 of the lower-cased address as gravatar.com defines it; of the empty string for None."""
    return hashlib.md5((email or "").strip().lower().encode(), usedforsecurity=False).hexdigest()


def parse_id(text: str) -> int | None:
    """Return the id in ``text``, or None if it is not a decimal number of at most nine digits."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
