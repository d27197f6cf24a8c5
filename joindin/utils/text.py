"""Text helpers: cleaning of user input, normalised forms for comparison, slugs, URL checks."""

import hashlib
import re
import unicodedata
from urllib.parse import urlsplit

from text_unidecode import unidecode

from joindin.utils.invisible_characters import remove_invisible_characters
from joindin.utils.markup import remove_markup

CONTROL_CHARS_PATTERN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
LINE_BREAKS_PATTERN = re.compile(r"[\t\n\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029]+")
# The blocks of combining marks for Latin, Greek and Cyrillic letters. The breve of Cyrillic letters is part of them:
# "й" is not "и". The marks of other scripts are in blocks of their own; they are vowels, or make other letters.
ACCENTS_PATTERN = re.compile(
    "(?<![\u0400-\u052f])\u0306"
    "|[\u0300-\u0305\u0307-\u036f\u0483-\u0487\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
# A host name with a dot, not followed by a colon unless a port follows: "conf.example/2027", "münchen.example:8080".
BARE_HOST_PATTERN = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,63}\.?(?::\d{1,5})?(?:[/?#]\S*)?\Z")

# Longer search patterns are cut: no name is longer, and SQLite rejects patterns of tens of thousands of characters.
MAX_SEARCH_PATTERN_LENGTH = 500
MIN_FOLDED_LENGTH = 200
MAX_COMBINING_MARKS = 30


def to_plain_text(text: str) -> str:
    """Remove HTML tags and comments, control characters and surrounding white space. Entities and quotes stay.

    Joind.in v2.1 sends plain text (spec 2.15): it is escaped neither here nor in responses.
    """
    return remove_markup(strip_control_chars(text)).strip()


def to_plain_line(text: str) -> str:
    """Return one line of plain text for a name, a title or a tag.

    Line breaks become spaces, invisible characters are removed, and the letters are in form NFC. Text that is no name
    (".", "..", accents alone) becomes empty.
    """
    line = to_plain_text(to_single_line(text))
    return line if is_name(line) else ""


def to_single_line(text: str) -> str:
    """Replace line breaks and tabs by spaces, remove invisible characters, and normalise letters to form NFC."""
    if text.isascii() and text.isprintable():
        return text
    line = remove_invisible_characters(LINE_BREAKS_PATTERN.sub(" ", text))
    return unicodedata.normalize("NFC", _limit_combining_marks(line))


def _limit_combining_marks(text):
    """Remove the marks of a letter beyond MAX_COMBINING_MARKS: normalising a run of marks takes quadratic time (UAX 15, 13)."""
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MAX_COMBINING_MARKS:
            kept.append(character)
    return "".join(kept)


def is_name(text: str) -> bool:
    """Whether the text can be a name: not empty when folded, and no name of a folder, which a URL cannot end with."""
    return text not in (".", "..") and bool(fold_case_accents(text))


def strip_control_chars(text: str) -> str:
    """Remove control characters and surrogates, which databases reject; keep line breaks and tabs."""
    return CONTROL_CHARS_PATTERN.sub("", text)


def fold_case_accents(text: str) -> str:
    """Return the form in which names are searched: without case, and without accents of Latin, Greek and Cyrillic.

    Other marks stay, because they make other letters or are vowels. Full-width and other compatible forms of letters
    are replaced by the usual ones. Some characters decompose into a whole phrase: the result is cut at twice the length
    of the text, which the columns that store it have room for.
    """
    line = to_single_line(text).strip()
    if line.isascii():
        return line.lower()
    decomposed = unicodedata.normalize("NFKD", line.casefold()).casefold()
    folded = unicodedata.normalize("NFC", ACCENTS_PATTERN.sub("", decomposed)).strip()
    return folded[: max(MIN_FOLDED_LENGTH, 2 * len(text))]


def fold_case(text: str) -> str:
    """Return the form in which a name is recognised again: without regard to case, white space and form of letters.

    It is cut like that of :func:`fold_case_accents`.
    """
    folded = unicodedata.normalize("NFC", " ".join(to_single_line(text).split()).casefold())
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
