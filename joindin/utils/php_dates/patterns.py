"""Token patterns of PHP's date grammar (php.net, "Supported Date and Time Formats").

``TOKENS`` is in order of precedence: of two matches of the same length the first counts. Alternatives inside a pattern
stand longest first, because Python takes the first that matches. The group names are the names of the parts.
"""

import re

SPACE = r"[ \t]+"
HOUR_24 = r"(?:2[0-4]|[01]?[0-9])"
HOUR_24_PADDED = r"(?:2[0-4]|[01][0-9])"
HOUR_12 = r"(?:1[0-2]|0?[1-9])"
MINUTE, MINUTE_PADDED = r"[0-5]?[0-9]", r"[0-5][0-9]"
SECOND, SECOND_PADDED = r"(?:60|[0-5]?[0-9])", r"(?:60|[0-5][0-9])"
# The end of the text counts as white space: it is marked by a NUL.
MERIDIAN = r"(?P<meridian>[AaPp])\.?[Mm]\.?[\0\t ]"

YEAR, YEAR_2, YEAR_4 = r"(?P<year>[0-9]{1,4})", r"(?P<year>[0-9]{2})", r"(?P<year>[0-9]{4})"
MONTH, MONTH_PADDED = r"(?P<month>1[0-2]|0?[0-9])", r"(?P<month>0[0-9]|1[0-2])"
DAY_SUFFIX = r"(?:st|nd|rd|th)?"
DAY = rf"(?P<day>3[01]|[0-2]?[0-9]){DAY_SUFFIX}"
DAY_PADDED = r"(?P<day>0[0-9]|[1-2][0-9]|3[01])"
DAY_OF_YEAR = r"(?P<day>00[1-9]|0[1-9][0-9]|[1-2][0-9][0-9]|3[0-5][0-9]|36[0-6])"
WEEK = r"(?P<week>0[1-9]|[1-4][0-9]|5[0-3])"

MONTH_ABBREVIATIONS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FULL_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
ROMAN_MONTHS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
MONTHS = {"sept": 9} | {
    name: number
    for names in (ROMAN_MONTHS, MONTH_ABBREVIATIONS, FULL_MONTHS)
    for number, name in enumerate(names, start=1)
}

FULL_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
WEEKDAYS = {name: number for number, day in enumerate(FULL_WEEKDAYS) for name in (day, f"{day}s", day[:3])}

# Unit: the part of the offset, and how many of it.
UNITS = {
    name: unit
    for names, unit in (
        ("ms msec msecs millisecond milliseconds", ("microseconds", 1000)),
        ("µs µsec µsecs usec usecs microsecond microseconds", ("microseconds", 1)),
        ("sec secs second seconds", ("seconds", 1)),
        ("min mins minute minutes", ("minutes", 1)),
        ("hour hours", ("hours", 1)),
        ("day days", ("days", 1)),
        ("week weeks", ("days", 7)),
        ("fortnight fortnights forthnight forthnights", ("days", 14)),
        ("month months", ("months", 1)),
        ("year years", ("years", 1)),
    )
    for name in names.split()
}
WORKING_DAY_NAMES = ("weekday", "weekdays")

