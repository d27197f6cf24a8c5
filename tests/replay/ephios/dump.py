"""The dump that the captures were taken from, and the captures."""

import json
import os
from functools import cache
from pathlib import Path

import pytest

from joindin.imports.ephios.dump import Dump
from joindin.imports.ephios.run import import_dump
from joindin.imports.report import Report
from joindin.utils.datetimes import utc_now

ORACLE = Path(__file__).resolve().parents[4] / "shared" / "oracle" / "ephios"

if ORACLE.exists():
    CASES = sorted(path.stem for path in (ORACLE / "captures2").glob("*.json"))
elif os.environ.get("CI"):
    raise RuntimeError(f"{ORACLE.name} is missing")
else:
    CASES = [pytest.param(None, marks=pytest.mark.skip("the captures are not beside the repository"))]


@cache
def load_case(name: str) -> dict:
    return json.loads((ORACLE / "captures2" / f"{name}.json").read_text())


def store_dump(session) -> None:
    """Import the rows of the dump."""
    for _rows in import_dump(session, Dump.read(ORACLE / "dumpdata.json"), now=utc_now(), report=Report()):
        pass
