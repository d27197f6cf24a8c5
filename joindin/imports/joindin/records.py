"""One row on its way in, and what it is on its way in for."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Column, Table

from joindin.imports.joindin.legacy_row import LegacyRow
from joindin.imports.joindin.report import Report
from joindin.imports.joindin.sources import Source
from joindin.models import ImportProgress


@dataclass(slots=True)
class ImportRecord:
    """A row in our columns. ``present`` is the row that is here already, where that is to be overwritten."""

    id: int
    columns: dict
    repairs: list[str]
    existing: dict | None = None


@dataclass(frozen=True)
class ForeignKeyMapping:
    """A column that names a row of another table.

    Who names a row that is not there is an orphan: skipped if ``is_required``, made one that names
    nobody (or the row that ``default`` finds) if not. ``known_as`` is the original's table in which
    rows may stand for others. ``takes`` are columns that repeat the other row's; ``lends`` those
    that take the other row's value where the original has none.
    """

    column: str
    table: Table
    is_required: bool = True
    merged_in: str | None = None
    copied_columns: Mapping[str, Column] = field(default_factory=dict)
    fallback_columns: Mapping[str, Column] = field(default_factory=dict)
    default: Callable | None = None


@dataclass(frozen=True)
class TableImport:
    """What becomes of one table of the original.

    ``settle`` parts rows whose names are free from those that have to wait until every name that
    the original gave is taken; ``rename`` gives names to these. ``generated`` are the columns with
    names that the original may lack. ``dated`` is a column that is now where there is no date.
    ``touch`` hears of entries that came in or changed. ``duplicate`` says what is wrong with a row that
    breaks a unique constraint, where that is no mere repetition of another.
    """

    name: str
    table: Table
    make: Callable[[LegacyRow], dict]
    references: tuple[ForeignKeyMapping, ...] = ()
    prepare: Callable | None = None
    resolve_conflicts: Callable | None = None
    apply_renames: Callable | None = None
    generated_columns: tuple[str, ...] = ()
    date_column: str | None = None
    bump_versions: Callable | None = None
    duplicate_message: str | None = None


@dataclass
class ImportContext:
    """One run: where from, where to, what for."""

    session: object
    source: Source
    report: Report
    now: dt.datetime
    overwrite: bool = False
    progress: dict[str, ImportProgress] = field(default_factory=dict)
    is_first: bool = True
