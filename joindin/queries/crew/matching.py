"""Assignment of people to places by their qualifications."""

from collections.abc import Sequence


def assign_people(acceptable: Sequence[Sequence[int]], required: Sequence[bool]) -> list[int | None]:
    """Return the place of each person, or None.

    ``acceptable`` lists for each person the places that they may take, ``required`` tells for each place whether it is
    required. As many people as possible get a place, and among these assignments as many required places as possible are
    taken (bipartite matching by augmenting paths; a place that is taken stays taken).
    """
    person_at: dict[int, int] = {}
    for only_required in (True, False):
        seated = set(person_at.values())
        for person in range(len(acceptable)):
            if person not in seated:
                _seat(person, acceptable, required if only_required else None, person_at)
    place_of = {person: place for place, person in person_at.items()}
    return [place_of.get(person) for person in range(len(acceptable))]


def _seat(person, acceptable, required, person_at):
    """Find a place for a person, moving others if necessary: breadth first, so that deep chains need no recursion."""
    reached_from: dict[int, int] = {}
    people = [person]
    for current in people:
        for place in acceptable[current]:
            if place in reached_from or (required is not None and not required[place]):
                continue
            reached_from[place] = current
            if place not in person_at:
                _move_along(place, reached_from, person_at, person)
                return
            people.append(person_at[place])


def _move_along(place, reached_from, person_at, person):
    """Give each person on the path the place through which the next one was reached."""
    place_of = {seated: each for each, seated in person_at.items()}
    while True:
        current = reached_from[place]
        person_at[place] = current
        if current == person:
            return
        place = place_of[current]
