"""Complex structure: the positions of nested building blocks, assigned like a qualification mix."""

from joindin.operations.crew.refusals import MSG_FULL, MSG_NO_SUCH_UNIT, MSG_NOT_QUALIFIED, InvalidSignup, Refusal
from joindin.operations.crew.structures.qualification_mix import adds_person
from joindin.queries.crew.block_positions import list_block_positions
from joindin.queries.crew.signup_facts import SignupFacts
from joindin.queries.crew.signup_stats import objects_in

UNIT_FIELD = "preferred_unit_path"


def list_refusals(facts: SignupFacts, is_limited: bool) -> list[Refusal]:
    positions, _is_limited = _list_positions(facts)
    if not any(each.qualification_ids <= facts.qualification_ids for each in positions):
        return [Refusal(MSG_NOT_QUALIFIED)]
    people = [*(each.qualification_ids for each in facts.confirmed), facts.qualification_ids]
    places = [each for each in positions for _ in (people if each.is_extra else (None,))]
    acceptable = [
        [place for place, each in enumerate(places) if each.qualification_ids <= qualification_ids]
        for qualification_ids in people
    ]
    return [Refusal(MSG_FULL)] if is_limited and not adds_person(acceptable, len(places)) else []


def list_unit_paths(facts: SignupFacts) -> list[str]:
    """Return the paths of the units that have positions for which the person qualifies, without repetition."""
    positions, _is_limited = _list_positions(facts)
    return list(dict.fromkeys(each.path for each in positions if each.qualification_ids <= facts.qualification_ids))


def choose_place(facts: SignupFacts, _is_limited: bool, *, unit_path: str | None, **_choice) -> dict:
    """Return the chosen unit: one with positions, or one that contains them."""
    if unit_path is not None and not is_unit(_list_positions(facts)[0], unit_path):
        raise InvalidSignup(UNIT_FIELD, Refusal(MSG_NO_SUCH_UNIT))
    return {UNIT_FIELD: unit_path}


def is_unit(positions, unit_path: str) -> bool:
    """Return whether a unit has this path: its positions have it as a prefix, and it is more than the root."""
    is_path = unit_path.startswith("root.") and unit_path.endswith(".") and unit_path.count(".") > 1
    return is_path and any(each.path.startswith(unit_path) for each in positions)


def _list_positions(facts):
    return list_block_positions(facts.blocks, objects_in(facts.structure.get("starting_blocks")))
