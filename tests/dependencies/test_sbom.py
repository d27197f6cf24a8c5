"""The bill of materials has every package of the product and is the same in every run."""

import json
import os
import subprocess
import sys

import pytest

from tests.dependencies.lock_files import CHECKOUT, PROJECT, read_lock


@pytest.mark.slow("runs the CycloneDX tool twice")
def test_the_bill_of_materials_lists_the_locked_packages_reproducibly():
    first, second = make_sbom(hash_seed="1"), make_sbom(hash_seed="2")

    sbom = json.loads(first)
    assert first == second
    assert (sbom["bomFormat"], sbom["metadata"]["component"]["name"]) == ("CycloneDX", "joindin")
    assert sbom["metadata"]["component"]["version"] == PROJECT["project"]["version"]
    listed = {(entry["name"], entry["version"], read_hashes(entry)) for entry in sbom["components"]}
    assert listed == {
        (package.name, package.version, tuple(sorted(package.hashes))) for package in read_lock("requirements.lock")
    }


def make_sbom(hash_seed):
    """Return the document that `make sbom` writes, which validates it as well; that takes six seconds."""
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", "requirements.lock", "--pyproject"]
    return subprocess.run(
        [*command, "pyproject.toml", "--output-reproducible", "--output-format", "JSON", "--no-validate"],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        check=True,
        capture_output=True,
    ).stdout


def read_hashes(component):
    references = component["externalReferences"]
    return tuple(sorted(f"sha256:{value['content']}" for entry in references for value in entry["hashes"]))
