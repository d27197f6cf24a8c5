"""Licences of the locked packages, from the metadata of the installed ones.

``python -m tests.dependencies.licenses`` prints them and fails if one is not allowed. Packages whose marker excludes
them from this Python or platform are not installed and have no metadata; they are listed as such.
"""

import re
import sys
from importlib.metadata import PackageNotFoundError, distribution
from typing import NamedTuple

from packaging.utils import canonicalize_name

from tests.dependencies.lock_files import PROJECT, list_requirements, read_lock

# SPDX identifiers. Weak copyleft by file (MPL) permits use as an unchanged library.
ALLOWED = {
    "0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CNRI-Python", "ISC", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0",
    "PSF-2.0", "Unlicense", "Zlib", "CC0-1.0",
}  # fmt: skip

# Tools that are neither imported by the package nor shipped with it.
ALLOWED_IN_DEVELOPMENT = {
    *ALLOWED, "GPL-3.0", "GPL-3.0-or-later", "LGPL-2.0", "LGPL-2.1-only", "LGPL-3.0-or-later",
}  # fmt: skip

# The metadata state these incompletely, or their licence permits our use only under the condition that follows it.
EXPLAINED = {
    "huey": ("MIT", "no licence in the metadata; its file LICENSE has the MIT licence"),
    "psycopg": (
        "LGPL-3.0-only",
        "an optional driver, installed unchanged as a package of its own that can be replaced",
    ),
    "psycopg-binary": ("LGPL-3.0-only", "the same driver"),
    "text-unidecode": ("Artistic-1.0", "licensed under the GPL as well, at the choice of the user; imported unchanged"),
}

# Older metadata name licences in words: the trove classifiers and common spellings.
SPDX_NAMES = {
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "GNU Lesser General Public License v2 (LGPLv2)": "LGPL-2.0",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}


class License(NamedTuple):
    package: str
    version: str
    names: tuple[str, ...]
    is_shipped: bool
    explanation: str

    @property
    def is_allowed(self):
        if self.explanation:
            return True
        return bool(self.names) and set(self.names) <= (ALLOWED if self.is_shipped else ALLOWED_IN_DEVELOPMENT)


def list_licenses() -> tuple[list[License], list[str]]:
    """Return the licences of the installed packages, and the names of the locked packages that are not installed."""
    extras = tuple(PROJECT["project"]["optional-dependencies"])
    shipped = {package.name for package in read_lock("requirements.lock")}
    shipped |= {canonicalize_name(requirement.name) for requirement in list_requirements(extras=extras)}
    licenses, missing = [], []
    for name in sorted({package.name for package in read_lock("requirements-dev.lock")}):
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            missing.append(name)
            continue
        declared, explanation = EXPLAINED.get(name, (None, ""))
        names = (declared,) if declared else read_license_names(installed.metadata)
        licenses.append(License(name, installed.version, names, name in shipped, explanation))
    return licenses, missing


def read_license_names(metadata) -> tuple[str, ...]:
    """Return the SPDX identifiers that the metadata of a package name; empty if they name none."""
    if expression := metadata.get("License-Expression"):
        return tuple(word for word in re.split(r"[\s()]+", expression) if word not in ("", "AND", "OR", "WITH"))
    classifiers = [line for line in metadata.get_all("Classifier") or [] if line.startswith("License :: ")]
    words = [line.rsplit(" :: ", 1)[1] for line in classifiers if not line.endswith("OSI Approved")]
    text = (metadata.get("License") or "").strip()
    # Some packages put the whole text of their licence there.
    words = words or ([text] if text and "\n" not in text else [])
    return tuple(SPDX_NAMES.get(word, word) for word in words)


def main() -> None:
    licenses, missing = list_licenses()
    for entry in licenses:
        use = "shipped" if entry.is_shipped else "development"
        note = f"  ({entry.explanation})" if entry.explanation else ""
        print(f"{entry.package} {entry.version}  {use}  {', '.join(entry.names) or 'unknown'}{note}")
    if missing:
        print(f"not installed on this Python and platform: {', '.join(missing)}")
    refused = [entry.package for entry in licenses if not entry.is_allowed]
    if refused:
        sys.exit(f"licence not allowed: {', '.join(refused)}")


if __name__ == "__main__":
    main()
