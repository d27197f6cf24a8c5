"""Checks of pages with axe-core and the Nu HTML validator."""

import json
import subprocess
from pathlib import Path

from tests.browser.requirements import AXE, NU, java

WRONG_PAGE = "<!DOCTYPE html><html lang='en'><title>Wrong</title></p>"


def axe_violations(page) -> list[str]:
    """Return the violations of all axe-core rules on the page that the browser shows."""
    if not page.evaluate("() => !!window.axe"):
        page.evaluate(f"() => {{ {AXE.read_text()} }}")
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)")
    return [
        f"{violation['id']}: {node['html'][:200]} {node['failureSummary']}"
        for violation in found
        for node in violation["nodes"]
    ]


def nu_errors(pages: dict[str, str], folder: Path) -> list[str]:
    """Return errors and warnings of the Nu validator for pages by name; one call, because Java starts slowly.

    An invalid page is checked too, to detect a validator that reports nothing.
    """
    files = {}
    for number, (name, page) in enumerate([*pages.items(), ("wrong", WRONG_PAGE)]):
        path = folder / f"{number}.html"
        path.write_text(page, encoding="utf-8")
        files[str(path)] = name
    # Paths: it takes addresses of files as well, and then looks into none of them.
    said = subprocess.run(
        [java(), "-Xss16m", "-XX:TieredStopAtLevel=1", "-jar", NU, "--stdout", "--format", "json", *files],
        capture_output=True,
        text=True,
    )
    found = [
        (files[message["url"].removeprefix("file:")], message["message"], message.get("extract"))
        for message in json.loads(said.stdout)["messages"]
        if message["type"] != "info" or message.get("subType") == "warning"
    ]
    assert "wrong" in {name for name, *_ in found}, f"the validator overlooked what is wrong: {said}"
    return [f"{name}: {message} at {extract!r}" for name, message, extract in found if name != "wrong"]
