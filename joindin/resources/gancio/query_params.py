"""Parameters of the query string of the Gancio API (contract, section 2): invalid values count as absent."""

import datetime as dt
import math
import re
from collections.abc import Callable
from functools import lru_cache, wraps
from urllib.parse import parse_qsl

from flask import request
from werkzeug.datastructures import MultiDict

from joindin.utils.datetimes import EARLIEST, LATEST, UTC
from joindin.utils.text import strip_control_chars

# More rows are not skipped or returned: larger numbers mean the same.
MAX_NUMBER = 2**31 - 1


def read_args() -> MultiDict[str, str]:
    """Return the parameters of the query string; those of a repeated address are parsed once."""
    return _parse(request.environ["QUERY_STRING"])


def once_per_query(read: Callable) -> Callable:
    """Cache the results of a function of the query string and its arguments; those of frequent addresses are read once.

    The results are shared and must not be changed.
    """
    cached = lru_cache(maxsize=512)(lambda _query, *args: read(*args))

    @wraps(read)
    def read_once(*args):
        return cached(request.environ["QUERY_STRING"], *args)

    return read_once


@lru_cache(maxsize=512)
def _parse(query_string):
    return MultiDict(parse_qsl(query_string, keep_blank_values=True, errors="replace"))


def read_text(name: str) -> str | None:
    """Return the parameter without white space around it; None if it is absent or empty."""
    return read_args().get(name, "").strip() or None


def read_flag(name: str, default: bool | None = False) -> bool | None:
    value = read_text(name)
    return default if value is None else value.lower() in ("true", "1")


def read_number(name: str) -> int:
    """Return a whole number that is not negative; 0 for everything else."""
    value = read_text(name) or ""
    if not (value.isascii() and value.isdecimal()):
        return 0
    return min(int(value[:40]), MAX_NUMBER)


def read_texts(name: str) -> list[str]:
    """Return the texts of a list in any of its forms: ``a,b``, repeated, ``name[]`` or ``name[0]``."""
    args = read_args()
    if not args:
        return []
    values = [
        *args.getlist(name),
        *args.getlist(f"{name}[]"),
        *(args[key] for key in args if re.fullmatch(rf"{re.escape(name)}\[\d{{1,4}}\]", key)),
    ]
    parts = (strip_control_chars(part).strip() for value in values for part in value.split(","))
    return list(dict.fromkeys(part for part in parts if part))


def read_time(name: str) -> dt.datetime | None:
    """Return the time of a number of seconds since 1970, cut to the range that rows can have; None if it is absent.

    :raises ValueError: if the parameter is not a number.
    """
    value = read_text(name)
    if value is None:
        return None
    seconds = float(value) if re.fullmatch(r"[+-]?\d{1,400}(\.\d*)?", value, re.ASCII) else math.nan
    if math.isnan(seconds):
        raise ValueError(value)
    # Events start at whole seconds.
    seconds = min(max(seconds, EARLIEST.timestamp()), LATEST.timestamp())
    return dt.datetime.fromtimestamp(math.ceil(seconds), UTC)
