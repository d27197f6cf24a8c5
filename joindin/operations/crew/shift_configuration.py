"""Configurations of signup flows and structures, checked and completed as the contract stores them (spec 15)."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from joindin.models.crew import BuildingBlock, Qualification, Shift
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.fields import YEARS
from joindin.operations.crew.flows import INSTANT_CONFIRMATION, MANUAL, REQUEST_CONFIRM
from joindin.queries.crew.signup_facts import COUPLED
from joindin.utils.row_ids import MAX_ROW_ID

MSG_NO_CHOICE = "Select a valid choice. That choice is not one of the available choices."
MSG_MAX_BELOW_MIN = "Max count must not be smaller than min count."
MSG_INVALID = "This value is not valid."
MSG_LEADER = "Select a shift of the same event that is not coupled itself."
FLOWS = (INSTANT_CONFIRMATION, REQUEST_CONFIRM, MANUAL, COUPLED)
STRUCTURES = ("uniform", "named_teams", "qualification_mix", "complex")
FLOW_FIELD, STRUCTURE_FIELD = "signup_flow_configuration", "structure_configuration"
MAX_ITEMS, MAX_PEOPLE, MAX_TEXT = 100, 10_000, 1_000


def complete_flow(session, slug: str, values: object, *, event_id: int, shift_id: int | None) -> dict[str, Any]:
    """Return the whole configuration of a flow.

    :raises InvalidCrewField: if the flow does not exist or a value is not acceptable.
    """
    if slug not in FLOWS:
        raise InvalidCrewField("signup_flow_slug", MSG_NO_CHOICE)
    read = _Reader(values, FLOW_FIELD)
    if slug == MANUAL:
        return {"no_selfservice_explanation": read.text("no_selfservice_explanation")}
    if slug == COUPLED:
        leader = session.get(Shift, read.row_id("leader_shift_id") or 0)
        is_own = leader is not None and leader.id == shift_id
        if leader is None or is_own or leader.event_id != event_id or leader.signup_flow_slug == COUPLED:
            raise InvalidCrewField(FLOW_FIELD, MSG_LEADER)
        return {"leader_shift_id": leader.id}
    return {
        "signup_until": read.time("signup_until"),
        "user_can_decline_confirmed": read.flag("user_can_decline_confirmed", False),
        "user_can_customize_signup_times": read.flag("user_can_customize_signup_times", True),
    }


def complete_structure(session, slug: str, values: object) -> dict[str, Any]:
    """Return the whole configuration of a structure.

    :raises InvalidCrewField: as ``complete_flow``.
    """
    if slug not in STRUCTURES:
        raise InvalidCrewField("structure_slug", MSG_NO_CHOICE)
    read = _Reader(values, STRUCTURE_FIELD)
    configuration = {"minimum_age": read.count("minimum_age")}
    if slug == "uniform":
        configuration["minimum_number_of_participants"] = read.count("minimum_number_of_participants")
        configuration["maximum_number_of_participants"] = read.count("maximum_number_of_participants")
        _check_counts(configuration["minimum_number_of_participants"], configuration["maximum_number_of_participants"])
        configuration["required_qualification_ids"] = read.row_ids("required_qualification_ids")
        _check_rows(session, Qualification, configuration["required_qualification_ids"])
    elif slug == "complex":
        configuration["choose_preferred_unit"] = read.flag("choose_preferred_unit", False)
        configuration["starting_blocks"] = read.items("starting_blocks", _read_block)
        _check_rows(session, BuildingBlock, [each["building_block"] for each in configuration["starting_blocks"]])
    else:
        name = "teams" if slug == "named_teams" else "qualification_requirements"
        if slug == "named_teams":
            configuration["choose_preferred_team"] = read.flag("choose_preferred_team", False)
        configuration[name] = read.items(name, _read_team if slug == "named_teams" else _read_requirement)
        _check_rows(session, Qualification, [each["qualification"] for each in configuration[name]])
    return configuration


class _Reader:
    """Values of a JSON object by name. A missing value is null."""

    def __init__(self, values: object, field: str):
        if values is not None and not isinstance(values, Mapping):
            raise InvalidCrewField(field, MSG_INVALID)
        self._values, self._field = values or {}, field

    def count(self, name: str, default: int | None = None, maximum: int = MAX_PEOPLE) -> int | None:
        value = self._values.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= maximum:
            raise self._invalid(name)
        return value

    def row_id(self, name: str) -> int | None:
        return self.count(name, maximum=MAX_ROW_ID)

    def row_ids(self, name: str) -> list[int]:
        values = self._list(name)
        return [_Reader({name: value}, self._field).row_id(name) or self._refuse(name) for value in values]

    def flag(self, name: str, default: bool) -> bool:
        value = self._values.get(name)
        if value is not None and not isinstance(value, bool):
            raise self._invalid(name)
        return default if value is None else value

    def text(self, name: str) -> str:
        value = self._values.get(name)
        if value is not None and (not isinstance(value, str) or len(value) > MAX_TEXT or not value.isprintable()):
            raise self._invalid(name)
        return value or ""

    def time(self, name: str) -> str | None:
        value = self._values.get(name)
        try:
            if value is not None and dt.datetime.fromisoformat(value).astimezone(dt.UTC).year not in YEARS:
                raise self._invalid(name)
        except (TypeError, ValueError, OverflowError):
            raise self._invalid(name) from None
        return value

    def items(self, name: str, read_item: Callable) -> list[dict]:
        return [read_item(_Reader(value, self._field)) for value in self._list(name)]

    def _list(self, name):
        values = self._values.get(name)
        if values is not None and (not isinstance(values, list) or len(values) > MAX_ITEMS):
            raise self._invalid(name)
        return values or []

    def _refuse(self, name):
        raise self._invalid(name)

    def _invalid(self, name):
        return InvalidCrewField(self._field, f"{name}: {MSG_INVALID}")


def _read_requirement(read):
    values = {
        "qualification": read.row_id("qualification"),
        "min_count": read.count("min_count", 0),
        "max_count": read.count("max_count"),
    }
    _check_counts(values["min_count"], values["max_count"])
    return values


def _read_team(read):
    return _read_requirement(read) | {"title": read.text("title"), "uuid": read.text("uuid") or str(uuid4())}


def _read_block(read):
    return {
        "building_block": read.row_id("building_block") or 0,
        "label": read.text("label"),
        "optional": read.flag("optional", False),
        "uuid": read.text("uuid") or str(uuid4()),
    }


def _check_counts(minimum, maximum):
    if minimum is not None and maximum is not None and maximum < minimum:
        raise InvalidCrewField(STRUCTURE_FIELD, MSG_MAX_BELOW_MIN)


def _check_rows(session, model, ids):
    """Check that the rows exist, and lock them against deletion until the shift that names them is stored."""
    ids = {id_ for id_ in ids if id_ is not None}
    rows = select(model.id).where(model.id.in_(ids)).order_by(model.id).with_for_update(read=True, key_share=True)
    if len(session.scalars(rows).all()) < len(ids):
        raise InvalidCrewField(STRUCTURE_FIELD, MSG_NO_CHOICE)
