"""CSV for people: UTF-8 with BOM, and texts that no spreadsheet takes for formulas (interchange 4.8)."""

import csv
import io
from collections.abc import Iterable, Sequence

BOM = "\ufeff"
GUARD = "'"
# Signs with which a formula begins, in half and full width.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_csv(rows: Iterable[Sequence], *, is_raw: bool = False) -> str:
    """Return rows of texts and numbers as CSV, with CRLF and all texts quoted.

    ``is_raw`` leaves out the BOM and the guard, for programs.
    """
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
    for row in rows:
        writer.writerow([cell if is_raw else guard_formula(cell) for cell in row])
    return file.getvalue() if is_raw else BOM + file.getvalue()


def guard_formula(cell):
    """Return a text with a quote before it if a spreadsheet would take it for a formula. Numbers are returned as they are."""
    return GUARD + cell if isinstance(cell, str) and cell.startswith(RISKY) else cell
