"""Levels of talks in words."""

from wtforms.fields.choices import SelectChoice

from joindin.http.pages.forms import choices
from joindin.http.pages.languages import gettext, lazy_gettext

LEVEL_NAMES = {
    "beginner": lazy_gettext("Beginner"),
    "intermediate": lazy_gettext("Intermediate"),
    "advanced": lazy_gettext("Advanced"),
}


def level_name(level: str) -> str:
    return str(LEVEL_NAMES[level])


def level_choices() -> list[SelectChoice]:
    """Return the choices of a form. The first one is the talk of no level."""
    return choices([("", gettext("not stated")), *LEVEL_NAMES.items()])
