"""Shifts of an event as their readers see them: places, people, own state, and what they may do."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app

from joindin.http.pages.languages import page_language
from joindin.models.crew import CONFIRMED, REQUESTED
from joindin.operations.crew.flows import INSTANT_CONFIRMATION, may_customize_times
from joindin.operations.crew.signup_rules import POSITIVE_STATES, SignupVerdict, judge_signup
from joindin.queries.crew.filters import ListFilter
from joindin.queries.crew.pages.own_participations import OwnParticipation, load_own_participations
from joindin.queries.crew.pages.place_groups import PlaceGroup, list_place_groups
from joindin.queries.crew.participants import Participant
from joindin.queries.crew.participations import WITH_USERINFO, list_participations
from joindin.queries.crew.qualifications import USER, load_qualification_catalogue
from joindin.queries.crew.shifts import load_shifts_of_events, load_signup_stats
from joindin.queries.crew.signup_facts import SignupFacts, as_configuration, load_signup_facts
from joindin.queries.crew.signup_stats import SignupStats, objects_in, team_of
from joindin.queries.crew.unit_names import load_unit_names
from joindin.queries.crew.viewers import CrewViewer
from joindin.queries.crew.waiting_list import WaitingList, load_waiting_lists

# More people of one event are not listed on its page.
MAX_PEOPLE = 5000
NO_WAITING_LIST = WaitingList(0, None)


@dataclass(frozen=True)
class Person:
    """A participant with the name of their team or unit, their times if these differ from the shift, and comments."""

    name: str
    is_own: bool
    place: str
    times: tuple[dt.datetime, dt.datetime] | None
    qualifications: Sequence[str]
    comments: Sequence


@dataclass(frozen=True)
class ShiftCard:
    """A shift with everything that the page shows. ``people`` are those that the viewer may see."""

    shift: object
    facts: SignupFacts
    stats: SignupStats
    verdict: SignupVerdict
    own: OwnParticipation | None
    own_place: str
    waiting: WaitingList
    groups: Sequence[PlaceGroup]
    confirmed: Sequence[Person]
    requested: Sequence[Person]

    @property
    def state(self) -> int | None:
        return self.own.state if self.own else None

    @property
    def has_signed_up(self) -> bool:
        return self.state in POSITIVE_STATES

    @property
    def may_wait(self) -> bool:
        """Return whether only a place is missing, and places are given at once."""
        is_instant = self.shift.signup_flow_slug == INSTANT_CONFIRMATION
        return is_instant and self.verdict.is_only_full and self.waiting.position is None

    @property
    def may_customize(self) -> bool:
        return self.has_signed_up and may_customize_times(self.facts) and not self.verdict.customize

    @property
    def refusals(self) -> list[str]:
        """Return the reasons against the next step: signing up, or leaving for those who have signed up."""
        reasons = self.verdict.decline if self.has_signed_up else self.verdict.sign_up
        return [reason.text(page_language()) for reason in reasons]


def load_shift_cards(
    connection, event_id: int, participant: Participant, viewer: CrewViewer | None, now: dt.datetime
) -> list[ShiftCard]:
    """Return the cards of all shifts of an event, in their order. ``viewer`` None sees no people."""
    shifts = load_shifts_of_events(connection, [event_id]).get(event_id, [])
    ids = [shift.id for shift in shifts]
    facts = load_signup_facts(connection, participant, ids, now)
    stats = load_signup_stats(connection, shifts, now)
    own = load_own_participations(connection, participant, ids)
    names = load_unit_names(connection, shifts)
    catalogue = load_qualification_catalogue(connection)
    waiting = load_waiting_lists(connection, participant.id, ids) if participant.kind == USER else {}
    people = _list_people(connection, event_id, participant, viewer, shifts, names, now) if viewer else {}
    timezone = current_app.config["CREW_TIMEZONE"]
    return [
        ShiftCard(
            shift,
            facts[shift.id],
            stats[shift.id],
            judge_signup(facts[shift.id], now, timezone),
            own.get(shift.id),
            _name_place(shift, own[shift.id].structure_data, names) if shift.id in own else "",
            waiting.get(shift.id, NO_WAITING_LIST),
            list_place_groups(facts[shift.id], own.get(shift.id), catalogue, names),
            people.get((shift.id, CONFIRMED), ()),
            people.get((shift.id, REQUESTED), ()),
        )
        for shift in shifts
        if shift.id in facts
    ]


def _list_people(connection, event_id, participant, viewer, shifts, names, now):
    """Return the people whom the viewer may see, by shift and state."""
    filters = ListFilter(event_ids=[event_id], states=POSITIVE_STATES, limit=MAX_PEOPLE)
    page = list_participations(connection, viewer, WITH_USERINFO, filters, now)
    shift_of, people = {shift.id: shift for shift in shifts}, defaultdict(list)
    for row in page.items:
        shift = shift_of[row.shift_id]
        differs = (row.starts_at, row.ends_at) != (shift.starts_at, shift.ends_at)
        person_id = getattr(row, f"{row.kind}_id", None)
        person = Person(
            row.display_name,
            (row.kind, person_id) == (participant.kind, participant.id),
            _name_place(shift, row.structure_data, names),
            (row.starts_at, row.ends_at) if differs else None,
            [page.catalogue.by_id[id_].abbreviation for id_ in page.qualification_ids.get((row.kind, person_id), ())],
            page.comments.get(row.id, ()),
        )
        people[row.shift_id, row.state].append(person)
    return people


def _name_place(shift, structure_data, unit_names):
    """Return the name of the team or unit of a participation; empty if it has none."""
    data = as_configuration(structure_data)
    for team in objects_in(as_configuration(shift.structure_configuration).get("teams")):
        if str(team.get("uuid")) == str(team_of(data)):
            return str(team.get("title") or "")
    return unit_names.get(data.get("dispatched_unit_path") or data.get("preferred_unit_path"), "")
