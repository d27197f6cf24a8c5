"""Load by wrk: one thread, eight connections."""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SCRIPT = """
wrk.method = "{method}"
{headers}
"""


@dataclass(frozen=True)
class Rate:
    """Requests a second, and how many answers were no success."""

    per_second: float
    failures: int


def require_wrk() -> None:
    if shutil.which("wrk") is None:
        sys.exit("make bench needs wrk (Debian: apt-get install wrk)")


def measure(address: str, seconds: int, folder: Path, method: str = "GET", headers: dict | None = None) -> Rate:
    script = folder / "request.lua"
    lines = [f'wrk.headers["{name}"] = "{value}"' for name, value in (headers or {}).items()]
    script.write_text(SCRIPT.format(method=method, headers="\n".join(lines)))
    command = ["wrk", "-t1", "-c8", f"-d{seconds}s", "-s", str(script), address]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    return Rate(float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), int(failed[1]) if failed else 0)
