"""State of one run: the dump, the rows here that stand for its rows, and the report."""

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import select

from joindin.imports.bulk_rows import insert_new, is_among
from joindin.imports.ephios.dump import Dump
from joindin.imports.legacy_row import InvalidRow
from joindin.imports.report import Report
from joindin.models import ImportOrigin

SOURCE = "ephios"
BATCH_SIZE = 2000


@dataclass
class ImportContext:
    """``ids`` holds the id here of each imported row, by model and number. ``new`` holds the numbers of this run."""

    session: object
    dump: Dump
    report: Report
    now: dt.datetime
    ids: dict[str, dict[int, int]] = field(default_factory=dict)
    new: dict[str, set[int]] = field(default_factory=dict)
    # Numbers that an earlier run stored, also of rows that were deleted here since.
    known: dict[str, set[int]] = field(default_factory=dict)
    # Lookups in the dump that are built once.
    cache: dict[str, dict] = field(default_factory=dict)

    def load(self, name: str, table) -> None:
        """Read which rows of a table of the dump earlier runs imported."""
        rows = self.session.execute(
            select(ImportOrigin.source_key, ImportOrigin.row_id).where(
                ImportOrigin.source == SOURCE, ImportOrigin.table_name == _short(name)
            )
        ).all()
        self.known[name] = {int(row.source_key) for row in rows}
        self.new[name] = set()
        existing = set()
        local_ids = [row.row_id for row in rows if row.row_id is not None]
        for start in range(0, len(local_ids), BATCH_SIZE):
            batch = local_ids[start : start + BATCH_SIZE]
            existing.update(self.session.scalars(select(table.c.id).where(is_among(self.session, table.c.id, batch))))
        self.ids[name] = {int(row.source_key): row.row_id for row in rows if row.row_id in existing}

    def record(self, name: str, ids: dict[int, int | None]) -> None:
        """Store which rows stand for rows of the dump. A row without an id of its own has None."""
        self.ids[name] |= ids
        self.new[name] |= ids.keys()
        rows = [
            {
                "source": SOURCE,
                "table_name": _short(name),
                "source_key": str(pk),
                "row_id": row_id,
                "fingerprints": {},
                "imported_at": self.now,
            }
            for pk, row_id in ids.items()
        ]
        insert_new(self.session, ImportOrigin.__table__, rows)

    def find(self, model: str, reference: object) -> int | None:
        """Return the id here of the row that a reference of the dump names; None if it is not here."""
        return self.ids.get(model, {}).get(self.dump.resolve(model, reference))

    def require(self, model: str, reference: object) -> int:
        """:raises MissingReference: if the row is not here."""
        found = self.find(model, reference)
        if found is None:
            raise MissingReference(f"orphan: {model} {describe(reference)} is not there")
        return found


class MissingReference(InvalidRow):
    """The row refers to one that is not in the file, was skipped, or was deleted here."""


def describe(reference: object) -> str:
    return str(reference[0] if isinstance(reference, list) and reference else reference)[:60]


def _short(name):
    """Return the table without its app: no two tables of ephios have the same name."""
    return name.rpartition(".")[2]
