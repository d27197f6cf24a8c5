"""Lock files and the requirements of pyproject.toml."""

import tomllib
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CHECKOUT = Path(__file__).parent.parent.parent
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())

# Extras that `make run` installs; see the target `lock`.
INSTALLED_EXTRAS = ("postgresql", "redis")


class LockedPackage(NamedTuple):
    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]


def read_lock(file_name: str) -> list[LockedPackage]:
    """Return the packages of a lock file. Raise InvalidRequirement on a line that is no pinned package, such as an option."""
    packages = []
    for entry in (CHECKOUT / file_name).read_text().replace("\\\n", " ").splitlines():
        text, *hashes = entry.split("--hash=")
        if not text.strip():
            continue
        requirement = Requirement(text.strip())
        (pin,) = requirement.specifier
        assert pin.operator == "==", f"{entry[:80]} is not pinned"
        assert requirement.url is None, f"{entry[:80]} is not a package of an index"
        packages.append(
            LockedPackage(
                canonicalize_name(requirement.name),
                pin.version,
                str(requirement.marker or ""),
                tuple(value.strip() for value in hashes),
            )
        )
    return packages


def list_requirements(*, extras: tuple[str, ...] = (), groups: tuple[str, ...] = ()) -> list[Requirement]:
    """Return the requirements of the package, of extras and of dependency groups, nested groups included."""
    optional = PROJECT["project"]["optional-dependencies"]
    lines = [*PROJECT["project"]["dependencies"], *(line for extra in extras for line in optional[extra])]
    for group in groups:
        lines += _read_group(group)
    return [Requirement(line) for line in lines]


def list_group(group: str) -> list[Requirement]:
    """Return the requirements of one dependency group alone."""
    return [Requirement(line) for line in _read_group(group)]


def _read_group(name):
    for line in PROJECT["dependency-groups"][name]:
        if isinstance(line, dict):
            yield from _read_group(line["include-group"])
        else:
            yield line
