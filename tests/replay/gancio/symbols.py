"""Symbols in the captured requests and answers: ids, tokens, times, and values of which only the form is compared."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

ZONE = ZoneInfo("Europe/Rome")
SYMBOL = re.compile(r"<[^<>\s]+>|<lowercase token>")
NUMBERS = re.compile(r"<T([+-]\d+)>")
FORMS = {
    "<iso>": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"),
    "<hex32>": re.compile(r"[0-9a-f]{32}"),
    "<image>.jpg": re.compile(r"[0-9a-f]{32}\.jpg"),
    "<lowercase token>": re.compile(r"[a-z0-9_-]+"),
    "<pem>": re.compile(r"-----BEGIN PUBLIC KEY-----.*", re.DOTALL),
    "<day>": re.compile(r"\d{4}-\d\d-\d\d"),
    "<when>": re.compile(r"\w+day, \d{1,2} \w+ \d\d:\d\d"),
}


class Symbols:
    """Values by symbol. ``base`` is the address of the server."""

    def __init__(self, base: str, now: dt.datetime):
        self.run_start = int(now.replace(minute=0, second=0, microsecond=0).timestamp()) + 3600
        host = base.partition("//")[2]
        self._values = {"<base>": base, "<host>": host, "<hostname>": host.partition(":")[0], "<loop>": ""}

    def keep(self, name: str, value):
        self._values[f"<{name}>"] = value

    def resolve(self, value):
        """Return a request value with its symbols replaced; a text that is one symbol becomes the symbol's value."""
        if isinstance(value, dict):
            return {key: self.resolve(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.resolve(each) for each in value]
        if not isinstance(value, str):
            return value
        known = self._find(value)
        return known if known is not None else SYMBOL.sub(lambda match: str(self._value(match[0])), value)

    def difference(self, expected, actual, path="body"):
        """Return where ``actual`` differs from what was captured, or None. Further fields of objects are right."""
        if isinstance(expected, dict) and isinstance(actual, dict):
            differences = (
                f"{path}.{key} is missing" if key not in actual else self.difference(each, actual[key], f"{path}.{key}")
                for key, each in ((self.resolve(name), each) for name, each in expected.items())
                if not (key == "multidate" and each is None and not actual.get(key))
            )
            return next((each for each in differences if each), None)
        if isinstance(expected, list) and isinstance(actual, list):
            if len(expected) != len(actual):
                return f"{path} has {len(actual)} items, not {len(expected)}: {str(actual)[:300]}"
            pairs = enumerate(zip(*map(_sorted_tags(path), (expected, actual)), strict=True))
            differences = (self.difference(*pair, f"{path}.{number}") for number, pair in pairs)
            return next((each for each in differences if each), None)
        return None if self._is_equal(expected, actual) else f"{path} is {str(actual)[:200]!r}, not {expected!r}"

    def _is_equal(self, expected, actual):
        if not isinstance(expected, str):
            # True is not 1.
            return expected == actual and isinstance(expected, bool) == isinstance(actual, bool)
        if expected in FORMS:
            return isinstance(actual, str) and bool(FORMS[expected].fullmatch(actual))
        if expected == "<size>":
            return isinstance(actual, int) and actual > 0
        if expected.endswith(":?>"):
            return isinstance(actual, int)
        known = self._find(expected)
        if known is not None and not isinstance(known, str):
            return known == actual
        pattern = "".join(
            (FORMS[part].pattern if part in FORMS else re.escape(str(self._value(part))))
            if SYMBOL.fullmatch(part)
            else re.escape(part)
            for part in re.split(f"({SYMBOL.pattern})", expected)
        )
        return isinstance(actual, str) and bool(re.fullmatch(pattern, actual))

    def _find(self, text):
        """Return the value of a text that is one symbol, or None."""
        if match := NUMBERS.fullmatch(text):
            return self.run_start + int(match[1])
        return self._values.get(text)

    def _value(self, symbol):
        known = self._find(symbol)
        return symbol if known is None else known


def _sorted_tags(path):
    """The order of tags is not compared."""
    return sorted if path.endswith(".tags") and "filter" not in path else list


def series_times(tag: str, name: str, now: dt.datetime) -> dict[str, int]:
    """Return the times of a series in epoch seconds: its start at 20:00 local on a day that the step's name tells.

    ``next`` is the first occurrence from now by the rule, ``after`` the one after it, ``end`` the end of the first.
    """
    today = now.astimezone(ZONE).replace(hour=20, minute=0, second=0, microsecond=0)
    weekday = relativedelta(weeks=1)
    if "second weekday" in name:
        start, following = _nth_weekday(today, -1, 2), [_nth_weekday(today, months, 2) for months in range(4)]
    elif "last weekday" in name:
        start, following = _last_weekday(today, -1), [_last_weekday(today, months) for months in range(4)]
    else:
        start = today - relativedelta(days=10) if "began" in name else today + relativedelta(days=3)
        following = [start + weekday * number for number in range(8)]
    coming = [each for each in following if each > now]
    times = {
        tag: start,
        f"{tag}.next": coming[0],
        f"{tag}.after": coming[1],
        f"{tag}.end": start + dt.timedelta(hours=2),
    }
    return {name: int(each.timestamp()) for name, each in times.items()}


def _nth_weekday(today, months, number):
    """Return the n-th Tuesday of a month, counted from the current one."""
    first = today.replace(day=1) + relativedelta(months=months)
    return first + dt.timedelta(days=(1 - first.weekday()) % 7 + 7 * (number - 1))


def _last_weekday(today, months):
    """Return the last Friday of a month, counted from the current one."""
    last = today.replace(day=1) + relativedelta(months=months + 1, days=-1)
    return last - dt.timedelta(days=(last.weekday() - 4) % 7)
