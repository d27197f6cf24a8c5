"""Known vulnerabilities of the packages of the product.

``python -m tests.dependencies.audit PIP_AUDIT`` runs pip-audit, from an environment of its own, on ``requirements.lock``.
Exit status: 0 if every package has been looked up and has no known vulnerability, 1 if one has, 2 if packages have not
been looked up. pip-audit itself counts packages that its database does not know as success.
"""

import json
import subprocess
import sys

from tests.dependencies.lock_files import CHECKOUT

TIMEOUT_S = 600
# Databases of pip-audit, in the order in which they are tried.
DATABASES = ("pypi", "osv")


def main(pip_audit: str) -> int:
    for database in DATABASES:
        report = run_pip_audit(pip_audit, database)
        if report and any("vulns" in entry for entry in report):
            return print_report(report)
        print(f"The vulnerability database {database} cannot be reached.")
    print("Nothing has been audited.")
    return 2


def run_pip_audit(pip_audit: str, database: str) -> list[dict]:
    """Return the entries of pip-audit's report; empty if it wrote none."""
    command = [pip_audit, "--requirement", "requirements.lock", "--disable-pip", "--require-hashes",
               "--vulnerability-service", database, "--format", "json", "--progress-spinner", "off"]  # fmt: skip
    result = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=TIMEOUT_S)
    try:
        return json.loads(result.stdout)["dependencies"]
    except ValueError:
        return []


def print_report(report: list[dict]) -> int:
    """Print what was found, and return the exit status."""
    vulnerable = [entry for entry in report if entry.get("vulns")]
    skipped = [entry["name"] for entry in report if "vulns" not in entry]
    for entry in vulnerable:
        for vulnerability in entry["vulns"]:
            fixed = ", ".join(vulnerability["fix_versions"]) or "no version"
            print(f"{entry['name']} {entry['version']}: {vulnerability['id']}, fixed in {fixed}")
    if skipped:
        print(f"Not in the database: {', '.join(skipped)}")
    print(f"{len(report) - len(skipped)} packages audited, {len(vulnerable)} of them vulnerable.")
    if vulnerable:
        return 1
    return 2 if skipped else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
