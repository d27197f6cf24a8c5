"""Rows that depend on others and have no number of their own, such as members of groups.

They are stored with the row that they belong to. A later run does not store them again, because they may have been removed here.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Table

from joindin.imports.bulk_rows import insert_each
from joindin.imports.ephios.context import BATCH_SIZE, ImportContext, MissingReference
from joindin.imports.ephios.dump_row import DumpRow
from joindin.imports.ephios.store import MSG_REFUSED, run_mapping
from joindin.imports.report import ADDED, MERGED, ORPHANED, SKIPPED, UNCHANGED


@dataclass(frozen=True)
class LinkImport:
    """``map_rows(context, row, row_id)`` returns the rows that belong to a row of ``model``.

    Without a ``name`` the rows of the model are links themselves: ``row_id`` is None then.
    """

    model: str
    table: Table
    map_rows: Callable[[ImportContext, DumpRow, int | None], Iterable[dict]]
    name: str | None = None


def import_links(context: ImportContext, link: LinkImport) -> Iterator[int]:
    """Store the links of the rows that this run has added or merged. Yield the number of rows read."""
    if link.name is None:
        yield from _import_rows(context, link)
    else:
        _import_relation(context, link)
        yield 0


def find_all(context: ImportContext, name: str, row: DumpRow, model: str, references: Iterable) -> Iterator[int]:
    """Yield the ids here of the referenced rows. Missing ones are reported."""
    for reference in references:
        try:
            yield context.require(model, reference)
        except MissingReference as error:
            context.report.count(name, ORPHANED)
            context.report.add_issue(name, row.pk, str(error))


def _import_rows(context, link):
    model = link.model
    context.load(model, link.table)
    rows = list(context.dump.rows(model))
    context.report.read[model] += len(rows)
    new = [row for row in rows if row.pk not in context.known[model]]
    context.report.count(model, UNCHANGED, len(rows) - len(new))
    for row in new:
        mapped = run_mapping(context, model, row, lambda context, row: list(link.map_rows(context, row, None)))
        if mapped is None:
            continue
        added, refused = insert_each(context.session, link.table, mapped)
        context.record(model, {row.pk: None})
        context.report.count(model, SKIPPED if refused else ADDED if added or not mapped else MERGED)
        if refused:
            context.report.add_issue(model, row.pk, MSG_REFUSED)
    yield len(rows)


def _import_relation(context, link):
    name = f"{link.model} {link.name}"
    rows = []
    for pk in sorted(context.new.get(link.model, ())):
        row, row_id = context.dump.row(link.model, pk), context.ids[link.model].get(pk)
        if row_id is not None:
            rows += (
                run_mapping(
                    context, name, row, lambda context, row, row_id=row_id: list(link.map_rows(context, row, row_id))
                )
                or []
            )
    context.report.read[name] += len(rows)
    for start in range(0, len(rows), BATCH_SIZE):
        batch = rows[start : start + BATCH_SIZE]
        added, refused = insert_each(context.session, link.table, batch)
        context.report.count(name, ADDED, len(added))
        context.report.count(name, SKIPPED, len(refused))
        context.report.count(name, MERGED, len(batch) - len(added) - len(refused))
        for row in refused:
            context.report.add_issue(name, None, f"{MSG_REFUSED}: {row}"[:200])
