"""The places of a shift as a reader counts them: teams, qualifications or units, each with its numbers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from joindin.models.crew import CONFIRMED
from joindin.queries.crew.block_positions import list_block_positions
from joindin.queries.crew.pages.own_participations import OwnParticipation
from joindin.queries.crew.qualifications import QualificationCatalogue
from joindin.queries.crew.signup_facts import SignupFacts, as_configuration
from joindin.queries.crew.signup_stats import (
    COMPLEX,
    NAMED_TEAMS,
    QUALIFICATION_MIX,
    as_count,
    objects_in,
    team_of,
)


class PlaceGroup(NamedTuple):
    """``title`` is empty for places without a name. ``max_count`` None means without limit.

    ``confirmed_count`` is None where people are not assigned to groups.
    """

    title: str
    qualifications: Sequence[str]
    min_count: int | None
    max_count: int | None
    confirmed_count: int | None = None


def list_place_groups(
    facts: SignupFacts, own: OwnParticipation | None, catalogue: QualificationCatalogue, unit_names: Mapping[str, str]
) -> list[PlaceGroup]:
    """Return the groups of a shift, in the order of its configuration. Unknown structures have none."""
    slug, structure = facts.shift.structure_slug, facts.structure
    if slug == NAMED_TEAMS:
        return _list_teams(facts, own, catalogue)
    if slug == QUALIFICATION_MIX:
        return [
            PlaceGroup("", _titles(catalogue, [each.get("qualification")]), *_counts(each))
            for each in objects_in(structure.get("qualification_requirements"))
        ]
    if slug == COMPLEX:
        return _list_positions(facts, catalogue, unit_names)
    if slug == "uniform":
        required = structure.get("required_qualification_ids")
        minimum = as_count(structure.get("minimum_number_of_participants"))
        maximum = as_count(structure.get("maximum_number_of_participants"))
        return [PlaceGroup("", _titles(catalogue, required if isinstance(required, list) else ()), minimum, maximum)]
    return []


def _list_teams(facts, own, catalogue):
    members = Counter(str(team_of(each.structure_data)) for each in facts.confirmed)
    if own is not None and own.state == CONFIRMED:
        members[str(team_of(as_configuration(own.structure_data)))] += 1
    return [
        PlaceGroup(
            str(team.get("title") or ""),
            _titles(catalogue, [team.get("qualification")]),
            *_counts(team),
            members[str(team.get("uuid"))],
        )
        for team in objects_in(facts.structure.get("teams"))
    ]


def _list_positions(facts, catalogue, unit_names):
    """Return the positions of each unit, those with the same qualifications together."""
    positions, _is_limited = list_block_positions(facts.blocks, objects_in(facts.structure.get("starting_blocks")))
    groups = {}
    for each in positions:
        groups.setdefault((each.path, each.qualification_ids, each.is_extra), []).append(each)
    return [
        PlaceGroup(
            unit_names.get(path, ""),
            _titles(catalogue, sorted(qualification_ids)),
            sum(each.is_required for each in those),
            None if is_extra else len(those),
        )
        for (path, qualification_ids, is_extra), those in groups.items()
    ]


def _counts(group):
    return as_count(group.get("min_count")), as_count(group.get("max_count"))


def _titles(catalogue, ids):
    return [catalogue.by_id[id_].title for id_ in ids if isinstance(id_, int) and id_ in catalogue.by_id]
