"""Qualification mix: numbers of people for each qualification.

One more person is confirmed if the best assignment of people to places then has one more person.
"""

from joindin.operations.crew.refusals import MSG_FULL, MSG_NOT_QUALIFIED, Refusal
from joindin.queries.crew.matching import assign_people
from joindin.queries.crew.signup_facts import SignupFacts
from joindin.queries.crew.signup_stats import meets_requirement, mix_places, objects_in


def list_refusals(facts: SignupFacts, is_limited: bool) -> list[Refusal]:
    requirements = objects_in(facts.structure.get("qualification_requirements"))
    if not any(meets_requirement(facts.qualification_ids, each) for each in requirements):
        return [Refusal(MSG_NOT_QUALIFIED)]
    requirement_of, _required = mix_places(requirements, len(facts.confirmed) + 1)
    acceptable = [
        [
            place
            for place, index in enumerate(requirement_of)
            if meets_requirement(qualification_ids, requirements[index])
        ]
        for qualification_ids in _people(facts)
    ]
    return [Refusal(MSG_FULL)] if is_limited and not adds_person(acceptable, len(requirement_of)) else []


def adds_person(acceptable: list[list[int]], place_count: int) -> bool:
    """Return whether the last person gets a place in addition to those who have one, and no more people than places come.

    Confirmed people whose qualification has expired have no place but are counted.
    """
    if len(acceptable) > place_count:
        return False
    required = [False] * place_count
    before = assign_people(acceptable[:-1], required)
    after = assign_people(acceptable, required)
    return sum(place is not None for place in after) > sum(place is not None for place in before)


def choose_place(_facts: SignupFacts, _is_limited: bool, **_choice) -> dict:
    return {}


def _people(facts):
    return [*(each.qualification_ids for each in facts.confirmed), facts.qualification_ids]
