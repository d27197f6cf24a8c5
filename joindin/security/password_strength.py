"""Passwords that are among the first that anybody would try."""

import string

from joindin.utils.text import fold_case_accents

PRODUCT_NAMES = ("joindin", "joind.in")
STRIP_CHARS = string.digits + string.punctuation + string.whitespace


def is_common_password(password: str, *names: str | None) -> bool:
    """Whether it is a common password or one of its owner's ``names``, also with digits and signs around it."""
    # Loaded here: the lists take some megabytes, and few requests need them.
    from zxcvbn.matching import RANKED_DICTIONARIES

    common = RANKED_DICTIONARIES["passwords"]
    whole = password.casefold()
    return whole in common or whole.strip(STRIP_CHARS) in common or _normalise(password) in _normalise_all(names)


def _normalise_all(names):
    """Names without their signs; of an address also what stands before the @."""
    given = [name for name in names if name]
    parts = [*PRODUCT_NAMES, *given, *(name.partition("@")[0] for name in given)]
    return {bare for bare in map(_normalise, parts) if bare}


def _normalise(text):
    return "".join(letter for letter in fold_case_accents(text).strip(STRIP_CHARS) if letter.isalnum())
