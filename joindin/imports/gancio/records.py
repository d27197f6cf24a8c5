"""Data classes of the import: a record, the import of a table, and the context of a run."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from joindin.imports.gancio.source_row import GancioRow
from joindin.imports.gancio.sources import Source
from joindin.imports.report import Report
from joindin.models import ImportOrigin


@dataclass(slots=True)
class Record:
    """A source row as columns of this database. ``extras`` are values of other tables, by name.

    ``origin`` is the state at an earlier import, ``row_id`` the id of the row here, once there is one.
    ``changed`` are the names of the values to be updated.
    """

    key: str
    columns: dict
    repairs: list[str]
    extras: dict = field(default_factory=dict)
    origin: ImportOrigin | None = None
    row_id: int | None = None
    changed: frozenset[str] | None = None

    def is_changed(self, name: str) -> bool:
        """Whether the value is to be written; all values of a new row are."""
        return self.changed is None or name in self.changed


@dataclass
class ImportContext:
    """Session, source, report and options of one run.

    ``zone`` is the time zone of the source. ``id_ranges`` are the ids that no row here has had, by source table.
    """

    session: object
    source: Source
    report: Report
    now: dt.datetime
    zone: str = "UTC"
    is_dry_run: bool = False
    id_ranges: dict[str, list] = field(default_factory=dict)


@dataclass(frozen=True)
class TableImport:
    """The import of one source table into the table of ``model``.

    ``groups`` are the columns and extras that are compared and updated together: an edit here of one keeps the whole group.
    Columns in no group are set when the row is created.

    ``map_row`` maps a row to columns. ``resolve`` replaces keys of other source rows by ids, and returns the records that can be
    imported. ``split`` divides a batch into parts that follow each other, because a record may refer to another. ``find_existing``
    returns the ids of rows that exist here and stand for new records, by key. ``prepare_new`` gives new records unique names; their
    ``row_id`` is set then. ``load_extras`` returns the extras of rows by id, ``write_extras`` stores those of one record.
    """

    name: str
    model: type
    map_row: Callable[[GancioRow, ImportContext], dict]
    groups: Mapping[str, tuple[str, ...]]
    resolve: Callable[[ImportContext, list[Record]], list[Record]] = lambda context, records: records
    split: Callable[[list[Record]], list[list[Record]]] = lambda records: [records]
    find_existing: Callable[[ImportContext, list[Record]], dict[str, int]] | None = None
    prepare_new: Callable[[ImportContext, list[Record]], None] | None = None
    load_extras: Callable[[ImportContext, list[int]], dict[int, dict]] | None = None
    write_extras: Callable[[ImportContext, list[Record]], None] | None = None
