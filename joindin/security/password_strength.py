"""Passwords that are among the first that anybody would try."""

import string

from joindin.utils.text import fold

OUR_NAMES = ("joindin", "joind.in")
AROUND = string.digits + string.punctuation + string.whitespace


def is_guessable(password: str, *names: str | None) -> bool:
    """Whether it is a common password or one of its owner's ``names``, also with digits and signs around it."""
    # Loaded here: the lists take some megabytes, and few requests need them.
    from zxcvbn.matching import RANKED_DICTIONARIES

    common = RANKED_DICTIONARIES["passwords"]
    whole = password.casefold()
    return whole in common or whole.strip(AROUND) in common or _bare(password) in _all_bare(names)


def _all_bare(names):
    """Names without their signs; of an address also what stands before the @."""
    given = [name for name in names if name]
    parts = [*OUR_NAMES, *given, *(name.partition("@")[0] for name in given)]
    return {bare for bare in map(_bare, parts) if bare}


def _bare(text):
    return "".join(letter for letter in fold(text).strip(AROUND) if letter.isalnum())
