"""The lock files satisfy pyproject.toml, and pin every package by version and hash."""

import re

import pytest
from packaging.utils import canonicalize_name

from tests.dependencies.lock_files import (
    CHECKOUT,
    INSTALLED_EXTRAS,
    PROJECT,
    list_group,
    list_requirements,
    read_lock,
)

EVERY_EXTRA = tuple(PROJECT["project"]["optional-dependencies"])
LOCKED_REQUIREMENTS = {
    "requirements.lock": list_requirements(extras=INSTALLED_EXTRAS, groups=("build",)),
    "requirements-dev.lock": list_requirements(extras=EVERY_EXTRA, groups=("dev",)),
    "requirements-audit.lock": list_group("audit"),
}


@pytest.mark.parametrize("file_name", LOCKED_REQUIREMENTS)
def test_every_requirement_is_locked_at_a_version_that_satisfies_it(file_name):
    versions = {package.name: package.version for package in read_lock(file_name)}

    assert [
        f"{requirement} (locked: {versions.get(canonicalize_name(requirement.name))})"
        for requirement in LOCKED_REQUIREMENTS[file_name]
        if not requirement.specifier.contains(versions.get(canonicalize_name(requirement.name), "0"), prereleases=True)
    ] == []


@pytest.mark.parametrize("file_name", LOCKED_REQUIREMENTS)
def test_every_locked_package_has_hashes(file_name):
    packages = read_lock(file_name)

    assert [
        package.name
        for package in packages
        if not package.hashes or not all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in package.hashes)
    ] == []
    assert len(packages) > len(LOCKED_REQUIREMENTS[file_name])


@pytest.mark.parametrize("file_name", LOCKED_REQUIREMENTS)
def test_lock_files_name_no_index(file_name):
    content = (CHECKOUT / file_name).read_text()

    assert [line for line in content.splitlines() if "://" in line or "index" in line or line.startswith("-")] == []


def test_the_development_lock_has_the_packages_of_the_product_unchanged():
    development = read_lock("requirements-dev.lock")

    assert [package.name for package in read_lock("requirements.lock") if package not in development] == []
