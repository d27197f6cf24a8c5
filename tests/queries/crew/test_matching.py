"""The assignment of people to places, compared with every possible assignment."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joindin.queries.crew.matching import assign_people

pytestmark = pytest.mark.runs_once("no database")

PLACES = 4
SITUATIONS = st.tuples(
    st.lists(st.lists(st.integers(0, PLACES - 1), unique=True), max_size=5),
    st.lists(st.booleans(), min_size=PLACES, max_size=PLACES),
)


def best_by_trying_all(acceptable, required):
    """Return the largest number of people with a place and, among these assignments, of required places."""
    best = (0, 0)
    for places in permutations([*range(PLACES), *[None] * len(acceptable)], len(acceptable)):
        if all(place is None or place in acceptable[person] for person, place in enumerate(places)):
            taken = [place for place in places if place is not None]
            best = max(best, (len(taken), sum(required[place] for place in taken)))
    return best


@given(SITUATIONS)
def test_as_many_people_as_possible_get_a_place_and_required_places_first(situation):
    acceptable, required = situation

    places = assign_people(acceptable, required)

    taken = [place for place in places if place is not None]
    assert len(set(taken)) == len(taken)
    assert all(place is None or place in acceptable[person] for person, place in enumerate(places))
    assert (len(taken), sum(required[place] for place in taken)) == best_by_trying_all(acceptable, required)


def test_a_long_chain_of_moves_needs_no_recursion():
    people = 3000
    acceptable = [[person, person + 1] for person in range(people)] + [[0]]

    assert None not in assign_people(acceptable, [False] * (people + 1))
