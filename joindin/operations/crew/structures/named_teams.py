"""Named teams: each has its qualification and its places."""

from collections.abc import Mapping
from typing import Any

from joindin.operations.crew.refusals import (
    MSG_ANSWER_REQUIRED,
    MSG_NO_SUCH_TEAM,
    MSG_NO_TEAM_CHOICE,
    MSG_NOT_QUALIFIED,
    MSG_TEAMS_FULL,
    InvalidSignup,
    Refusal,
)
from joindin.queries.crew.signup_facts import SignupFacts
from joindin.queries.crew.signup_stats import as_count, meets_requirement, objects_in, team_of

TEAM_FIELD = "preferred_team_uuid"


def list_refusals(facts: SignupFacts, is_limited: bool) -> list[Refusal]:
    qualified = list_qualified_teams(facts)
    if not qualified:
        return [Refusal(MSG_NOT_QUALIFIED)]
    if is_limited and not any(_has_place(facts, team) for team in qualified):
        return [Refusal(MSG_TEAMS_FULL)]
    return []


def list_qualified_teams(facts: SignupFacts) -> list:
    """Return the teams whose qualification the person has."""
    return [
        team for team in objects_in(facts.structure.get("teams")) if meets_requirement(facts.qualification_ids, team)
    ]


def choose_place(facts: SignupFacts, is_limited: bool, *, team_uuid: str | None, **_choice) -> dict:
    """Return the chosen team. Without a choice, flows that confirm at once take the first team with a place.

    In the others, people choose if the shift says so (``choose_preferred_team``), else the responsibles.
    """
    if not is_limited and team_uuid is not None and not facts.structure.get("choose_preferred_team"):
        raise InvalidSignup(TEAM_FIELD, Refusal(MSG_NO_TEAM_CHOICE))
    teams = [team for team in list_qualified_teams(facts) if not is_limited or _has_place(facts, team)]
    uuids = [str(team.get("uuid")) for team in teams]
    if team_uuid is not None and team_uuid not in uuids:
        raise InvalidSignup(TEAM_FIELD, Refusal(MSG_NO_SUCH_TEAM))
    if team_uuid is None and (is_limited or (facts.structure.get("choose_preferred_team") and len(uuids) == 1)):
        return {TEAM_FIELD: next(iter(uuids), None)}
    if team_uuid is None and facts.structure.get("choose_preferred_team"):
        raise InvalidSignup(TEAM_FIELD, Refusal(MSG_ANSWER_REQUIRED))
    return {TEAM_FIELD: team_uuid}


def has_team(configuration: Mapping[str, Any], team_uuid: object) -> bool:
    return any(str(team.get("uuid")) == team_uuid for team in objects_in(configuration.get("teams")))


def _has_place(facts, team):
    maximum = as_count(team.get("max_count"))
    members = sum(str(team_of(each.structure_data)) == str(team.get("uuid")) for each in facts.confirmed)
    return maximum is None or members < maximum
