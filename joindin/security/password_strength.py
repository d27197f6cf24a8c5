"""The rule for new passwords, on every surface."""

import string
from dataclasses import dataclass

from joindin.security.passwords import MAX_PASSWORD_BYTES, prepare_password
from joindin.utils.messages import TranslatableMessage
from joindin.utils.text import fold_case_accents


@dataclass(frozen=True)
class PasswordRule:
    min_bytes: int
    min_different_characters: int


STANDARD_RULE = PasswordRule(min_bytes=10, min_different_characters=4)
# The contract of Joind.in v2.1 fixes the length for its routes (spec 9.1), and its clients use such passwords.
V2_1_RULE = PasswordRule(min_bytes=6, min_different_characters=1)

MSG_PASSWORD_INVISIBLE = TranslatableMessage("Passwords must not contain control or invisible characters")
MSG_PASSWORD_TOO_COMMON = TranslatableMessage("That password is easy to guess. Choose another")

PRODUCT_NAMES = ("joindin", "joind.in")
STRIP_CHARS = string.digits + string.punctuation + string.whitespace


def find_password_problem(
    password: str, *names: str | None, rule: PasswordRule = STANDARD_RULE
) -> TranslatableMessage | None:
    """Return why a password is refused for a user with these ``names``, or None.

    The messages about the length are those of the v2.1 contract.
    """
    length = len(password.encode(errors="replace"))
    if length < rule.min_bytes:
        return TranslatableMessage("Passwords must be at least %(number)d characters long", number=rule.min_bytes)
    if length > MAX_PASSWORD_BYTES:
        return TranslatableMessage("Passwords must be at most %(number)d characters long", number=MAX_PASSWORD_BYTES)
    try:
        password = prepare_password(password)
    except ValueError:
        return MSG_PASSWORD_INVISIBLE
    if len(set(password)) < rule.min_different_characters or is_common_password(password, *names):
        return MSG_PASSWORD_TOO_COMMON
    return None


def is_common_password(password: str, *names: str | None) -> bool:
    """Whether the password is a common one or one of ``names`` (of its owner), with or without digits and signs around.

    An e-mail address among ``names`` counts as a whole and by its part before the @.
    """
    # Imported here: the word lists take some megabytes, and few requests need them.
    from zxcvbn.matching import RANKED_DICTIONARIES

    common = RANKED_DICTIONARIES["passwords"]
    folded = password.casefold()
    return folded in common or folded.strip(STRIP_CHARS) in common or _normalise(password) in _normalise_all(names)


def _normalise_all(names):
    present = [name for name in names if name]
    candidates = [*PRODUCT_NAMES, *present, *(name.partition("@")[0] for name in present)]
    return {normalised for normalised in map(_normalise, candidates) if normalised}


def _normalise(text):
    return "".join(letter for letter in fold_case_accents(text).strip(STRIP_CHARS) if letter.isalnum())
