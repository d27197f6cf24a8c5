"""HTTP load with wrk: one thread, requests chosen by a generated Lua script."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

CONNECTIONS = 8
UNITS = {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}

SCRIPT = """
local reads, writes = {reads}, {writes}
local share, turn, writing = {share}, 0, {first_write}
local made = {{reads = {{}}, writes = {{}}}}

init = function(args)
  for i, each in ipairs(reads) do made.reads[i] = wrk.format(each.method, each.path, each.headers) end
  math.randomseed({first_write} + 7)
end

request = function()
  if share > 0 and math.random() < share then
    writing = writing + 1
    local event = writes.events[writing % #writes.events + 1]
    local token = writes.tokens[math.floor(writing / #writes.events) % #writes.tokens + 1]
    return wrk.format("POST", "/v2.1/events/" .. event .. "/attending", {{Authorization = "Bearer " .. token}})
  end
  turn = turn % #made.reads + 1
  return made.reads[turn]
end
"""

_script_numbers = count()


@dataclass(frozen=True)
class Read:
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "GET"


@dataclass
class Writes:
    """Attendance requests: pairs of users and events in a fixed order, of which the first ``done`` are used."""

    tokens: Sequence[str] = ()
    events: Sequence[int] = ()
    done: int = 0


@dataclass(frozen=True)
class Rate:
    """Requests per second, 99th percentile in milliseconds, and number of failed requests."""

    per_second: float
    p99: float
    requests: int
    failures: int


def require_wrk() -> None:
    if shutil.which("wrk") is None:
        sys.exit("make bench needs wrk (Debian: apt-get install wrk)")


def run_load(
    base: str,
    reads: Sequence[Read],
    seconds: int,
    folder: Path,
    *,
    writes: Writes | None = None,
    share: float = 0.0,
    connections: int = CONNECTIONS,
) -> Rate:
    """Send ``reads`` in turn; the fraction ``share`` of the requests are writes instead."""
    script = folder / f"requests-{next(_script_numbers)}.lua"
    script.write_text(
        SCRIPT.format(
            reads=_lua([{"method": each.method, "path": each.path, "headers": each.headers} for each in reads]),
            writes=_lua({"tokens": list(writes.tokens), "events": list(writes.events)} if writes else {}),
            share=share,
            first_write=writes.done if writes else 0,
        )
    )
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(script), base]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    requests = int(re.search(r"(\d+) requests in", output)[1])
    if writes:
        # Requests that were still running at the end were executed as well.
        writes.done += int(requests * share * 1.2) + 2 * connections if share < 1 else requests + 2 * connections
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", output)
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s|m)\b", output).groups()
    return Rate(
        per_second=float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1]),
        p99=float(number) * UNITS[unit],
        requests=requests,
        failures=int(failed[1] if failed else 0) + sum(map(int, broken.groups()) if broken else ()),
    )


def _lua(value):
    """Return a Lua literal of a JSON value."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"[{json.dumps(name)}] = {_lua(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "{" + ", ".join(map(_lua, value)) + "}"
    return json.dumps(value)
