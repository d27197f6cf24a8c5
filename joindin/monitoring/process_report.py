"""Samples of one process, and the folder through which the processes of ``joindin serve`` share them.

Each process writes its samples to a file once a second. The file is named after the process, such as ``worker-1``, and is replaced
whole. A worker that is started again adds the counters of its predecessor to its own, so that no counter falls when a worker dies.
Gauges of a process that does not run are left out. The folder belongs to one start of the server and only its user can read it.
"""

import logging
import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock, Thread
from time import sleep

import orjson

from joindin.db.outages import CauseLog
from joindin.monitoring.families import COUNTER_SAMPLES, SampleKey

REPORT_INTERVAL_S = 1

# Returns samples of the process with this name.
Source = Callable[[str], Mapping[SampleKey, float]]

log = logging.getLogger(__name__)


class ProcessReport:
    """The samples of this process. ``name`` is the value of its label ``process``."""

    def __init__(self, sources: Sequence[Source], name: str = "server"):
        self._sources = list(sources)
        self._name = name
        self._folder: Path | None = None
        self._inherited: dict[SampleKey, float] = {}
        self._lock = Lock()
        self._failures = CauseLog("The metrics of this process could not be written")

    def add_source(self, source: Source) -> None:
        self._sources.append(source)

    def start(self, folder: Path, name: str) -> None:
        """Write the samples of this process to ``folder`` every second, from a thread. Called in the process itself."""
        self._folder, self._name = folder, name
        if (predecessor := _read(folder / f"{name}.json")) is not None:
            self._inherited = {key: value for key, value in predecessor[1].items() if key[0] in COUNTER_SAMPLES}
        Thread(target=self._write_repeatedly, name="metrics", daemon=True).start()

    def collect(self) -> dict[SampleKey, float]:
        """Return the samples of all processes: counters added up, gauges of those that run."""
        own = self._write()
        if self._folder is None:
            return own
        total = defaultdict(float, own)
        for file in sorted(self._folder.glob("*.json")):
            if file.stem == self._name or (report := _read(file)) is None:
                continue
            process_id, samples = report
            has_gauges = is_running(process_id)
            for key, value in samples.items():
                if key[0] in COUNTER_SAMPLES:
                    total[key] += value
                elif has_gauges:
                    total[key] = value
        return dict(total)

    def _write_repeatedly(self):
        while True:
            sleep(REPORT_INTERVAL_S)
            self._write()

    def _write(self):
        """Write and return the samples of this process. Returned numbers are in the file if the process is killed later."""
        with self._lock:
            samples = defaultdict(float, self._inherited)
            for source in self._sources:
                for key, value in source(self._name).items():
                    samples[key] += value
            if self._folder is not None:
                try:
                    _replace(self._folder / f"{self._name}.json", samples)
                except OSError as error:
                    self._failures.report(error)
            return dict(samples)


def _replace(file, samples):
    content = orjson.dumps([os.getpid(), [[name, labels, value] for (name, labels), value in samples.items()]])
    part = file.with_suffix(".part")
    part.write_bytes(content)
    part.replace(file)


def _read(file) -> tuple[int, dict[SampleKey, float]] | None:
    try:
        process_id, rows = orjson.loads(file.read_bytes())
    except FileNotFoundError:
        return None
    return process_id, {(name, tuple(labels)): value for name, labels, value in rows}


def is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        # Of another user.
        pass
    return True