NUMBER_WORDS = {
    **{"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7},
    **{"eight": 8, "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12},
}
DIRECTION_WORDS = {"next": 1, "last": -1, "previous": -1, "this": 0}


def _any_of(names) -> str:
    """Return the pattern of the names without regard to case, longest first."""
    return "(?i:" + "|".join(sorted(names, key=len, reverse=True)) + ")"


FULL_MONTH_NAMES = _any_of([*FULL_MONTHS, *MONTH_ABBREVIATIONS, "sept"])
ROMAN = "|".join(sorted((name.upper() for name in ROMAN_MONTHS), key=len, reverse=True))
MONTH_NAME = rf"(?P<month_name>{FULL_MONTH_NAMES}|{ROMAN})"
MONTH_ABBREVIATION = rf"(?P<month_name>{_any_of([*MONTH_ABBREVIATIONS, 'sept'])})"
WEEKDAY_NAME = _any_of(WEEKDAYS)
WEEKDAY_OR_WORKING_DAY = _any_of([*WEEKDAYS, *WORKING_DAY_NAMES])
UNIT = _any_of([*(name for name in UNITS if name != "week"), *WEEKDAYS, *WORKING_DAY_NAMES])
UNIT_OR_WEEK = _any_of([*UNITS, *WEEKDAYS, *WORKING_DAY_NAMES])
DIRECTION = _any_of(DIRECTION_WORDS)
COUNT_WORD = _any_of([*NUMBER_WORDS, *DIRECTION_WORDS])

OFFSET = (
    r"(?:GMT)?[+-](?:"
    rf"{HOUR_24_PADDED}:{MINUTE_PADDED}:{SECOND_PADDED}|{HOUR_24_PADDED}{MINUTE_PADDED}{SECOND_PADDED}"
    rf"|{HOUR_24}(?::?{MINUTE})?)"
)
ZONE_NAME = r"(?:[A-Z][a-z]+(?:[_/-][A-Za-z]+)+|\(?[A-Za-z]{1,6}\)?)"
ZONE = rf"(?P<zone>{OFFSET}|{ZONE_NAME})"

GAP = r"[ .\t-]*"
MONTH_AND_DAY = rf"{MONTH_NAME}{GAP}{DAY}(?:[,.stndrh\t ]+|\0)"
CLOCK = rf"(?P<hour>{HOUR_24})[:.](?P<minute>{MINUTE})"
CLOCK_WITH_SECONDS = rf"{CLOCK}[:.](?P<second>{SECOND})"
CLOCK_WITH_ZONE = rf"{CLOCK}[:.](?P<second>{SECOND_PADDED})(?:{SPACE})?{ZONE}"
CLOCK_12 = rf"(?P<hour>{HOUR_12})[:.](?P<minute>{MINUTE_PADDED})(?:{SPACE})?{MERIDIAN}"
CLOCK_12_WITH_SECONDS = (
    rf"(?P<hour>{HOUR_12})[:.](?P<minute>{MINUTE})[:.](?P<second>{SECOND_PADDED})(?:{SPACE})?{MERIDIAN}"
)
COMPACT_CLOCK = rf"(?P<hour>{HOUR_24_PADDED})(?P<minute>{MINUTE_PADDED})"
FULL_CLOCK = rf":(?P<minute>{MINUTE_PADDED}):(?P<second>{SECOND_PADDED})"

# Name of the kind of token (a method of the reader), and its patterns. "date_and_time" reads every part by its group.
TOKENS = [
    (kind, re.compile(pattern))
    for kind, *patterns in (
        ("keyword", r"(?P<word>(?i:yesterday|tomorrow|midnight|today|now|noon))"),
        ("timestamp", r"@(?P<timestamp>-?[0-9]+)(?:\.[0-9]{0,6})?"),
        ("month_end", r"(?P<end>(?i:first|last))(?i: day of)"),
        ("quarter_hour", rf"(?P<side>(?i:back|front))(?i: of )(?P<hour>{HOUR_24})(?:(?:{SPACE})?{MERIDIAN})?"),
        ("weekday_of_month", rf"(?P<count>{COUNT_WORD}){SPACE}(?P<unit>{WEEKDAY_NAME}){SPACE}(?i:of)"),
        ("date_and_time", rf"(?P<hour>{HOUR_12})(?:{SPACE})?{MERIDIAN}", CLOCK_12, CLOCK_12_WITH_SECONDS),
        ("date_and_time", rf"(?P<hour>{HOUR_12}){FULL_CLOCK}[:.][0-9]+{MERIDIAN}"),
        ("date_and_time", rf"[tT](?P<hour>{HOUR_24})", rf"[tT]?{CLOCK}"),
        ("date_and_time", rf"[tT]?{CLOCK_WITH_SECONDS}", rf"[tT]?{CLOCK_WITH_SECONDS}\.[0-9]+"),
        ("compact_clock", rf"[tT]?{COMPACT_CLOCK}"),
        ("date_and_time", rf"[tT]?{COMPACT_CLOCK}(?P<second>{SECOND_PADDED})"),
        ("date_and_time", rf"{MONTH}/{DAY}", rf"{MONTH}/{DAY}/{YEAR}"),
        ("date_and_time", rf"(?P<year>[+-]?[0-9]{{4}})-{MONTH_PADDED}-{DAY_PADDED}"),
        ("date_and_time", rf"{YEAR_4}/{MONTH_PADDED}/{DAY_PADDED}/?", rf"{YEAR_4}/{MONTH}/{DAY}"),
        ("date_and_time", rf"{YEAR_2}-{MONTH_PADDED}-{DAY_PADDED}"),
        ("date_and_time", rf"(?P<year>[+-][0-9]{{5,19}})-{MONTH_PADDED}-{DAY_PADDED}"),
        ("month", rf"{YEAR_4}-{MONTH}"),
        ("date_and_time", rf"{YEAR}-{MONTH}-{DAY}"),
        ("date_and_time", rf"{DAY}{GAP}{MONTH_NAME}{GAP}{YEAR}"),
        ("date_and_time", rf"{DAY}[.\t-]{MONTH}[.-]{YEAR_4}"),
        ("date_and_time", rf"{DAY}[.\t]{MONTH}\.{YEAR_2}"),
        ("month", rf"{MONTH_NAME}{GAP}{YEAR_4}", rf"{YEAR_4}{GAP}{MONTH_NAME}"),
        ("date_and_time", rf"{MONTH_NAME}{GAP}{DAY}[,.stndrh\t ]+{YEAR}", MONTH_AND_DAY),
        ("date_and_time", rf"{DAY}{GAP}{MONTH_NAME}"),
        ("date_and_time", rf"{YEAR_4}{MONTH_PADDED}{DAY_PADDED}"),
        ("date_and_time", rf"{YEAR_4}{MONTH_PADDED}{DAY_PADDED}T(?P<hour>{HOUR_24}){FULL_CLOCK}"),
        (
            "date_and_time",
            rf"{YEAR_4}{MONTH_PADDED}{DAY_PADDED}[tT](?P<hour>{HOUR_24})(?P<minute>{MINUTE_PADDED})"
            rf"(?P<second>{SECOND_PADDED})",
        ),
        (
            "date_and_time",
            rf"{YEAR_4}-{MONTH_PADDED}-{DAY_PADDED}T(?P<hour>{HOUR_24_PADDED}){FULL_CLOCK}\.[0-9]+(?P<zone>{OFFSET})?",
            rf"{YEAR_4}-{MONTH}-{DAY}T(?P<hour>{HOUR_24}):(?P<minute>{MINUTE}):(?P<second>{SECOND})",
            rf"{YEAR_4}:{MONTH_PADDED}:{DAY_PADDED} (?P<hour>{HOUR_24_PADDED}){FULL_CLOCK}",
        ),
        ("day_of_year", rf"{YEAR_4}[.-]?{DAY_OF_YEAR}"),
        ("week", rf"{YEAR_4}-?W{WEEK}-?(?P<weekday>[0-7])", rf"{YEAR_4}-?W{WEEK}"),
        ("date_and_time", rf"{MONTH_ABBREVIATION}-{DAY_PADDED}-{YEAR}", rf"{YEAR}-{MONTH_ABBREVIATION}-{DAY_PADDED}"),
        (
            "date_and_time",
            rf"{DAY}/{MONTH_ABBREVIATION}/{YEAR_4}:(?P<hour>{HOUR_24_PADDED}){FULL_CLOCK}{SPACE}(?P<zone>{OFFSET})",
        ),
        ("year", YEAR_4),
        ("ago", r"(?i:ago)"),
        ("weekday", rf"(?P<unit>{WEEKDAY_OR_WORKING_DAY})"),
        ("week_word", rf"(?P<count>{DIRECTION}){SPACE}(?P<unit>(?i:week))"),
        ("counted_word", rf"(?P<count>{COUNT_WORD}){SPACE}(?P<unit>{UNIT})"),
        ("date_and_time", rf"(?P<month_name>{FULL_MONTH_NAMES})"),
        ("zone", ZONE),
        ("date_and_time", rf"{MONTH_AND_DAY}{CLOCK_12}", rf"{MONTH_AND_DAY}{CLOCK_12_WITH_SECONDS}"),
        ("date_and_time", *(rf"{MONTH_AND_DAY}[tT]?{it}" for it in (CLOCK, CLOCK_WITH_SECONDS, CLOCK_WITH_ZONE))),
        ("counted", rf"(?P<count>[+-]*[ \t]*[0-9]{{1,13}})(?:{SPACE})?(?P<unit>{UNIT_OR_WEEK})"),
        ("separator", r"[.,\n\0]", SPACE),
    )
    for pattern in patterns
]
