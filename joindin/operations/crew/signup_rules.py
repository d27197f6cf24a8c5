"""Rules of signing up for a shift and of declining it (spec 14.2). All reasons are listed, in the order of the contract."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from joindin.models.crew import CONFIRMED, REQUESTED, RESPONSIBLE_REJECTED, USER_DECLINED
from joindin.operations.crew.flows import get_flow, get_signup_deadline, may_customize_times, may_decline_confirmed
from joindin.operations.crew.refusals import (
    MSG_ALREADY_DECLINED,
    MSG_ALREADY_SIGNED_UP,
    MSG_CANNOT_DECLINE,
    MSG_CONFLICT,
    MSG_EVENT_INACTIVE,
    MSG_FULL,
    MSG_NOT_QUALIFIED,
    MSG_PERIOD_OVER,
    MSG_REJECTED,
    MSG_TEAMS_FULL,
    MSG_TOO_YOUNG,
    MSG_TYPE_QUALIFICATION,
    Refusal,
)
from joindin.operations.crew.structures import list_place_refusals
from joindin.queries.crew.signup_facts import ConfirmedShift, SignupFacts
from joindin.queries.crew.signup_stats import as_count
from joindin.utils.datetimes import get_timezone

POSITIVE_STATES = (REQUESTED, CONFIRMED)
NO_PLACE = (MSG_FULL, MSG_TEAMS_FULL)
GERMAN_WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")


class SignupVerdict(NamedTuple):
    """The reasons against each action. An action without reasons is allowed."""

    sign_up: tuple[Refusal, ...]
    decline: tuple[Refusal, ...]
    customize: tuple[Refusal, ...]

    @property
    def is_only_full(self) -> bool:
        """Return whether nothing but the lack of a free place keeps the person from signing up."""
        return bool(self.sign_up) and all(reason.message in NO_PLACE for reason in self.sign_up)


def judge_signup(facts: SignupFacts, now: dt.datetime, timezone: str) -> SignupVerdict:
    """Return the reasons against signing up, declining and changing the times. ``timezone`` is that of the crew."""
    inactive = [Refusal(MSG_EVENT_INACTIVE)] if facts.shift.is_draft else []
    rejected = [Refusal(MSG_REJECTED)] if facts.state == RESPONSIBLE_REJECTED else []
    over = [Refusal(MSG_PERIOD_OVER)] if now > get_signup_deadline(facts, timezone) else []
    flow = [*get_flow(facts).refusals]
    declined = [Refusal(MSG_ALREADY_DECLINED)] if facts.state == USER_DECLINED else []
    keeps = facts.state == CONFIRMED and not may_decline_confirmed(facts)
    may_not_leave = [Refusal(MSG_CANNOT_DECLINE)] if keeps else []
    signed_up = [Refusal(MSG_ALREADY_SIGNED_UP)] if facts.state in POSITIVE_STATES else []

    entry = [*inactive, *rejected, *over, *_refuse_person(facts, timezone), *flow]
    decline = [*inactive, *may_not_leave, *rejected, *declined, *over, *flow]
    customize = [*entry, *(may_not_leave if signed_up else ())]
    return SignupVerdict((*signed_up, *entry), tuple(decline), tuple(customize))


def _refuse_person(facts, timezone):
    return list_personal_refusals(facts, list_conflicts(facts), timezone, is_limited=get_flow(facts).is_limited)


def list_personal_refusals(
    facts: SignupFacts, conflicts: Sequence[ConfirmedShift], timezone: str, *, is_limited: bool
) -> list[Refusal]:
    """Return the reasons against this person: general qualifications, other shifts, and the places of the structure."""
    refusals = []
    if not facts.type_qualification_ids <= facts.qualification_ids:
        refusals.append(Refusal(MSG_TYPE_QUALIFICATION, {"type": facts.shift.type_title}))
    if conflicts:
        refusals.append(Refusal(MSG_CONFLICT, {"shifts": describe_shifts(conflicts, timezone)}))
    places = list_place_refusals(facts, is_limited=is_limited)
    minimum_age = as_count(facts.structure.get("minimum_age"))
    is_young = minimum_age is not None and _is_younger(facts, minimum_age, timezone)
    return [
        *refusals,
        *(each for each in places if each.message == MSG_NOT_QUALIFIED),
        *([Refusal(MSG_TOO_YOUNG, {"age": str(minimum_age)})] if is_young else ()),
        *(each for each in places if each.message != MSG_NOT_QUALIFIED),
    ]


def list_conflicts(facts: SignupFacts) -> list[ConfirmedShift]:
    """Return the confirmed shifts that keep the person from this one.

    People who may choose their times are kept by shifts that cover this one wholly.
    """
    shift = facts.shift
    if not may_customize_times(facts):
        return list(facts.overlapping)
    return [each for each in facts.overlapping if each.starts_at <= shift.starts_at and each.ends_at >= shift.ends_at]


def describe_shifts(shifts: Iterable[ConfirmedShift], timezone: str) -> tuple[str, str]:
    """Return the list of shifts in English and German."""
    zone = get_timezone(timezone)
    english, german = [], []
    for each in shifts:
        start, end = each.starts_at.astimezone(zone), each.ends_at.astimezone(zone)
        times = f"{start:%H:%M} - {end:%H:%M}"
        name = f"{each.label} ({each.event_title}, "
        english.append(f"{name}{start:%A}, {start:%Y-%m-%d}, {times})".lstrip())
        german.append(f"{name}{GERMAN_WEEKDAYS[start.weekday()]}, {start:%d.%m.%Y}, {times})".lstrip())
    return ", ".join(english), ", ".join(german)


def _is_younger(facts, minimum_age, timezone):
    """Return whether the person is younger on the day of the shift. An unknown date of birth passes."""
    birth = facts.date_of_birth
    if birth is None:
        return False
    day = facts.shift.starts_at.astimezone(get_timezone(timezone)).date()
    age = day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
    return age < minimum_age
