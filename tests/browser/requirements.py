"""External programs that the browser tests need."""

import shutil
from pathlib import Path

MODULES = Path(__file__).parent / "node_modules"
AXE = MODULES / "axe-core" / "axe.min.js"
NU = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"


def chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


def java() -> str | None:
    return shutil.which("java")


def missing_tools() -> list[str]:
    """Return descriptions of the missing programs."""
    there = {
        "Chromium": chromium(),
        "Java": java(),
        "axe-core (make browser-tools)": AXE.exists(),
        "the Nu validator (make browser-tools)": NU.exists(),
    }
    return [name for name, found in there.items() if not found]
