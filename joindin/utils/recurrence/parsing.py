"""Text of recurrence rules and excluded dates."""

import datetime as dt
import re

from joindin.errors import InvalidInput
from joindin.utils.datetimes import EARLIEST, LATEST, UTC
from joindin.utils.recurrence.rules import (
    FREQUENCIES,
    MAX_OCCURRENCES,
    MONTHLY,
    WEEKDAYS,
    WEEKLY,
    YEARLY,
    RecurrenceRule,
    is_in_rule,
    to_local,
)
from joindin.utils.timezones import find_timezone

MAX_RULE_LENGTH = 400
MAX_RECURRENCE_LENGTH = 20_000
MAX_INTERVAL = 1000

DAY_PATTERN = re.compile(r"([+-]?[1-9]\d?)?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
NUMBER_PATTERN = re.compile(r"[+-]?\d{1,4}", re.ASCII)
TIME_PATTERN = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?", re.ASCII)
EXDATE_PATTERN = re.compile(r"EXDATE(?:;TZID=([\w/+-]+)|;VALUE=DATE(?:-TIME)?)*:(.*)", re.ASCII)


def parse_recurrence(
    text: str, *, start: dt.datetime, timezone: dt.tzinfo
) -> tuple[RecurrenceRule, tuple[dt.datetime, ...]]:
    """Return the rule and the excluded dates of a text: a line with the rule, and lines ``EXDATE:``.

    :raises InvalidInput: if the text is no rule, or exceeds a limit, or its dates do not begin with ``start``.
    """
    if len(text) > MAX_RECURRENCE_LENGTH:
        raise InvalidInput("The recurrence rule is too long")
    rules, excluded = [], []
    for line in filter(None, (line.strip().upper() for line in text.splitlines())):
        if line.startswith("EXDATE"):
            excluded += _parse_exdate(line, start, timezone)
        else:
            rules.append(line.removeprefix("RRULE:"))
    if len(rules) != 1:
        raise InvalidInput("Exactly one recurrence rule is required, for example FREQ=WEEKLY;INTERVAL=2")
    if len(excluded) > MAX_OCCURRENCES:
        raise InvalidInput("At most %(number)d dates can be left out", number=MAX_OCCURRENCES)
    rule = parse_rule(rules[0], timezone)
    if rule.until and rule.until < start:
        raise InvalidInput("UNTIL is before the first date")
    if not is_in_rule(rule, start, timezone):
        raise InvalidInput("The first date is not one of the dates of the recurrence rule")
    return rule, tuple(sorted(set(excluded)))


def parse_rule(text: str, timezone: dt.tzinfo) -> RecurrenceRule:
    """Return the rule; a date or a time without ``Z`` in ``UNTIL`` is in ``timezone``.

    :raises InvalidInput: if the text is no rule, or exceeds a limit.
    """
    if len(text) > MAX_RULE_LENGTH:
        raise InvalidInput("The recurrence rule is too long")
    parts = {}
    for part in text.upper().rstrip(";").split(";"):
        name, _, value = part.strip().partition("=")
        if name in parts or name not in _PARSERS:
            raise InvalidInput(
                "The recurrence rule has an unknown, unsupported or repeated part: %(name)s", name=name[:20]
            )
        field, parse = _PARSERS[name]
        parts[name] = field, parse(name, value.strip(), timezone)
    if "FREQ" not in parts:
        raise InvalidInput("The recurrence rule needs FREQ")
    rule = RecurrenceRule(**dict(parts.values()))
    _check_combination(rule)
    return rule


def _check_combination(rule):
    ordinals = [number for number, _day in rule.by_day if number]
    if rule.count and rule.until:
        raise InvalidInput("The recurrence rule has COUNT and UNTIL. Choose one")
    if ordinals and rule.frequency not in (MONTHLY, YEARLY):
        raise InvalidInput("BYDAY with a number needs FREQ=MONTHLY or FREQ=YEARLY")
    if ordinals and len(ordinals) < len(rule.by_day):
        # dateutil, and with it most readers, take only the days that match both kinds.
        raise InvalidInput("BYDAY must have a number at every weekday or at none")
    if ordinals and (rule.frequency == MONTHLY or rule.by_month) and max(map(abs, ordinals)) > 5:
        raise InvalidInput("BYDAY: a month has at most five of a weekday")
    if rule.by_month_day and rule.frequency == WEEKLY:
        raise InvalidInput("BYMONTHDAY cannot be used with FREQ=WEEKLY")
    if rule.by_set_position and not (rule.by_day or rule.by_month_day or rule.by_month):
        raise InvalidInput("BYSETPOS needs BYDAY, BYMONTHDAY or BYMONTH")


def _number(low, high):
    def parse(name, value, _timezone=None):
        if not NUMBER_PATTERN.fullmatch(value) or not low <= int(value) <= high or int(value) == 0:
            raise InvalidInput(
                "%(name)s must be a number from %(low)d to %(high)d, and not 0", name=name, low=low, high=high
            )
        return int(value)

    return parse


def _numbers(low, high):
    parse = _number(low, high)

    def parse_all(name, value, _timezone):
        return tuple(dict.fromkeys(parse(name, each) for each in value.split(",")))

    return parse_all


def _choice(choices):
    def parse(name, value, _timezone):
        if value not in choices:
            raise InvalidInput("%(name)s must be one of %(choices)s", name=name, choices=", ".join(choices))
        return value

    return parse


def _days(name, value, _timezone):
    matches = [DAY_PATTERN.fullmatch(each) for each in value.split(",")]
    if not all(matches):
        raise InvalidInput("%(name)s must be weekdays, for example MO,TU or 2FR", name=name)
    days = tuple(dict.fromkeys((int(match[1] or 0), match[2]) for match in matches))
    if any(abs(number) > 53 for number, _day in days):
        raise InvalidInput("%(name)s must have numbers from -53 to 53", name=name)
    return days


def _until(_name, value, timezone):
    return _parse_time(value, timezone, dt.time(23, 59, 59))


_PARSERS = {
    "FREQ": ("frequency", _choice(FREQUENCIES)),
    "INTERVAL": ("interval", _number(1, MAX_INTERVAL)),
    "COUNT": ("count", _number(1, MAX_OCCURRENCES)),
    "UNTIL": ("until", _until),
    "BYMONTH": ("by_month", _numbers(1, 12)),
    "BYMONTHDAY": ("by_month_day", _numbers(-31, 31)),
    "BYDAY": ("by_day", _days),
    "BYSETPOS": ("by_set_position", _numbers(-366, 366)),
    "WKST": ("week_start", _choice(WEEKDAYS)),
}


def _parse_exdate(line, start, timezone):
    match = EXDATE_PATTERN.fullmatch(line)
    zone = find_timezone(match[1]) if match and match[1] else timezone
    if match is None or zone is None:
        raise InvalidInput("EXDATE is not valid, for example EXDATE:20271224T190000Z")
    return [_parse_time(value.strip(), zone, to_local(start, zone).time()) for value in match[2].split(",")]


def _parse_time(value, zone, time_of_date):
    """Return the time in UTC; a date alone has ``time_of_date``."""
    match = TIME_PATTERN.fullmatch(value)
    try:
        day = dt.datetime.strptime(match[1], "%Y%m%d").date()
        time = dt.datetime.strptime(match[2], "%H%M%S").time() if match[2] else time_of_date
        return min(max(dt.datetime.combine(day, time, UTC if match[3] else zone).astimezone(UTC), EARLIEST), LATEST)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidInput("Not a date: %(text)s. Write 20271224 or 20271224T190000Z", text=value[:20]) from error
