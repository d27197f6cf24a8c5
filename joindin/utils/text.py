"""Words: cleaning what comes in, and the forms under which it is looked up and linked."""

import hashlib
import re
import unicodedata
from urllib.parse import urlsplit

from text_unidecode import unidecode

# How a tag goes on behind its "<" for a browser: "x < y" and "I <3 this" are none.
TAG_PATTERN = re.compile(r"/?[a-zA-Z]|[!?]")
CONTROL_CHARS_PATTERN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
EMAIL_PATTERN = re.compile(r"[^@\s\"(),:;<>\[\\\]]+@[^@\s.]+(?:\.[^@\s.]+)*\.[^@\s.\d]{2,63}\Z")
MAX_EMAIL_LENGTH = 200

# Where patterns are cut: no name is longer, and SQLite refuses patterns of tens of thousands of letters.
MAX_SEARCH_PATTERN_LENGTH = 500
MIN_FOLDED_LENGTH = 200


def to_plain_text(text: str) -> str:
    """``text`` without tags and control characters, trimmed; entities and quotes stay as they are.

    Joind.in v2.1 sends text as text (spec 2.15): nothing is escaped here nor on the way out.
    """
    return _without_tags(_without_comments(strip_control_chars(text))).strip()


def _without_comments(text):
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        kept.append(text[at:start])
        at = end + 3
    return "".join(kept) + text[at:]


def _without_tags(text):
    """``text`` without tags, also without those that appear when others inside them are taken out.

    One pass: going over it until nothing is left to take would let a hostile text cost hours.
    """
    kept, opened = [], []
    for piece in re.split(r"([<>])", text):
        if piece == ">" and opened:
            start = opened.pop()
            if TAG_PATTERN.match("".join(kept[start + 1 :])):
                del kept[start:]
                continue
            # A ">" that stays: no tag reaches over it.
            opened.clear()
        elif piece == "<":
            opened.append(len(kept))
        kept.append(piece)
    return "".join(kept)


def strip_control_chars(text: str) -> str:
    """``text`` without what no database takes and no reader sees; line breaks and tabs stay."""
    return CONTROL_CHARS_PATTERN.sub("", text)


def fold_case_accents(text: str) -> str:
    """The form under which names are compared: no case, no accents, like MySQL's collations.

    Some single characters decompose into a whole phrase. The form is cut at twice the length of
    the text, for which the columns that keep it have room.
    """
    decomposed = unicodedata.normalize("NFKD", text.strip().casefold())
    folded = "".join(c for c in decomposed if not unicodedata.combining(c))
    return folded[: max(MIN_FOLDED_LENGTH, 2 * len(text))]


def slugify(text: str) -> str:
    """The URL form of a name by the contract's recipe (spec 4.12): runs of spaces are kept as runs."""
    latin = "".join(unidecode(part) if part.isascii() else unidecode(part).strip() for part in _runs(text))
    return re.sub(r"[^0-9a-z\- ]", "", latin.lower()).replace(" ", "-")


def _runs(text):
    return re.findall(r"[\x00-\x7f]+|[^\x00-\x7f]+", text)


def is_web_url(text: str) -> bool:
    """Whether ``text`` is an absolute http or https address with a host and no spaces."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", text)
    except ValueError:
        return False


def is_email(text: str) -> bool:
    return len(text) <= MAX_EMAIL_LENGTH and EMAIL_PATTERN.match(text) is not None


def gravatar_hash(email: str | None) -> str:
    """MD5 of the lower-cased address, as gravatar.com wants it; of nothing for nobody."""
    return hashlib.md5((email or "").strip().lower().encode(), usedforsecurity=False).hexdigest()
