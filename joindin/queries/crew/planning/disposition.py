"""Everything that responsibles decide on for a shift: its people with their facts and comments, in at most 22 statements."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import Integer, bindparam, func, or_

from joindin.models.crew import (
    CONFIRMED,
    GETTING_DISPATCHED,
    REQUESTED,
    RESPONSIBLE_REJECTED,
    USER_DECLINED,
    Participation,
    Shift,
)
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.crew.block_positions import BlockCatalogue
from joindin.queries.crew.building_blocks import load_block_catalogue
from joindin.queries.crew.participants import Participant, load_grants, person_of
from joindin.queries.crew.participations import COMMENTS, PARTICIPATIONS
from joindin.queries.crew.planning.questions import Answer, load_answers
from joindin.queries.crew.qualifications import QualificationCatalogue, load_qualification_catalogue
from joindin.queries.crew.shifts import load_signup_stats
from joindin.queries.crew.signup_facts import (
    CONFIRMED_SHIFTS,
    NO_BLOCKS,
    SHIFTS,
    ConfirmedShift,
    SignupFacts,
    as_configuration,
    load_type_qualifications,
)
from joindin.queries.crew.signup_stats import COMPLEX, SignedUp, SignupStats

# Rows that need a decision come first.
STATE_ORDER = (GETTING_DISPATCHED, REQUESTED, CONFIRMED, USER_DECLINED, RESPONSIBLE_REJECTED)
_participation, _shift = Participation.__table__.c, Shift.__table__.c


class DispositionRow(NamedTuple):
    """``participation`` is a row with the name and the times of the person."""

    participation: Any
    facts: SignupFacts
    comments: Sequence
    qualification_ids: Sequence[int]
    answers: Sequence[Answer] = ()


@dataclass(frozen=True)
class Disposition:
    """``shift`` is a row with ``event_title``, ``is_draft`` and ``type_title``."""

    shift: Any
    rows: Sequence[DispositionRow]
    stats: SignupStats
    catalogue: QualificationCatalogue
    blocks: BlockCatalogue

    @property
    def by_id(self) -> Mapping[int, DispositionRow]:
        return {row.participation.id: row for row in self.rows}


def load_disposition(connection, shift_id: int, now: dt.datetime) -> Disposition:
    """Return the people of a shift, by state. Conflicts are those of the times of each person."""
    shift = connection.execute(SHIFTS.where(_shift.id == shift_id)).one()
    rows = connection.execute(_ROWS, {"shift_id": shift_id}).all()
    persons = {row.id: person_of(row) for row in rows}
    grants = load_grants(connection, set(persons.values()), now)
    catalogue = load_qualification_catalogue(connection)
    answers, comments = load_answers(connection, persons), defaultdict(list)
    for comment in connection.execute(COMMENTS, {"ids": list(persons)}):
        comments[comment.participation_id].append(comment)
    at = max(now, shift.starts_at)
    granted = {
        id_: [each for each, expires_at in grants[person] if expires_at is None or expires_at >= at]
        for id_, person in persons.items()
    }
    qualified = {id_: catalogue.with_included(ids) for id_, ids in granted.items()}
    confirmed = {
        row.id: SignedUp(row.state, as_configuration(row.structure_data), qualified[row.id])
        for row in rows
        if row.state == CONFIRMED
    }
    facts = SignupFacts(
        shift,
        None,
        None,
        frozenset(),
        frozenset(load_type_qualifications(connection, {shift.event_type_id})[shift.event_type_id]),
        (),
        (),
        load_block_catalogue(connection) if shift.structure_slug == COMPLEX else NO_BLOCKS,
    )
    others = _load_confirmed_shifts(connection, shift, rows)

    def facts_of(row):
        return replace(
            facts,
            state=row.state,
            date_of_birth=row.date_of_birth,
            qualification_ids=qualified[row.id],
            confirmed=tuple(each for id_, each in confirmed.items() if id_ != row.id),
            overlapping=tuple(
                each
                for each in others[persons[row.id]]
                if each.starts_at < row.ends_at and each.ends_at > row.starts_at
            ),
        )

    ordered = sorted(rows, key=lambda row: (STATE_ORDER.index(row.state), row.id))
    return Disposition(
        shift,
        [DispositionRow(row, facts_of(row), comments[row.id], granted[row.id], answers[row.id]) for row in ordered],
        load_signup_stats(connection, [shift], now)[shift_id],
        catalogue,
        facts.blocks,
    )


def _load_confirmed_shifts(connection, shift, rows) -> dict[Participant, list[ConfirmedShift]]:
    """Return the other confirmed shifts of all these people at the time of the shift: one statement."""
    columns = (_participation.user_id, _participation.guest_id, _participation.federated_user_id)
    ids = {column.name: {getattr(row, column.name) for row in rows} - {None} for column in columns}
    found = defaultdict(list)
    statement = CONFIRMED_SHIFTS.add_columns(*columns, _participation.id).where(
        or_(*(column.in_(ids[column.name]) for column in columns)),
        _participation.shift_id != shift.id,
        func.coalesce(_participation.individual_starts_at, _shift.starts_at)
        < max((row.ends_at for row in rows), default=shift.ends_at),
        func.coalesce(_participation.individual_ends_at, _shift.ends_at)
        > min((row.starts_at for row in rows), default=shift.starts_at),
    )
    for row in connection.execute(statement):
        found[person_of(row)].append(ConfirmedShift(*row[:5]))
    return found


_ROWS = CompiledStatement(
    PARTICIPATIONS.where(_participation.shift_id == bindparam("shift_id", type_=Integer)).order_by(_participation.id)
)
