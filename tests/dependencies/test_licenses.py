"""The licences of all dependencies permit our use, and the list of exceptions has no idle entry."""

from email.message import Message
from importlib.metadata import distribution

import pytest

from tests.dependencies.licenses import ALLOWED, EXPLAINED, License, list_licenses, read_license_names
from tests.dependencies.lock_files import read_lock


def test_every_licence_is_allowed():
    licenses, missing = list_licenses()

    assert [(entry.package, entry.names) for entry in licenses if not entry.is_allowed] == []
    assert len(licenses) > 150
    markers = {package.name: package.marker for package in read_lock("requirements-dev.lock")}
    assert [name for name in missing if not markers[name]] == []


def test_exceptions_name_packages_that_need_them():
    names = {package: set(read_license_names(distribution(package).metadata)) for package in EXPLAINED}

    assert [package for package in EXPLAINED if names[package] and names[package] <= ALLOWED] == []


@pytest.mark.parametrize(
    ("names", "is_shipped", "is_allowed"),
    [
        (("MIT",), True, True),
        (("Apache-2.0", "BSD-3-Clause"), True, True),
        (("AGPL-3.0-only",), True, False),
        (("AGPL-3.0-only",), False, False),
        (("MIT", "GPL-3.0-or-later"), True, False),
        (("GPL-3.0-or-later",), False, True),
        ((), True, False),
        ((), False, False),
    ],
)
def test_copyleft_and_unknown_licences_are_refused(names, is_shipped, is_allowed):
    assert License("example", "1.0", names, is_shipped, "").is_allowed is is_allowed


@pytest.mark.parametrize(
    ("headers", "names"),
    [
        ([("License-Expression", "MPL-2.0 AND (Apache-2.0 OR MIT)")], ("MPL-2.0", "Apache-2.0", "MIT")),
        ([("License", "see below"), ("Classifier", "License :: OSI Approved :: MIT License")], ("MIT",)),
        ([("License", "ISC"), ("Classifier", "License :: OSI Approved")], ("ISC",)),
        ([("License", "Copyright 2010\nRedistribution and use")], ()),
        ([], ()),
    ],
)
def test_licences_are_read_from_old_and_new_metadata(headers, names):
    metadata = Message()
    for name, value in headers:
        metadata[name] = value

    assert read_license_names(metadata) == names
