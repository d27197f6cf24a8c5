"""Warnings about people of a shift. They are shown to responsibles and prevent no decision (spec 16)."""

from joindin.models.crew import RESPONSIBLE_REJECTED, USER_DECLINED
from joindin.operations.crew.refusals import Refusal
from joindin.operations.crew.signup_rules import list_personal_refusals
from joindin.queries.crew.signup_facts import SignupFacts


def list_warnings(facts: SignupFacts, timezone: str) -> list[Refusal]:
    """Return the rules that the person would break by being confirmed: qualifications, age, other shifts, and places."""
    if facts.state in (USER_DECLINED, RESPONSIBLE_REJECTED):
        return []
    return list_personal_refusals(facts, facts.overlapping, timezone, is_limited=True)
