"""The form of a building block, with rows of positions, parts and requirements (spec 10).

The page has the rows of both types of blocks; style sheets show those of the chosen one. Only these are read. There are
always empty rows; a button adds more. A row that is empty, or marked as removed, is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from joindin.http.pages.languages import gettext
from joindin.models.crew import ATOMIC, COMPOSITE
from joindin.operations.crew.administration.building_blocks import (
    MAX_LABEL_LENGTH,
    MAX_ROWS,
    BlockFields,
    PartFields,
    PositionFields,
    RequirementFields,
)
from joindin.resources.web.crew.form_values import read_line, read_number

EMPTY_ROWS = 2
MAX_COUNT = 10_000
EVERYONE, SOME = "everyone", "some"
# The texts of the rows, by the prefix of their names. Positions and requirements have qualifications as well.
ROW_FIELDS = {
    "positions": ("label", "optional"),
    "parts": ("id", "building_block", "label", "optional"),
    "requirements": ("applies_to", "at_least"),
}
# The text field that each row sends, even if it is empty.
MARKERS = {"positions": "label", "parts": "label", "requirements": "at_least"}
# Values that do not fill a row by themselves.
DEFAULTS = ("id", "optional", "applies_to")
# The list of the form for a field of the contract.
FORM_FIELDS = {
    "sub_compositions": "parts",
    "qualification_requirements": "requirements",
    "qualifications": "positions",
}


@dataclass
class BlockRow:
    """``texts`` are the texts of the fields, ``qualification_ids`` those of the ticked qualifications."""

    texts: dict[str, str]
    qualification_ids: set[str] = field(default_factory=set)

    @property
    def is_filled(self) -> bool:
        return bool(self.qualification_ids) or any(text for name, text in self.texts.items() if name not in DEFAULTS)


@dataclass
class BuildingBlockForm:
    """``errors`` are messages by the name of a field."""

    values: dict[str, str]
    rows: dict[str, list[BlockRow]]
    errors: dict[str, str] = field(default_factory=dict)

    def add_rows(self, prefix: str) -> None:
        free = MAX_ROWS - len(self.rows[prefix])
        self.rows[prefix] += [BlockRow(dict.fromkeys(ROW_FIELDS[prefix], "")) for _ in range(min(EMPTY_ROWS, free))]


def stored_form(page=None) -> BuildingBlockForm:
    """Return the form of the only block of the page, or of a new one."""
    block = page.blocks[0] if page else None
    values = {
        "name": block.name if block else "",
        "block_type": block.block_type if block else ATOMIC,
        "allow_more": _flag(block and block.allows_more),
    }
    rows = _stored_rows(page, block.id) if block else {prefix: [] for prefix in ROW_FIELDS}
    form = BuildingBlockForm(values, rows)
    for prefix in ROW_FIELDS:
        form.add_rows(prefix)
    return form


def submitted_form(sent) -> BuildingBlockForm:
    """Return the form with the values of a request. ``sent`` is a multi-dict of texts."""
    values = {name: sent.get(name, "") for name in ("name", "block_type", "allow_more")}
    form = BuildingBlockForm(values, {prefix: _submitted_rows(sent, prefix) for prefix in ROW_FIELDS})
    for prefix, rows in form.rows.items():
        if not rows or rows[-1].is_filled:
            form.add_rows(prefix)
    return form


def read_fields(form: BuildingBlockForm) -> BlockFields | None:
    """Return the fields of the block; None if values are not acceptable, which become errors."""
    values, is_composite = form.values, form.values["block_type"] == COMPOSITE
    fields = BlockFields(
        _read_label(form, "name", values["name"]),
        values["block_type"],
        bool(values["allow_more"]),
        () if is_composite else [_read_position(form, *each) for each in _filled_rows(form, "positions")],
        [_read_part(form, *each) for each in _filled_rows(form, "parts")] if is_composite else (),
        [_read_requirement(form, *each) for each in _filled_rows(form, "requirements")],
    )
    return None if form.errors else fields


def _read_position(form, name, row):
    label = _read_label(form, f"{name}-label", row.texts["label"])
    return PositionFields(label, bool(row.texts["optional"]), _read_qualifications(form, name, row))


def _read_part(form, name, row):
    block_id = _read_number(form, f"{name}-building_block", row.texts["building_block"])
    if block_id is None:
        form.errors.setdefault(f"{name}-building_block", gettext("Choose one from the list."))
    label = _read_label(form, f"{name}-label", row.texts["label"])
    row_id = _read_number(form, f"{name}-building_block", row.texts["id"])
    return PartFields(block_id or 0, label, bool(row.texts["optional"]), row_id)


def _read_requirement(form, name, row):
    for_everyone, at_least = row.texts["applies_to"] != SOME, 0
    if not for_everyone:
        try:
            at_least = read_number(row.texts["at_least"], MAX_COUNT) or 0
        except ValueError:
            message = gettext("Enter a number from 0 to %(max)d.", max=MAX_COUNT)
            form.errors[f"{name}-at_least"] = message
    if not row.qualification_ids:
        form.errors[f"{name}-applies_to"] = gettext("Choose a qualification.")
    return RequirementFields(_read_qualifications(form, name, row), for_everyone, at_least)


def _read_label(form, name, text) -> str:
    try:
        return read_line(text, MAX_LABEL_LENGTH)
    except ValueError:
        form.errors[name] = gettext("Enter at most %(max)d characters.", max=MAX_LABEL_LENGTH)
        return ""


def _read_number(form, name, text) -> int | None:
    try:
        return read_number(text)
    except ValueError:
        form.errors[name] = gettext("Choose one from the list.")
        return None


def _read_qualifications(form, name, row) -> Sequence[int]:
    field_name = f"{name}-{MARKERS[name.split('-')[0]]}"
    ids = [_read_number(form, field_name, text) for text in sorted(row.qualification_ids)]
    return sorted(id_ for id_ in ids if id_ is not None)


def _filled_rows(form, prefix):
    """Return pairs of the beginning of the field names and the row, for rows that are not empty."""
    return [(f"{prefix}-{index}", row) for index, row in enumerate(form.rows[prefix]) if row.is_filled]


def _stored_rows(page, block_id):
    return {
        "positions": [
            BlockRow(
                {"label": each.label, "optional": _flag(each.is_optional)},
                _texts(page.position_qualifications.get(each.id, ())),
            )
            for each in page.positions.get(block_id, ())
        ],
        "parts": [
            BlockRow(
                {
                    "id": str(each.id),
                    "building_block": str(each.part_id),
                    "label": each.label,
                    "optional": _flag(each.is_optional),
                }
            )
            for each in page.compositions.get(block_id, ())
        ],
        "requirements": [
            BlockRow(
                {"applies_to": EVERYONE if each.for_everyone else SOME, "at_least": str(each.at_least or "")},
                _texts(page.requirement_qualifications.get(each.id, ())),
            )
            for each in page.requirements.get(block_id, ())
        ],
    }


def _submitted_rows(sent, prefix):
    rows = []
    for index in range(MAX_ROWS):
        start = f"{prefix}-{index}-"
        if start + MARKERS[prefix] not in sent:
            break
        texts = {name: sent.get(start + name, "") for name in ROW_FIELDS[prefix]}
        row = BlockRow(texts, set(sent.getlist(f"{start}qualifications")))
        rows.append(BlockRow(dict.fromkeys(texts, "")) if f"{start}removed" in sent else row)
    return rows


def _texts(ids) -> set[str]:
    return {str(id_) for id_ in ids}


def _flag(value) -> str:
    return "on" if value else ""
