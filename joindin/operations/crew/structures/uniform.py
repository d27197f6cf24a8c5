"""Uniform structure: everyone needs the same qualifications."""

from joindin.operations.crew.refusals import MSG_FULL, MSG_NOT_QUALIFIED, Refusal
from joindin.queries.crew.signup_facts import SignupFacts
from joindin.queries.crew.signup_stats import as_count


def list_refusals(facts: SignupFacts, is_limited: bool) -> list[Refusal]:
    required = facts.structure.get("required_qualification_ids")
    maximum = as_count(facts.structure.get("maximum_number_of_participants"))
    refusals = []
    if isinstance(required, list) and not all(
        isinstance(id_, int) and id_ in facts.qualification_ids for id_ in required
    ):
        refusals.append(Refusal(MSG_NOT_QUALIFIED))
    if is_limited and maximum is not None and len(facts.confirmed) >= maximum:
        refusals.append(Refusal(MSG_FULL))
    return refusals


def choose_place(_facts: SignupFacts, _is_limited: bool, **_choice) -> dict:
    return {}
