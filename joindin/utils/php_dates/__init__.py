"""Dates as PHP's ``strtotime`` reads them: the grammar that the v2.1 contract relies on (spec 2.6).

The grammar is the one of PHP's manual, "Supported Date and Time Formats". A text is a sequence of tokens: at every position
the longest pattern of :mod:`.patterns` wins. :mod:`.reader` collects the tokens in :class:`.parts.DateParts`,
:mod:`.resolution` computes the time, and :mod:`.doubtful` finds the texts that PHP reads in an unlikely way.

Texts that are no date are refused. Other languages are read by :mod:`joindin.utils.date_texts`.
"""

import datetime as dt
from typing import NamedTuple

from joindin.utils.php_dates.doubtful import is_doubtful
from joindin.utils.php_dates.errors import DoubtfulDate, UnreadableDate
from joindin.utils.php_dates.reader import read_parts
from joindin.utils.php_dates.resolution import resolve


class PhpDate(NamedTuple):
    at: dt.datetime
    depends_on_now: bool


def read_php_date(text: str, tzinfo: dt.tzinfo, now: dt.datetime) -> PhpDate:
    """Return the time that ``text`` names.

    Text without an offset is local time in ``tzinfo``; missing parts come from ``now`` in this zone.

    :raises UnreadableDate: if the text is no date, or its year is outside the calendar of :mod:`datetime`.
    :raises DoubtfulDate: if PHP's reading of the text is not the likely one.
    """
    text = text.strip()
    try:
        parts = read_parts(text)
        if is_doubtful(text, parts):
            raise DoubtfulDate
        return PhpDate(resolve(parts, tzinfo, now), parts.depends_on_now())
    except (ValueError, OverflowError) as error:
        raise UnreadableDate from error
