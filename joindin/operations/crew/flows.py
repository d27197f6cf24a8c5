"""Signup flows: the effect of signing up, and the flows in which people cannot sign up by themselves (spec 15.1)."""

import datetime as dt
from typing import NamedTuple

from joindin.models.crew import CONFIRMED, REQUESTED
from joindin.operations.crew.refusals import (
    MSG_COUPLED,
    MSG_DISABLED,
    MSG_INVALID_FLOW,
    MSG_LEADER_MISSING,
    Refusal,
)
from joindin.queries.crew.signup_facts import COUPLED, SignupFacts
from joindin.utils.datetimes import get_timezone

INSTANT_CONFIRMATION, REQUEST_CONFIRM, MANUAL = "instant_confirmation", "request_confirm", "manual"


class Flow(NamedTuple):
    """``state`` is that of a new participation; None if people cannot sign up."""

    state: int | None
    refusals: tuple[Refusal, ...] = ()

    @property
    def is_limited(self) -> bool:
        """Return whether people sign up only while there are places."""
        return self.state == CONFIRMED


def get_flow(facts: SignupFacts) -> Flow:
    slug = facts.shift.signup_flow_slug
    if slug == INSTANT_CONFIRMATION:
        return Flow(CONFIRMED)
    if slug == REQUEST_CONFIRM:
        return Flow(REQUESTED)
    return Flow(None, (_refuse_self_service(facts, slug),))


def _refuse_self_service(facts, slug):
    if slug == MANUAL:
        explanation = facts.flow.get("no_selfservice_explanation")
        return Refusal(explanation if isinstance(explanation, str) and explanation.strip() else MSG_DISABLED)
    if slug == COUPLED:
        if facts.leader_label is None:
            return Refusal(MSG_LEADER_MISSING)
        return Refusal(MSG_COUPLED, {"shift": facts.leader_label})
    return Refusal(MSG_INVALID_FLOW)


def may_decline_confirmed(facts: SignupFacts) -> bool:
    return facts.flow.get("user_can_decline_confirmed") is True


def may_customize_times(facts: SignupFacts) -> bool:
    return facts.flow.get("user_can_customize_signup_times", True) is True


def get_signup_deadline(facts: SignupFacts, timezone: str) -> dt.datetime:
    """Return the time after which people cannot sign up or decline: the end of the shift, or an earlier deadline."""
    ends_at = facts.shift.ends_at
    value = facts.flow.get("signup_until")
    try:
        until = dt.datetime.fromisoformat(value)
        until = until if until.tzinfo else until.replace(tzinfo=get_timezone(timezone))
        return min(ends_at, until.astimezone(dt.UTC))
    except (TypeError, ValueError, OverflowError):
        return ends_at
