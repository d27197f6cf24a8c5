"""Import of a whole dump in one transaction.

A run stores all rows that no earlier run has stored. Rows that were changed or deleted here stay as they are.
"""

import datetime as dt
from collections.abc import Iterator

from joindin.db.locking import begin_write
from joindin.imports.ephios.context import ImportContext
from joindin.imports.ephios.dump import Dump
from joindin.imports.ephios.links import LinkImport, import_links
from joindin.imports.ephios.store import import_table
from joindin.imports.ephios.tables import DEFAULT_REASON, LEFT_OUT, PARTS, STEPS
from joindin.imports.report import EXCLUDED, Report


def import_dump(session, dump: Dump, *, now: dt.datetime, report: Report) -> Iterator[int]:
    """Import all tables. Yield the number of rows read since the last yield. The caller commits at the end.

    Interrupted before, nothing is stored.
    """
    begin_write(session)
    context = ImportContext(session, dump, report, now)
    for step in STEPS:
        yield from import_links(context, step) if isinstance(step, LinkImport) else import_table(context, step)
    _report_left_out(context)


def count_dump_rows(dump: Dump) -> int:
    """Return the number of rows that a run reads."""
    return sum(dump.count(model) for model in _imported_models())


def _imported_models():
    tables = {(step.source if not isinstance(step, LinkImport) else None) or step.name or step.model for step in STEPS}
    return {name for name in tables if name and " " not in name}


def _report_left_out(context):
    for model in [*context.dump.models, *context.dump.invalid]:
        if model in PARTS or model in _imported_models():
            continue
        number = context.dump.count(model) or 1
        context.report.read[model] += number
        context.report.count(model, EXCLUDED, number)
        context.report.excluded[f"{model}: {LEFT_OUT.get(model, DEFAULT_REASON)}"] += number
