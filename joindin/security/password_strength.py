"""Check for passwords that an attacker would try first."""

import string

from joindin.utils.text import fold_case_accents

PRODUCT_NAMES = ("joindin", "joind.in")
STRIP_CHARS = string.digits + string.punctuation + string.whitespace


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
