"""Forms whose values may change while they are open: the difference between stored and entered values.

The stored values are read under the lock of their row, so that of two forms that are sent at once the second one conflicts.
"""

import datetime as dt
import hashlib
import json
from typing import NamedTuple

from wtforms import Form, HiddenField

from joindin.http.pages.languages import gettext


class VersionedForm:
    """A form with the fingerprint of the values that it was opened with."""

    version = HiddenField()


class ChangedValue(NamedTuple):
    label: str
    stored: str
    entered: str


def fingerprint(values: dict) -> str:
    """Return a short text that changes with any of the values of a form."""
    text = json.dumps({name: str(value or "") for name, value in values.items()}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def find_changed_values(form: Form, present: dict) -> list[ChangedValue]:
    """Return the fields whose stored value is another than the entered one, if values were stored since the form was opened.

    The form then has the new version, so that it is stored when it is sent again.
    """
    current = fingerprint(present)
    if form.version.data == current:
        return []
    form.version.data = current
    return [
        ChangedValue(str(form[name].label.text), _to_text(value), _to_text(form[name].data))
        for name, value in present.items()
        if _to_text(form[name].data) != _to_text(value)
    ]


def _to_text(value):
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, dt.datetime) else str(value)
