"""The form of a shift: its times, its signup flow, and its structure with rows of teams, requirements or blocks (spec 15).

The page has the fields of all flows and structures; style sheets show those of the chosen ones. Only these are read. There
are always empty rows; a button adds more. A row that is empty, or marked as removed, is left out.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from joindin.http.pages.languages import gettext
from joindin.operations.crew.flows import INSTANT_CONFIRMATION, MANUAL, REQUEST_CONFIRM
from joindin.operations.crew.shift_configuration import MAX_ITEMS, MAX_PEOPLE, MAX_TEXT
from joindin.operations.crew.shifts import ShiftFields
from joindin.queries.crew.signup_facts import COUPLED, as_configuration
from joindin.queries.crew.signup_stats import COMPLEX, NAMED_TEAMS, QUALIFICATION_MIX, objects_in
from joindin.resources.web.crew.form_values import read_line, read_local_time, read_number
from joindin.utils.datetimes import UTC, get_timezone

EMPTY_ROWS = 3
MAX_LABEL_LENGTH = 255
UNIFORM = "uniform"
TIMES = ("meeting_time", "start_time", "end_time")
# The fields of the rows, by the prefix of their names, with the list of the configuration that they are.
ROW_FIELDS = {
    "teams": ("uuid", "title", "qualification", "min_count", "max_count"),
    "requirements": ("qualification", "min_count", "max_count"),
    "blocks": ("uuid", "building_block", "label", "optional"),
}
LISTS = {"teams": "teams", "requirements": "qualification_requirements", "blocks": "starting_blocks"}
FLAGS = (
    "optional",
    "user_can_decline_confirmed",
    "user_can_customize_signup_times",
    "choose_preferred_team",
    "choose_preferred_unit",
)
NUMBERS = ("minimum_age", "minimum_number_of_participants", "maximum_number_of_participants")


@dataclass
class ShiftForm:
    """``values`` are the texts of single fields, ``rows`` those of rows by prefix, ``errors`` messages by the name of a field."""

    values: dict[str, str]
    rows: dict[str, list[dict[str, str]]]
    qualification_ids: set[str] = field(default_factory=set)
    errors: dict[str, str] = field(default_factory=dict)

    def add_rows(self, prefix: str) -> None:
        self.rows[prefix] += [dict.fromkeys(ROW_FIELDS[prefix], "") for _ in range(EMPTY_ROWS)]


def stored_form(shift, timezone: str) -> ShiftForm:
    """Return the form of a shift, or of a new one for None."""
    flow = as_configuration(shift.signup_flow_configuration) if shift else {}
    structure = as_configuration(shift.structure_configuration) if shift else {}
    values = {"label": shift.label if shift else ""}
    values |= {
        name: _local_text(at, timezone)
        for name, at in zip(TIMES, (shift.meets_at, shift.starts_at, shift.ends_at) if shift else (None,) * 3)
    }
    values["signup_flow_slug"] = shift.signup_flow_slug if shift else INSTANT_CONFIRMATION
    values["structure_slug"] = shift.structure_slug if shift else UNIFORM
    values["signup_until"] = _local_text(_parse_iso(flow.get("signup_until"), timezone), timezone)
    values["leader_shift_id"] = _text(flow.get("leader_shift_id"))
    values["no_selfservice_explanation"] = _text(flow.get("no_selfservice_explanation"))
    values["user_can_decline_confirmed"] = _flag(flow.get("user_can_decline_confirmed"))
    values["user_can_customize_signup_times"] = _flag(flow.get("user_can_customize_signup_times", True))
    values |= {name: _flag(structure.get(name)) for name in ("choose_preferred_team", "choose_preferred_unit")}
    values |= {name: _text(structure.get(name)) for name in NUMBERS}
    required = structure.get("required_qualification_ids")
    form = ShiftForm(
        values,
        {
            prefix: [
                {name: _flag(each.get(name)) if name in FLAGS else _text(each.get(name)) for name in names}
                for each in objects_in(structure.get(LISTS[prefix]))
            ]
            for prefix, names in ROW_FIELDS.items()
        },
        {str(id_) for id_ in required} if isinstance(required, list) else set(),
    )
    for prefix in ROW_FIELDS:
        form.add_rows(prefix)
    return form


def submitted_form(sent) -> ShiftForm:
    """Return the form with the values of a request. ``sent`` is a multi-dict of texts."""
    names = ("label", *TIMES, "signup_flow_slug", "structure_slug", "signup_until", "leader_shift_id")
    names += ("no_selfservice_explanation", *NUMBERS, *FLAGS[1:])
    form = ShiftForm(
        {name: sent.get(name, "") for name in names},
        {prefix: _submitted_rows(sent, prefix) for prefix in ROW_FIELDS},
        set(sent.getlist("required_qualification_ids")),
    )
    for prefix, rows in form.rows.items():
        if not rows or any(rows[-1].values()):
            form.add_rows(prefix)
    return form


def read_fields(form: ShiftForm, timezone: str) -> ShiftFields | None:
    """Return the fields of the shift; None if values are not acceptable, which become errors."""
    reader = _Reader(form, timezone)
    label = reader.line("label", form.values["label"], MAX_LABEL_LENGTH)
    starts_at, ends_at = reader.time("start_time", True), reader.time("end_time", True)
    meets_at = reader.time("meeting_time", False) or starts_at
    flow = _read_flow(reader, form.values)
    structure = _read_structure(reader, form)
    if form.errors:
        return None
    slugs = form.values["signup_flow_slug"], form.values["structure_slug"]
    return ShiftFields(label, meets_at, starts_at, ends_at, slugs[0], flow, slugs[1], structure)


class _Reader:
    """Reads values, and stores an error under the name of the field that is not acceptable."""

    def __init__(self, form: ShiftForm, timezone: str):
        self._form, self._timezone = form, timezone

    def line(self, name: str, text: str, max_length: int) -> str:
        try:
            return read_line(text, max_length)
        except ValueError:
            return self._refuse(name, gettext("Enter at most %(max)d characters.", max=max_length))

    def number(self, name: str, text: str, maximum: int = MAX_PEOPLE) -> int | None:
        try:
            return read_number(text, maximum)
        except ValueError:
            return self._refuse(name, gettext("Enter a number from 0 to %(max)d.", max=maximum))

    def row_id(self, name: str, text: str) -> int | None:
        try:
            return read_number(text)
        except ValueError:
            return self._refuse(name, gettext("Choose one from the list."))

    def time(self, name: str, is_required: bool) -> dt.datetime | None:
        date, _separator, time = self._form.values[name].partition("T")
        try:
            at = read_local_time(date, time, self._timezone)
        except ValueError:
            at, is_required = None, True
        return self._refuse(name, gettext("Enter a day and a time.")) if at is None and is_required else at

    def _refuse(self, name, message):
        self._form.errors[name] = message


def _read_flow(reader, values: Mapping[str, str]) -> dict:
    slug = values["signup_flow_slug"]
    if slug == COUPLED:
        return {"leader_shift_id": reader.row_id("leader_shift_id", values["leader_shift_id"])}
    if slug == MANUAL:
        text = reader.line("no_selfservice_explanation", values["no_selfservice_explanation"], MAX_TEXT)
        return {"no_selfservice_explanation": text}
    if slug in (INSTANT_CONFIRMATION, REQUEST_CONFIRM):
        until = reader.time("signup_until", False)
        return {
            "signup_until": until and until.isoformat().replace("+00:00", "Z"),
            "user_can_decline_confirmed": bool(values["user_can_decline_confirmed"]),
            "user_can_customize_signup_times": bool(values["user_can_customize_signup_times"]),
        }
    return {}


def _read_structure(reader, form: ShiftForm) -> dict:
    values, slug = form.values, form.values["structure_slug"]
    structure = {"minimum_age": reader.number("minimum_age", values["minimum_age"], 150)}
    if slug == UNIFORM:
        structure |= {name: reader.number(name, values[name]) for name in NUMBERS[1:]}
        ids = [reader.row_id("required_qualification_ids", text) for text in sorted(form.qualification_ids)]
        structure["required_qualification_ids"] = sorted(id_ for id_ in ids if id_ is not None)
    elif slug == NAMED_TEAMS:
        structure["choose_preferred_team"] = bool(values["choose_preferred_team"])
        structure["teams"] = [
            _read_counts(reader, name, row)
            | {"title": reader.line(f"{name}-title", row["title"], MAX_LABEL_LENGTH), "uuid": row["uuid"]}
            for name, row in _filled_rows(form, "teams")
        ]
    elif slug == QUALIFICATION_MIX:
        structure["qualification_requirements"] = [
            _read_counts(reader, name, row) for name, row in _filled_rows(form, "requirements")
        ]
    elif slug == COMPLEX:
        structure["choose_preferred_unit"] = bool(values["choose_preferred_unit"])
        structure["starting_blocks"] = [
            {
                "building_block": reader.row_id(f"{name}-building_block", row["building_block"]),
                "label": reader.line(f"{name}-label", row["label"], MAX_LABEL_LENGTH),
                "optional": bool(row["optional"]),
                "uuid": row["uuid"],
            }
            for name, row in _filled_rows(form, "blocks")
        ]
    return structure


def _read_counts(reader, name, row):
    return {
        "qualification": reader.row_id(f"{name}-qualification", row["qualification"]),
        "min_count": reader.number(f"{name}-min_count", row["min_count"]) or 0,
        "max_count": reader.number(f"{name}-max_count", row["max_count"]),
    }


def _filled_rows(form, prefix):
    """Return pairs of the beginning of the field names and the values of the rows that are not empty."""
    return [
        (f"{prefix}-{index}", row)
        for index, row in enumerate(form.rows[prefix])
        if any(value for name, value in row.items() if name not in ("uuid", "optional"))
    ]


def _submitted_rows(sent, prefix):
    rows = []
    for index in range(MAX_ITEMS):
        if f"{prefix}-{index}-{ROW_FIELDS[prefix][-2]}" not in sent:
            break
        row = {name: sent.get(f"{prefix}-{index}-{name}", "") for name in ROW_FIELDS[prefix]}
        is_removed = f"{prefix}-{index}-removed" in sent
        rows.append(dict.fromkeys(row, "") if is_removed else row)
    return rows


def _local_text(at: dt.datetime | None, timezone: str) -> str:
    """Return the value of an ``<input type=datetime-local>``."""
    return f"{at.astimezone(get_timezone(timezone)):%Y-%m-%dT%H:%M}" if at else ""


def _parse_iso(value, timezone) -> dt.datetime | None:
    try:
        at = dt.datetime.fromisoformat(value)
        return (at if at.tzinfo else at.replace(tzinfo=get_timezone(timezone))).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def _text(value) -> str:
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def _flag(value) -> str:
    return "on" if value is True else ""
