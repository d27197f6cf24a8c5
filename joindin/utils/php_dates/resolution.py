"""From the parts of a date to a time: gaps, weekdays, offsets and zones, in PHP's order."""

import datetime as dt

from joindin.utils.php_dates.parts import DateParts, MonthEnd, WeekdayRule

SATURDAY, SUNDAY = 6, 0


def resolve(parts: DateParts, tzinfo: dt.tzinfo, now: dt.datetime) -> dt.datetime:
    """Return the time in UTC. ``now`` fills the gaps with its local parts in ``tzinfo``.

    A local time that a change of the clock skips is moved on by the change; of a repeated one the first counts.

    :raises ValueError, OverflowError: for years that :mod:`datetime` does not have.
    """
    moment = _start(parts, now.astimezone(tzinfo))
    if parts.weekday is not None:
        moment = _move_to_weekday(moment, parts)
    offset = parts.offset
    # The end of a month replaces the day, so a move of days has no effect on it.
    days = 0 if parts.month_end else offset.days
    moment = _move(moment, years=offset.years, months=offset.months, days=days)
    moment = _move_to_month_end(moment, parts.month_end)
    if parts.working_days is not None:
        moment = _move_working_days(moment, parts.working_days)
    elapsed = dt.timedelta(
        hours=offset.hours, minutes=offset.minutes, seconds=offset.seconds, microseconds=offset.microseconds
    )
    return moment.replace(tzinfo=parts.zone or tzinfo).astimezone(dt.UTC) + elapsed


def _start(parts, local_now):
    """Return the named day and time, filled from now; a day without a time is its midnight."""
    year, month, day = (
        getattr(local_now, name) if getattr(parts, name) is None else getattr(parts, name)
        for name in ("year", "month", "day")
    )
    if parts.has_date and not parts.times:
        clock = [0, 0, 0]
    else:
        named = [parts.hour, parts.minute, parts.second]
        local = [local_now.hour, local_now.minute, local_now.second]
        clock = [mine if part is None else part for part, mine in zip(named, local, strict=True)]
    if parts.weekday_of_month:
        day = 1
        month += parts.offset.months + (parts.weekday_of_month is MonthEnd.LAST_DAY)
        parts.offset.months = 0
    if parts.month_end:
        # From a longer month, day 31 would overflow into the month after the next.
        day = 1
    return _build(year, month, day, *clock)


def _build(year, month, day, hour, minute, second):
    """Return the time of a date that may overflow: month 13, day 0, hour 24."""
    years, month_index = divmod(month - 1, 12)
    start = dt.datetime(year + years, month_index + 1, 1)
    return start + dt.timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second)


def _move(moment, years=0, months=0, days=0):
    year, month, day = moment.year + years, moment.month + months, moment.day + days
    return _build(year, month, day, moment.hour, moment.minute, moment.second)


def _move_to_month_end(moment, month_end):
    if month_end is None:
        return moment
    first = moment.replace(day=1)
    return first if month_end is MonthEnd.FIRST_DAY else _move(first, months=1, days=-1)


def _move_to_weekday(moment, parts):
    weekday, current = parts.weekday, moment.isoweekday() % 7
    if parts.weekday_rule is WeekdayRule.IN_THIS_WEEK:
        # The week starts on Monday, but Sunday has the number 0.
        if current == SUNDAY and weekday != SUNDAY:
            weekday -= 7
        elif weekday == SUNDAY and current != SUNDAY:
            weekday = 7
        return _move(moment, days=weekday - current)
    if weekday < 0:
        return _move(moment, days=-(7 - (abs(weekday) - current)))
    difference, days = weekday - current, parts.offset.days
    if (days < 0 and difference < 0) or (days >= 0 and difference <= -parts.weekday_rule.value):
        difference += 7
    return _move(moment, days=difference)


def _move_working_days(moment, amount):
    """Move by days from Monday to Friday; a move of 0 leaves the weekend."""
    step = 1 if amount > 0 else -1
    if amount == 0:
        days = {SATURDAY: 2, SUNDAY: 1}.get(moment.isoweekday() % 7, 0)
        return _move(moment, days=days)
    weeks, rest = divmod(abs(amount) - 1, 5)
    moment = _move(moment, days=step * 7 * weeks)
    for _ in range(rest + 1):
        moment = _move(moment, days=step)
        while moment.isoweekday() > 5:
            moment = _move(moment, days=step)
    return moment
