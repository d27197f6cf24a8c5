"""Forms of pages: what they share (WTForms, guarded by ``csrf.py``, shown by ``templates/web/_forms.html``)."""

from collections.abc import Iterable

from flask import Flask
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, RadioField, SelectMultipleField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from joindin.http.csrf import csrf_token
from joindin.http.sessions import way_on
from joindin.security.password_strength import is_guessable
from joindin.security.passwords import LONGEST_PASSWORD
from joindin.utils.text import is_e_mail, plain_text

SHORTEST_PASSWORD = 10
HARDER = "Choose a password that is harder to guess"


class Form(FlaskForm):
    """Errors of a field stand at it, in one sentence; :meth:`refuse` adds what only an operation can find out."""

    def __init__(self, *args, **kwargs):
        # Before the form makes its token, or that would be good for no session.
        csrf_token()
        super().__init__(*args, **kwargs)

    def refuse(self, message: str, field: Field | None = None) -> None:
        """Say what is wrong, at ``field`` or about the whole."""
        if field is None:
            self.form_errors.append(message)
        else:
            field.errors = [*field.errors, message]


class LeadingOn(Form):
    """A form that goes on to where its reader came from."""

    next = HiddenField()

    def remember_way(self) -> None:
        self.next.data = way_on()


class Text(StringField):
    """A line without tags and control characters, trimmed."""

    def process_formdata(self, valuelist):
        if valuelist:
            self.data = plain_text(valuelist[0])


class Boxes(SelectMultipleField):
    """Several of some choices, each with a box."""

    is_group = True
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class OneOf(RadioField):
    """One of some choices, each with its button."""

    is_group = True


def choices(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """Values, and what is said of each."""
    return [SelectChoice(value, label) for value, label in pairs]


def filled(message: str) -> DataRequired:
    return DataRequired(message)


def at_most(most: int, what: str) -> Length:
    return Length(max=most, message=f"{what} must have at most {most} characters")


def good_address(_form, field: Field) -> None:
    if not is_e_mail(field.data):
        raise ValidationError("Enter an e-mail address, like name@example.org")


def good_password(form, field: Field) -> None:
    """Longer than the API asks for, and nothing that its owner, whom ``form.names`` names, is called."""
    if len(field.data) < SHORTEST_PASSWORD:
        raise ValidationError(f"Choose a password of at least {SHORTEST_PASSWORD} characters")
    if len(field.data.encode(errors="replace")) > LONGEST_PASSWORD:
        raise ValidationError(f"Choose a password of at most {LONGEST_PASSWORD} characters")
    if len(set(field.data)) < 4 or is_guessable(field.data, *form.names):
        raise ValidationError(HARDER)


def mount(app: Flask) -> None:
    app.jinja_env.globals["described"] = _described


def _described(field):
    """What ties a field to its hint and its error for those who hear the page."""
    ids = [f"{field.id}-hint"] if field.description else []
    if field.errors:
        ids.append(f"{field.id}-error")
    attributes = {"aria-describedby": " ".join(ids)} if ids else {}
    return attributes | ({"aria-invalid": "true"} if field.errors else {})
