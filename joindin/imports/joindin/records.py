"""Data classes of the import: a record, the import of a table, and the context of a run."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Column, Table

from joindin.imports.joindin.sources import Source
from joindin.imports.legacy_row import LegacyRow
from joindin.imports.report import Report
from joindin.models import ImportProgress


@dataclass(slots=True)
class ImportRecord:
    """A source row as columns of this database. ``existing`` is the present row that is overwritten, if there is one."""

    id: int
    columns: dict
    repairs: list[str]
    existing: dict | None = None


@dataclass(frozen=True)
class ForeignKeyMapping:
    """A column that refers to a row of another table.

    A record whose target does not exist is an orphan. It is skipped if the reference ``is_required``; otherwise the column becomes
    NULL or the id that ``default`` returns. ``merged_in`` is the source table in which rows may have been merged.
    ``set_on_orphan`` may change the columns of an orphan that is kept. ``copied_columns`` repeat columns of the target. ``fallback_columns`` take the target's value if the record has none.
    """

    column: str
    table: Table
    is_required: bool = True
    merged_in: str | None = None
    copied_columns: Mapping[str, Column] = field(default_factory=dict)
    fallback_columns: Mapping[str, Column] = field(default_factory=dict)
    default: Callable | None = None
    set_on_orphan: Callable[[dict], dict] | None = None


@dataclass(frozen=True)
class TableImport:
    """The import of one source table.

    ``map_row`` maps a row to columns; ``prepare`` completes the columns of a batch. ``resolve_conflicts`` returns the records whose
    unique names are free, and those that wait until all names of the source are stored; ``apply_renames`` gives the latter new
    names. ``generated_columns`` hold names that the source may lack. An existing row keeps its ``kept_columns``; a column of
    ``cleared_with`` becomes NULL with a change of the other column. ``date_column`` is set to the current time if the source has no
    date. ``duplicate_message`` explains a violated unique constraint;
    without it such a row counts as merged.
    """

    name: str
    table: Table
    map_row: Callable[[LegacyRow], dict]
    references: tuple[ForeignKeyMapping, ...] = ()
    prepare: Callable | None = None
    resolve_conflicts: Callable | None = None
    apply_renames: Callable | None = None
    generated_columns: tuple[str, ...] = ()
    kept_columns: tuple[str, ...] = ()
    cleared_with: Mapping[str, str] = field(default_factory=dict)
    date_column: str | None = None
    duplicate_message: str | None = None


@dataclass
class ImportContext:
    """Session, source, report and options of one run. ``is_first`` means that no earlier run has stored progress."""

    session: object
    source: Source
    report: Report
    now: dt.datetime
    overwrite: bool = False
    progress: dict[str, ImportProgress] = field(default_factory=dict)
    is_first: bool = True
