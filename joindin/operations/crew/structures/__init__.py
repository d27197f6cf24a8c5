"""Structures of shifts: who may take which place (spec 15.2).

Only flows that confirm at once are limited by the places that are taken; in the others everyone who qualifies may sign up.
"""

from joindin.operations.crew.refusals import Refusal
from joindin.operations.crew.structures import complex, named_teams, qualification_mix, uniform
from joindin.queries.crew.signup_facts import SignupFacts

STRUCTURES = {
    "uniform": uniform,
    "named_teams": named_teams,
    "qualification_mix": qualification_mix,
    "complex": complex,
}


def list_place_refusals(facts: SignupFacts, *, is_limited: bool) -> list[Refusal]:
    """Return the reasons for which the person gets no place. An unknown structure has any number of places."""
    structure = STRUCTURES.get(facts.shift.structure_slug)
    return structure.list_refusals(facts, is_limited) if structure else []


def choose_place(facts: SignupFacts, *, is_limited: bool, team_uuid: str | None, unit_path: str | None) -> dict:
    """Return the structure data of a new participation: the chosen team or unit, or the default.

    :raises InvalidSignup: if there is no such team or unit for the person.
    """
    structure = STRUCTURES.get(facts.shift.structure_slug)
    return structure.choose_place(facts, is_limited, team_uuid=team_uuid, unit_path=unit_path) if structure else {}
