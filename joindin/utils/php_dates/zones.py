"""Zones in the text of a date: offsets, abbreviations and names."""

import datetime as dt
import re

from joindin.utils.php_dates.errors import DoubtfulDate
from joindin.utils.timezones import find_timezone

# Hours east of UTC, summer time included. An abbreviation that today stands for several zones of equal rank, as IST, is
# missing: its reading would be a guess.
ABBREVIATIONS = {
    **{"utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3},
    **{"met": 1, "mest": 2, "msk": 3, "msd": 4, "wat": 1, "cat": 2, "sast": 2, "eat": 3, "idt": 3},
    **{"nst": -3.5, "ndt": -2.5, "ast": -4, "adt": -3, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7},
    **{"mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10, "hdt": -9, "sst": -11, "chst": 10},
    **{"jst": 9, "kst": 9, "hkt": 8, "pkt": 5, "wib": 7, "wita": 8, "wit": 9},
    **{"awst": 8, "acst": 9.5, "acdt": 10.5, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13},
    # The letters of military zones. J is the local time, and Z stands above.
    **{letter: hours for hours, letter in enumerate("abcdefghiklm", start=1)},
    **{letter: -hours for hours, letter in enumerate("nopqrstuvwxy", start=1)},
}

# Beyond these no place on earth has its time: "9:00-17:00" are opening hours.
LEAST_OFFSET, GREATEST_OFFSET = dt.timedelta(hours=-12), dt.timedelta(hours=14)

OFFSET_PATTERN = re.compile(r"(?:GMT)?([+-])([\d:]+)\Z")


def find_zone(text: str) -> dt.tzinfo | None:
    """Return the zone of an offset (``+02:00``, ``GMT-3``), an abbreviation or a name; None if it is unknown.

    :raises DoubtfulDate: for an offset that no place has.
    """
    if offset := OFFSET_PATTERN.match(text):
        seconds = _offset_seconds(offset[2])
        east = dt.timedelta(seconds=-seconds if offset[1] == "-" else seconds)
        if not LEAST_OFFSET <= east <= GREATEST_OFFSET:
            raise DoubtfulDate
        return dt.timezone(east)
    name = text.strip("()")
    hours = ABBREVIATIONS.get(name.lower())
    return find_timezone(name) if hours is None else dt.timezone(dt.timedelta(hours=hours))


def _offset_seconds(digits):
    if ":" in digits:
        hours, minutes, *seconds = (int(part) for part in digits.split(":"))
        return hours * 3600 + minutes * 60 + sum(seconds)
    if len(digits) <= 2:
        return int(digits) * 3600
    seconds = int(digits[4:]) if len(digits) == 6 else 0
    hours, minutes = divmod(int(digits[:4]), 100)
    return hours * 3600 + minutes * 60 + seconds
