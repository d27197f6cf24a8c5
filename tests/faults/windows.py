"""The times of faults, and which failures of requests belong to them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

from tests.faults import IS_LONG
from tests.faults.mixed_load.journal import Record

# After the end of a fault.
RECOVERY_S = 5

BROKEN, UNAVAILABLE = "broken connection", "503"


@dataclass(frozen=True)
class FaultWindow:
    """``permitted`` are the failures that a fault may cause: broken connections, if a process was killed, and status 503."""

    name: str
    permitted: frozenset[str]
    began_at: float
    ended_at: float

    def explains(self, record: Record) -> bool:
        overlaps = record.ended_at >= self.began_at and record.began_at <= self.ended_at + RECOVERY_S
        # Other tests run beside the short form, and writers may wait for too long at any time.
        return failure_of(record) in self.permitted and (overlaps or not IS_LONG)


def failure_of(record: Record) -> str:
    return BROKEN if record.status is None else str(record.status)


def unexplained_failures(records: Iterable[Record], windows: Iterable[FaultWindow]) -> list[str]:
    """Return the refused requests, and the failed ones that no fault permits, at most one of each kind."""
    found = {}
    for record in records:
        is_wrong = record.is_refusal or (record.is_failure and not any(each.explains(record) for each in windows))
        if is_wrong:
            found.setdefault((record.method, record.path.partition("?")[0], record.status), record)
    return [f"{record.method} {record.path}: {failure_of(record)} {record.excerpt}" for record in found.values()]


def wrong_replies(records: Iterable[Record]) -> list[str]:
    """Return the replies 503 without ``Retry-After``, or in another form than that of their surface."""
    return [
        f"{record.method} {record.path}: {record.content_type} {record.retry_after} {record.excerpt}"
        for record in records
        if record.status == 503 and not (record.retry_after and _has_form_of_surface(record))
    ]


def _has_form_of_surface(record):
    content_type = (record.content_type or "").partition(";")[0]
    if record.path.startswith("/v2.1/"):
        return content_type == "application/json" and [type(each) for each in json.loads(record.excerpt)] == [str]
    if record.path.startswith("/api/") and record.path.partition("?")[0].endswith("/"):
        return content_type == "application/json" and list(json.loads(record.excerpt)) == ["detail"]
    if record.path.startswith(("/api/", "/feed/")):
        return content_type == "text/plain"
    return content_type == "text/html"


def summarize(records: list[Record], windows: list[FaultWindow]) -> str:
    """Return a line for each fault: its failed requests by kind, and the seconds from its end to the last of them."""
    lines = [f"{len(records)} requests, {sum(record.is_failure for record in records)} failed"]
    ends = [window.began_at for window in windows[1:]] + [inf]
    for window, end in zip(windows, ends):
        failed = [
            record for record in records if record.is_failure and window.explains(record) and record.began_at < end
        ]
        counts = {kind: sum(failure_of(record) == kind for record in failed) for kind in sorted(window.permitted)}
        recovery_s = max((record.ended_at - window.ended_at for record in failed), default=0)
        lines.append(
            f"{window.name}: {window.ended_at - window.began_at:.1f} s, {counts}, recovered after {max(0, recovery_s):.1f} s"
        )
    return "\n".join(lines)
