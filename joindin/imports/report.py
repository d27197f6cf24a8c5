"""Outcomes of the imported rows by table, and the issues of single rows."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

ADDED = "added"
UPDATED = "updated"
UNCHANGED = "unchanged"
KEPT = "kept"
MERGED = "merged"
EXCLUDED = "excluded"
REPAIRED = "repaired"
ORPHANED = "orphans"
SKIPPED = "skipped"
OUTCOMES = (ADDED, UPDATED, UNCHANGED, KEPT, MERGED, EXCLUDED, REPAIRED, ORPHANED, SKIPPED)


@dataclass(frozen=True)
class ImportIssue:
    table: str
    row_id: int | None
    reason: str

    def __str__(self):
        return f"{self.table}: {self.reason}" if self.row_id is None else f"{self.table} {self.row_id}: {self.reason}"


@dataclass
class Report:
    """Numbers by table and outcome. ``on_issue`` is called for every issue when it is found.

    Each row has one outcome; a repaired row is counted as repaired in addition.
    """

    on_issue: Callable[[ImportIssue], None] = lambda issue: None
    read: Counter = field(default_factory=Counter)
    outcomes: dict[str, Counter] = field(default_factory=dict)
    excluded: Counter = field(default_factory=Counter)
    images: Counter = field(default_factory=Counter)

    def count(self, table: str, outcome: str, number: int = 1) -> None:
        if number:
            self.outcomes.setdefault(table, Counter())[outcome] += number

    def add_issue(self, table: str, row_id: int | None, reason: str) -> None:
        self.on_issue(ImportIssue(table, row_id, reason))

    def count_excluded(self, table: str, reason: str) -> None:
        self.count(table, EXCLUDED)
        self.excluded[f"{table}: {reason}"] += 1
