"""Usernames: the letters that they may contain, and the key of names that look alike.

The letters are those of the PRECIS profile UsernameCasePreserved (RFC 8265). A username may consist of several parts,
separated by spaces.
"""

import re
import unicodedata

import precis_i18n

from joindin.utils.lookalikes import LOOKALIKES
from joindin.utils.text import fold_case_accents, is_name, to_single_line

MSG_TOO_LONG = "A username must have at most 100 characters"
MSG_FORBIDDEN_CHARACTERS = (
    "A username consists of letters, digits and simple signs, without line breaks and invisible characters"
)
MSG_RESERVED_SIGNS = "A username must not contain @ or /"
MSG_NO_NAME = "A username must not be empty, a dot or two dots"
MSG_SEVERAL_ALPHABETS = "A username must not mix the letters of several alphabets"

MAX_USERNAME_LENGTH = 100
MAX_LOOKALIKE_KEY_LENGTH = 200
# Alphabets that have letters of the same shape.
_SIMILAR_ALPHABETS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU", "DESERET")
_RESERVED_SIGNS = re.compile("[@/]")
_profile = precis_i18n.get_profile("UsernameCasePreserved")


class InvalidUsername(ValueError):
    """The text cannot be a username. The message is for the user."""


def prepare_username(text: str) -> str:
    """Return the username as it is stored: full-width letters replaced, accents composed, single spaces.

    :raises InvalidUsername: if the text is too long or contains what a username must not contain.
    """
    if len(text) > MAX_USERNAME_LENGTH:
        raise InvalidUsername(MSG_TOO_LONG)
    try:
        username = " ".join(_profile.enforce(part) for part in text.split(" ") if part)
    except UnicodeEncodeError:
        raise InvalidUsername(MSG_FORBIDDEN_CHARACTERS) from None
    if _RESERVED_SIGNS.search(username):
        raise InvalidUsername(MSG_RESERVED_SIGNS)
    if not is_name(username):
        raise InvalidUsername(MSG_NO_NAME)
    if len(_similar_alphabets(username)) > 1:
        raise InvalidUsername(MSG_SEVERAL_ALPHABETS)
    # Composition makes some letters two.
    if len(username) > MAX_USERNAME_LENGTH:
        raise InvalidUsername(MSG_TOO_LONG)
    return username


def suggest_username(text: str) -> str | None:
    """Return a username made of those characters of ``text`` that are allowed, or None if too few are."""
    try:
        allowed = "".join(filter(_is_allowed, unicodedata.normalize("NFKC", text[:MAX_USERNAME_LENGTH])))
        return prepare_username(allowed[:MAX_USERNAME_LENGTH])
    except InvalidUsername:
        return None


def lookalike_key(username: str) -> str:
    """Return a key that is equal for names that look the same, such as "admin" in Latin and in Cyrillic letters."""
    letters = unicodedata.normalize("NFKC", to_single_line(username)).translate(LOOKALIKES)
    return fold_case_accents(letters).translate(LOOKALIKES).replace("rn", "m")[:MAX_LOOKALIKE_KEY_LENGTH]


def _similar_alphabets(text):
    names = (unicodedata.name(character, "").partition(" ")[0] for character in text if character.isalpha())
    return {name for name in names if name in _SIMILAR_ALPHABETS}


def _is_allowed(character):
    if character == " ":
        return True
    try:
        return bool(_profile.enforce(character)) and not _RESERVED_SIGNS.match(character)
    except UnicodeEncodeError:
        return False
