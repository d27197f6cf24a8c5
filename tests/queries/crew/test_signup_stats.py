"""Numbers of requested, confirmed, missing and free places for each structure."""

import pytest

from joindin.queries.crew.block_positions import Block, BlockCatalogue
from joindin.queries.crew.signup_stats import SignedUp, SignupStats, compute_stats, sum_stats

pytestmark = pytest.mark.runs_once("no database")

REQUESTED, CONFIRMED = 0, 1
FIRST_AID, MEDIC, DRIVER = 1, 2, 3


def people(*groups):
    """``(state, qualification ids, structure data)`` of each person; the last two may be left out."""
    return [SignedUp(state, (rest[1:] or [{}])[0], frozenset(rest[0] if rest else ())) for state, *rest in groups]


def stats(structure, configuration, *groups, blocks=None):
    return compute_stats(structure, configuration, people(*groups), BlockCatalogue(blocks or {}))


def test_uniform_counts_everyone():
    configuration = {"minimum_number_of_participants": 3, "maximum_number_of_participants": 4}

    assert stats("uniform", configuration, (REQUESTED,), (CONFIRMED,), (CONFIRMED,)) == SignupStats(1, 2, 1, 2, 3, 4)
    assert stats("uniform", {}, (CONFIRMED,)) == SignupStats(0, 1, 0, None, None, None)
    assert stats("uniform", configuration | {"maximum_number_of_participants": 0}, (CONFIRMED,)).free == 0


@pytest.mark.parametrize("slug", ["gallery", ""])
def test_unknown_structures_have_no_limits(slug):
    configuration = {"maximum_number_of_participants": 1}

    assert stats(slug, configuration, (CONFIRMED,), (REQUESTED,)) == SignupStats(1, 1, 0, None, None, None)


def test_teams_are_counted_one_by_one():
    teams = [
        {"uuid": "a", "min_count": 1, "max_count": 2},
        {"uuid": "b", "min_count": 2, "max_count": 3},
    ]
    members = [
        (CONFIRMED, (), {"preferred_team_uuid": "b", "dispatched_team_uuid": "a"}),
        (CONFIRMED, (), {"preferred_team_uuid": "a"}),
        (REQUESTED, (), {"preferred_team_uuid": "b"}),
        (CONFIRMED, (), {}),
    ]

    assert stats("named_teams", {"teams": teams}, *members) == SignupStats(1, 3, 2, 3, 3, 5)
    assert stats("named_teams", {"teams": []}) == SignupStats(0, 0, 0, 0, None, 0)


def test_a_mix_is_filled_as_well_as_possible():
    requirements = [
        {"qualification": MEDIC, "min_count": 1, "max_count": 1},
        {"qualification": FIRST_AID, "min_count": 1, "max_count": 2},
    ]
    medic, helper = (CONFIRMED, (MEDIC, FIRST_AID)), (CONFIRMED, ())

    mix = {"qualification_requirements": requirements}
    assert stats("qualification_mix", mix, medic) == SignupStats(0, 1, 1, 2, 2, 3)
    assert stats("qualification_mix", mix, medic, medic) == SignupStats(0, 2, 0, 1, 2, 3)
    assert stats("qualification_mix", mix, medic, medic, medic, medic) == SignupStats(0, 4, 0, 0, 2, 3)
    assert stats("qualification_mix", mix, helper, (REQUESTED, (MEDIC,))) == SignupStats(1, 1, 2, 3, 2, 3)
    requirements[1]["max_count"] = None
    assert stats("qualification_mix", mix, medic) == SignupStats(0, 1, 1, None, 2, None)


BLOCKS = {
    1: Block(
        1,
        False,
        [(1, False, frozenset({DRIVER})), (2, False, frozenset({MEDIC})), (3, True, frozenset())],
        required_ids=frozenset({FIRST_AID}),
    ),
    2: Block(2, True, [(4, False, frozenset())]),
    3: Block(3, False, compositions=[(1, False, 1), (2, True, 1), (3, False, 2)]),
}


def starting(block_id, **fields):
    return {"starting_blocks": [{"building_block": block_id, "uuid": "u", "optional": False} | fields]}


def test_blocks_are_counted_by_their_positions():
    driver = (CONFIRMED, (DRIVER, FIRST_AID))

    assert stats("complex", starting(1), blocks=BLOCKS) == SignupStats(0, 0, 2, 3, 2, 3)
    assert stats("complex", starting(1), driver, blocks=BLOCKS) == SignupStats(0, 1, 1, 2, 2, 3)
    # Without the requirement of the whole block no position fits.
    assert stats("complex", starting(1), (CONFIRMED, (DRIVER,)), blocks=BLOCKS) == SignupStats(0, 1, 2, 3, 2, 3)
    assert stats("complex", starting(3), blocks=BLOCKS) == SignupStats(0, 0, 3, None, 3, None)
    assert stats("complex", starting(3, optional=True), blocks=BLOCKS) == SignupStats(0, 0, 0, None, 0, None)
    assert stats("complex", starting(99), (REQUESTED,), blocks=BLOCKS) == SignupStats(1, 0, 0, 0, None, 0)


def test_blocks_that_contain_themselves_end():
    endless = {7: Block(7, False, [(1, False, frozenset())], compositions=[(1, False, 7), (2, False, 7)])}

    assert stats("complex", starting(7), blocks=endless).min_count == 1000


@pytest.mark.parametrize("structure", ["uniform", "named_teams", "qualification_mix", "complex"])
@pytest.mark.parametrize("value", [None, "x", 7, [1], [None], {"a": 1}, [{"uuid": [1], "max_count": "many"}], -1, True])
def test_odd_configurations_are_counted_too(structure, value):
    keys = (
        "minimum_number_of_participants", "maximum_number_of_participants", "teams", "qualification_requirements",
        "starting_blocks",
    )  # fmt: skip

    counted = stats(structure, dict.fromkeys(keys, value), (CONFIRMED,), (REQUESTED,))

    assert (counted.requested_count, counted.confirmed_count) == (1, 1)


def test_the_sum_of_an_event_is_unlimited_if_a_shift_is():
    limited, unlimited = SignupStats(1, 2, 1, 2, 3, 4), SignupStats(0, 1, 0, None, None, None)

    assert sum_stats([]) == SignupStats(0, 0, 0, 0, None, 0)
    assert sum_stats([limited, limited]) == SignupStats(2, 4, 2, 4, 6, 8)
    assert sum_stats([limited, unlimited]) == SignupStats(1, 3, 1, None, 3, None)
