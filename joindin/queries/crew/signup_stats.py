"""Numbers of requested, confirmed, missing and free places of a shift (spec 15.3).

Configurations come from people and from other servers: a value of another type counts as missing.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from joindin.models.crew import CONFIRMED, REQUESTED
from joindin.queries.crew.block_positions import BlockCatalogue, list_block_positions
from joindin.queries.crew.matching import assign_people

NAMED_TEAMS, QUALIFICATION_MIX, COMPLEX = "named_teams", "qualification_mix", "complex"
# Structures whose numbers depend on the qualifications of the people.
MATCHING_STRUCTURES = (QUALIFICATION_MIX, COMPLEX)


class SignupStats(NamedTuple):
    """``free`` and ``max_count`` None mean without limit; ``min_count`` None means without minimum."""

    requested_count: int = 0
    confirmed_count: int = 0
    missing: int = 0
    free: int | None = 0
    min_count: int | None = None
    max_count: int | None = 0

    def __add__(self, other: "SignupStats") -> "SignupStats":
        return SignupStats(
            self.requested_count + other.requested_count,
            self.confirmed_count + other.confirmed_count,
            self.missing + other.missing,
            None if self.free is None or other.free is None else self.free + other.free,
            (self.min_count or 0) + (other.min_count or 0)
            if self.min_count is not None or other.min_count is not None
            else None,
            None if self.max_count is None or other.max_count is None else self.max_count + other.max_count,
        )


class SignedUp(NamedTuple):
    """A participation, as far as the numbers need it. ``qualification_ids`` include the included ones."""

    state: int
    structure_data: Mapping[str, Any]
    qualification_ids: frozenset[int] = frozenset()


def compute_stats(
    structure_slug: str, configuration: Mapping[str, Any], people: Sequence[SignedUp], blocks: BlockCatalogue
) -> SignupStats:
    """Return the numbers of one shift. Unknown structures count like a uniform one without limits."""
    if structure_slug == NAMED_TEAMS:
        return _team_stats(configuration, people)
    if structure_slug == QUALIFICATION_MIX:
        return _mix_stats(configuration, people)
    if structure_slug == COMPLEX:
        return _complex_stats(configuration, people, blocks)
    if structure_slug != "uniform":
        configuration = {}
    return _group_stats(
        people,
        as_count(configuration.get("minimum_number_of_participants")),
        as_count(configuration.get("maximum_number_of_participants")),
    )


def depends_on_qualifications(structure_slug: str) -> bool:
    """Return whether the numbers of a shift also change with what people are qualified for, and with time."""
    return structure_slug in MATCHING_STRUCTURES


def sum_stats(parts: Iterable[SignupStats]) -> SignupStats:
    return sum(parts, start=SignupStats())


def as_count(value: object) -> int | None:
    """Return a number of people from a configuration, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def objects_in(value: object) -> list[Mapping[str, Any]]:
    """Return the objects of a list in a configuration."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def team_of(structure_data: Mapping[str, Any]) -> object:
    """Return the uuid of the team of a participation: the one it was dispatched to, else the preferred one."""
    return structure_data.get("dispatched_team_uuid") or structure_data.get("preferred_team_uuid")


def _group_stats(people, min_count, max_count):
    requested = sum(each.state == REQUESTED for each in people)
    confirmed = sum(each.state == CONFIRMED for each in people)
    return SignupStats(
        requested,
        confirmed,
        0 if min_count is None else max(min_count - confirmed, 0),
        None if max_count is None else max(max_count - confirmed, 0),
        min_count,
        max_count,
    )


def _team_stats(configuration, people):
    teams = objects_in(configuration.get("teams"))
    members = {str(team.get("uuid")): [] for team in teams}
    others = []
    for each in people:
        members.get(str(team_of(each.structure_data)), others).append(each)
    return sum_stats(
        [
            *(
                _group_stats(
                    members[str(team.get("uuid"))], as_count(team.get("min_count")), as_count(team.get("max_count"))
                )
                for team in teams
            ),
            _unassigned_stats(others),
        ]
    )


def _unassigned_stats(people):
    """Return the numbers of people without a place: they are counted, and change nothing else."""
    return _group_stats(people, None, 0)._replace(missing=0, free=0)


def _mix_stats(configuration, people):
    requirements = objects_in(configuration.get("qualification_requirements"))
    confirmed = [each for each in people if each.state == CONFIRMED]
    requirement_of, required = mix_places(requirements, len(confirmed))
    acceptable = [
        [
            place
            for place, index in enumerate(requirement_of)
            if meets_requirement(each.qualification_ids, requirements[index])
        ]
        for each in confirmed
    ]
    groups, unassigned = [[] for _ in requirements], [each for each in people if each.state != CONFIRMED]
    for each, place in zip(confirmed, assign_people(acceptable, required)):
        (unassigned if place is None else groups[requirement_of[place]]).append(each)
    return sum_stats(
        [
            *(
                _group_stats(group, as_count(each.get("min_count")), as_count(each.get("max_count")))
                for group, each in zip(groups, requirements)
            ),
            _unassigned_stats(unassigned),
        ]
    )


def mix_places(requirements: Sequence[Mapping[str, Any]], people_count: int) -> tuple[list[int], list[bool]]:
    """Return the requirement that each place belongs to, and whether the place is required.

    A requirement has no more places than there are people.
    """
    requirement_of, required = [], []
    for index, each in enumerate(requirements):
        min_count, max_count = as_count(each.get("min_count")) or 0, as_count(each.get("max_count"))
        for place in range(people_count if max_count is None else min(max_count, people_count)):
            requirement_of.append(index)
            required.append(place < min_count)
    return requirement_of, required


def meets_requirement(qualification_ids: frozenset[int], requirement: Mapping[str, Any]) -> bool:
    """Return whether a person with the qualifications meets a requirement or fits a team. One without qualification admits all."""
    qualification_id = requirement.get("qualification")
    return qualification_id is None or (isinstance(qualification_id, int) and qualification_id in qualification_ids)


def _complex_stats(configuration, people, blocks):
    positions, is_limited = list_block_positions(blocks, objects_in(configuration.get("starting_blocks")))
    confirmed = [each for each in people if each.state == CONFIRMED]
    fixed = [position for position in positions if not position.is_extra]
    places = [*fixed, *(extra for extra in positions if extra.is_extra for _ in confirmed)]
    acceptable = [
        [place for place, each in enumerate(places) if each.qualification_ids <= person.qualification_ids]
        for person in confirmed
    ]
    taken = {place for place in assign_people(acceptable, [each.is_required for each in places]) if place is not None}
    required = [place for place, each in enumerate(fixed) if each.is_required]
    free = sum(place not in taken for place in range(len(fixed)))
    return SignupStats(
        requested_count=sum(each.state == REQUESTED for each in people),
        confirmed_count=len(confirmed),
        missing=sum(place not in taken for place in required),
        free=free if is_limited else None,
        min_count=len(required) if fixed else None,
        max_count=len(fixed) if is_limited else None,
    )
