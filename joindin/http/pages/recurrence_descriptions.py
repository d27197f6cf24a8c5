"""Descriptions of recurrence rules in the language of the page."""

import datetime as dt
from functools import reduce

from joindin.http.pages.languages import event_dates, gettext, ngettext
from joindin.utils.recurrence.rules import DAILY, MONTHLY, WEEKDAYS, WEEKLY, YEARLY, RecurrenceRule


def describe_rule(rule: RecurrenceRule, starts_at: dt.datetime, timezone: str | None) -> str:
    """Return a phrase such as "every 2 weeks on Friday". ``starts_at`` is the first date; days are those of the time zone."""
    local = event_dates(timezone).local
    dates = _describe_dates(rule, local(starts_at))
    if dates is None:
        return gettext("by the rule %(rule)s", rule=rule)
    if rule.count:
        return ngettext("%(dates)s, %(num)d time", "%(dates)s, %(num)d times", rule.count, dates=dates)
    if rule.until:
        return gettext("%(dates)s, until %(day)s", dates=dates, day=event_dates(None).date(local(rule.until)))
    return dates


def _describe_dates(rule, start):
    """Return the dates of a rule without end; None if there is no short phrase for them."""
    if rule.by_set_position or len(rule.by_month_day) > 1 or (rule.by_day and rule.by_month_day):
        return None
    if not _has_expected_months(rule, start) or (rule.frequency == DAILY and rule.by_month_day):
        return None
    if rule.by_day or rule.frequency == WEEKLY:
        days = [_weekday_phrase(*day) for day in rule.by_day or ((0, WEEKDAYS[start.weekday()]),)]
        return _on_weekdays(rule, start, _join(days)) if all(days) else None
    if rule.frequency == DAILY:
        return ngettext("every day", "every %(num)d days", rule.interval)
    day = rule.by_month_day[0] if rule.by_month_day else start.day
    return _on_day(rule, start, day) if day > 0 else None


def _has_expected_months(rule, start):
    """Return whether a yearly rule has the month of the start alone, and another rule all months."""
    if rule.frequency != YEARLY:
        return not rule.by_month
    return rule.by_month == (start.month,) or not (rule.by_month or rule.by_day or rule.by_month_day)


def _on_weekdays(rule, start, days):
    values = {"days": days, "month": event_dates(None).month_name(start)}
    return {
        DAILY: ngettext("every day on %(days)s", "every %(num)d days on %(days)s", rule.interval, **values),
        WEEKLY: ngettext("every week on %(days)s", "every %(num)d weeks on %(days)s", rule.interval, **values),
        MONTHLY: ngettext("every month on %(days)s", "every %(num)d months on %(days)s", rule.interval, **values),
        YEARLY: ngettext(
            "every year on %(days)s of %(month)s",
            "every %(num)d years on %(days)s of %(month)s",
            rule.interval,
            **values,
        ),
    }[rule.frequency]


def _on_day(rule, start, day):
    if rule.frequency == MONTHLY:
        return ngettext("every month on day %(day)d", "every %(num)d months on day %(day)d", rule.interval, day=day)
    return ngettext(
        "every year on day %(day)d of %(month)s",
        "every %(num)d years on day %(day)d of %(month)s",
        rule.interval,
        day=day,
        month=event_dates(None).month_name(start),
    )


def _weekday_phrase(number, day):
    """Return the weekday, with its number in the month or year unless that is 0; None if there is no word for the number."""
    name = event_dates(None).weekday_name(WEEKDAYS.index(day))
    return {
        0: name,
        1: gettext("the first %(weekday)s", weekday=name),
        2: gettext("the second %(weekday)s", weekday=name),
        3: gettext("the third %(weekday)s", weekday=name),
        4: gettext("the fourth %(weekday)s", weekday=name),
        5: gettext("the fifth %(weekday)s", weekday=name),
        -1: gettext("the last %(weekday)s", weekday=name),
    }.get(number)


def _join(phrases):
    return reduce(lambda first, second: gettext("%(first)s and %(second)s", first=first, second=second), phrases)
