"""Records of the client process, and what must be stored after them."""

from collections import Counter
from dataclasses import dataclass

from tests.faults.mixed_load.connection import ACKNOWLEDGED, REFUSED, UNKNOWN


@dataclass(frozen=True)
class Record:
    """A request. ``status`` is None if its connection broke; times are those of the monotonic clock in seconds."""

    client: int
    method: str
    path: str
    status: int | None
    outcome: str
    effect: dict | None
    retry_after: str | None
    content_type: str | None
    excerpt: str
    began_at: float
    ended_at: float

    @property
    def is_failure(self) -> bool:
        return self.outcome == UNKNOWN

    @property
    def is_refusal(self) -> bool:
        return self.outcome == REFUSED


class Journal:
    """Derives from the records, in their order, which values and rows the server has acknowledged.

    A write without acknowledgement may be stored: it adds its value to those that are permitted, or its row.
    ``initial`` are the stored values before the first record.
    """

    def __init__(self, records: list[Record], initial: dict):
        self._initial = initial
        self._values: dict[str, set] = {}
        self.acknowledged_rows, self._unknown_rows = set(), set()
        self.acknowledged_writes = 0
        for record in records:
            if record.effect and record.outcome != REFUSED:
                self._add(record.effect, record.outcome == ACKNOWLEDGED)

    def _add(self, effect, is_acknowledged):
        self.acknowledged_writes += is_acknowledged
        if "row" in effect:
            (self.acknowledged_rows if is_acknowledged else self._unknown_rows).add(effect["row"])
        elif is_acknowledged:
            self._values[effect["key"]] = {effect["value"]}
        else:
            self._values.setdefault(effect["key"], {self._initial.get(effect["key"])}).add(effect["value"])

    def lost(self, values: dict, rows: Counter) -> list[str]:
        """Return the acknowledged writes that are not among the stored values and rows."""
        return sorted(
            [
                f"{key}: {values.get(key)!r} instead of {sorted(map(repr, permitted))}"
                for key, permitted in self._values.items()
                if values.get(key) not in permitted
            ]
            + list(self.acknowledged_rows - set(rows))
        )

    def unsent(self, rows: Counter) -> list[str]:
        """Return the stored rows that were sent by no request, or are stored more than once."""
        sent = self.acknowledged_rows | self._unknown_rows
        return sorted(row for row, count in rows.items() if row not in sent or count != 1)
