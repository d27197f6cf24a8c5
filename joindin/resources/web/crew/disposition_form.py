"""The form of the disposition: one row of fields for each participation, with the names of ephios (spec 16).

``was_state`` and ``was_times`` are our addition. They hold what the page showed, so that a row that a responsible left alone
keeps what its person changed in the meantime.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from joindin.http.pages.languages import lazy_gettext
from joindin.operations.crew.disposition import UNCHANGED, Decision
from joindin.operations.crew.refusals import (
    MSG_CONFLICT,
    MSG_FULL,
    MSG_NOT_QUALIFIED,
    MSG_TEAMS_FULL,
    MSG_TOO_YOUNG,
    MSG_TYPE_QUALIFICATION,
    Refusal,
)
from joindin.queries.crew.planning.disposition import DispositionRow
from joindin.queries.crew.signup_stats import COMPLEX, NAMED_TEAMS, team_of
from joindin.resources.web.crew.form_values import (
    local_date,
    local_time,
    read_line,
    read_local_time,
    read_number,
)
from joindin.utils.text import to_plain_line

PREFIX = "participations"
MAX_ROWS, MAX_COMMENT_LENGTH, MAX_PATH_LENGTH = 1000, 255, 1000
_TIME_NAMES = tuple(f"individual_{end}_time_{part}" for end in ("start", "end") for part in (0, 1))
MSG_WRONG_TIME = lazy_gettext("Enter a day and a time.")
MSG_LONG_COMMENT = lazy_gettext("A comment has at most 255 characters.")
WARNINGS = {
    MSG_NOT_QUALIFIED: lazy_gettext("The qualification for this shift is missing."),
    MSG_TYPE_QUALIFICATION: lazy_gettext("A qualification for events of this type is missing."),
    MSG_TOO_YOUNG: lazy_gettext("The person is younger than %(age)s years."),
    MSG_CONFLICT: lazy_gettext("Confirmed for another shift at this time: %(shifts)s"),
    MSG_FULL: lazy_gettext("All places are taken."),
    MSG_TEAMS_FULL: lazy_gettext("All teams for which the person qualifies are full."),
}


@dataclass
class RowFields:
    """The values of one row as texts, and its errors by the name of the field."""

    index: int
    row: DispositionRow
    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        return f"{PREFIX}-{self.index}"

    @property
    def participation(self):
        return self.row.participation


def present_rows(rows: Sequence[DispositionRow], timezone: str) -> list[RowFields]:
    """Return the rows with the stored values."""
    return [RowFields(index, row, _stored_values(row, timezone)) for index, row in enumerate(rows)]


def submitted_rows(form: Mapping[str, str], rows: Mapping[int, DispositionRow], timezone: str) -> list[RowFields]:
    """Return the rows with the submitted values, and after them the rows that the form does not have.

    Submitted rows that no longer exist are left out.
    """
    found, missing = [], dict(rows)
    for number in range(read_row_count(form) or 0):
        row = missing.pop(_read_id(form.get(f"{PREFIX}-{number}-id", "")), None)
        if row is not None:
            found.append(RowFields(len(found), row, _submitted_values(form, f"{PREFIX}-{number}-", row, timezone)))
    return found + [
        RowFields(len(found) + index, row, _stored_values(row, timezone)) for index, row in enumerate(missing.values())
    ]


def is_submitted(form: Mapping[str, str]) -> bool:
    return f"{PREFIX}-TOTAL_FORMS" in form


def read_row_count(form: Mapping[str, str]) -> int | None:
    """Return the number of submitted rows; None if the form has no usable number, because a part of it was lost."""
    try:
        return read_number(form.get(f"{PREFIX}-TOTAL_FORMS", ""), MAX_ROWS)
    except ValueError:
        return None


def read_decisions(rows: Sequence[RowFields], timezone: str) -> list[Decision]:
    """Return the decisions. Values that are not acceptable become errors of their row."""
    return [_read_decision(each, timezone) for each in rows]


def warning_text(refusal: Refusal, language: str) -> str:
    values = {
        name: value[language == "de"] if isinstance(value, tuple) else value for name, value in refusal.values.items()
    }
    text = WARNINGS.get(refusal.message)
    return refusal.text(language) if text is None else str(text) % values


def _read_decision(fields, timezone):
    values, structure = fields.values, fields.row.facts.shift.structure_slug
    state = _read_id(values["state"])
    times = {}
    for name in ("start", "end"):
        try:
            times[name] = read_local_time(
                values[f"individual_{name}_time_0"], values[f"individual_{name}_time_1"], timezone
            )
        except ValueError:
            fields.errors[f"individual_{name}_time"] = str(MSG_WRONG_TIME)
    try:
        comment = read_line(values["comment"], MAX_COMMENT_LENGTH)
    except ValueError:
        fields.errors["comment"], comment = str(MSG_LONG_COMMENT), ""
    keeps_times = values["was_times"] == _times_text(values)
    return Decision(
        participation_id=fields.participation.id,
        state=UNCHANGED if values["was_state"] == values["state"] else state,
        starts_at=UNCHANGED if keeps_times else times.get("start"),
        ends_at=UNCHANGED if keeps_times else times.get("end"),
        team_uuid=_changed(fields, "team", timezone) if structure == NAMED_TEAMS else UNCHANGED,
        unit_path=_changed(fields, "unit_path", timezone) if structure == COMPLEX else UNCHANGED,
        comment=comment,
        is_internal=bool(values["comment_is_internal"]),
    )


def _changed(fields, name, timezone):
    value = fields.values[name]
    return UNCHANGED if value in (None, _stored_values(fields.row, timezone)[name]) else value or None


def _stored_values(row, timezone):
    participation = row.participation
    data = participation.structure_data or {}
    values = _time_values(participation.starts_at, participation.ends_at, timezone) | {
        "state": str(participation.state),
        "team": team_of(data) or "",
        "unit_path": data.get("dispatched_unit_path") or data.get("preferred_unit_path") or "",
        "comment": "",
        "comment_is_internal": "",
    }
    return values | {"was_state": values["state"], "was_times": _times_text(values)}


def _submitted_values(form, prefix, row, timezone):
    """Return the texts of a row. A missing state or time is the stored one; a missing team or unit is None."""
    stored = _stored_values(row, timezone)
    values = {name: form.get(prefix + name, stored[name]) for name in (*_TIME_NAMES, "state")}
    values |= {name: form.get(prefix + name) for name in ("team", "unit_path")}
    values |= {name: form.get(prefix + name, "") for name in ("comment", "comment_is_internal")}
    values |= {name: form.get(prefix + name, "") for name in ("was_state", "was_times")}
    return values


def _time_values(starts_at: dt.datetime, ends_at: dt.datetime, timezone: str) -> dict[str, str]:
    return {
        "individual_start_time_0": local_date(starts_at, timezone),
        "individual_start_time_1": local_time(starts_at, timezone),
        "individual_end_time_0": local_date(ends_at, timezone),
        "individual_end_time_1": local_time(ends_at, timezone),
    }


def _times_text(values):
    return " ".join(values[name] for name in _TIME_NAMES)


def _read_id(text):
    """Return the number, or one that no row and no state has."""
    try:
        return read_number(to_plain_line(text)) if text.strip() else -1
    except ValueError:
        return -1
