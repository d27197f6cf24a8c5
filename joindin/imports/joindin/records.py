"""One row on its way in, and what it is on its way in for."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Column, Table

from joindin.imports.joindin.legacy_row import LegacyRow
from joindin.imports.joindin.report import Report
from joindin.imports.joindin.sources import Source
from joindin.models import MovedTable


@dataclass(slots=True)
class Entry:
    """A row in our columns. ``present`` is the row that is here already, where that is to be overwritten."""

    id: int
    columns: dict
    mended: list[str]
    present: dict | None = None


@dataclass(frozen=True)
class Reference:
    """A column that names a row of another table.

    Who names a row that is not there is an orphan: skipped if ``is_required``, made one that names
    nobody (or the row that ``default`` finds) if not. ``known_as`` is the original's table in which
    rows may stand for others. ``takes`` are columns that repeat the other row's; ``lends`` those
    that take the other row's value where the original has none.
    """

    column: str
    table: Table
    is_required: bool = True
    known_as: str | None = None
    takes: Mapping[str, Column] = field(default_factory=dict)
    lends: Mapping[str, Column] = field(default_factory=dict)
    default: Callable | None = None


@dataclass(frozen=True)
class Move:
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
    references: tuple[Reference, ...] = ()
    prepare: Callable | None = None
    settle: Callable | None = None
    rename: Callable | None = None
    generated: tuple[str, ...] = ()
    dated: str | None = None
    touch: Callable | None = None
    duplicate: str | None = None


@dataclass
class Moving:
    """One run: where from, where to, what for."""

    session: object
    source: Source
    report: Report
    now: dt.datetime
    is_overwriting: bool = False
    marks: dict[str, MovedTable] = field(default_factory=dict)
    is_first: bool = True
