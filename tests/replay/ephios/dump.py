"""The dump that the captures were taken from: imported once, then restored from copies."""

import json
import os
from functools import cache
from pathlib import Path

import pytest

from joindin.imports.ephios.dump import Dump
from joindin.imports.ephios.run import import_dump
from joindin.imports.report import Report
from joindin.utils.datetimes import utc_now
from tests.database_rows import empty_database
from tests.replay.dataset import Dataset

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


class ImportedDump(Dataset):
    """Rows of the dump, and copies of the tables after the import."""

    def __init__(self):
        super().__init__(None)

    def restore(self, session):
        if self.is_changed and not self._restore_statements:
            empty_database()
            dump = Dump.read(ORACLE / "dumpdata.json")
            for _rows in import_dump(session, dump, now=utc_now(), report=Report()):
                pass
            self._copy_tables(session.connection())
            session.commit()
            self.is_changed = False
            return
        super().restore(session)
