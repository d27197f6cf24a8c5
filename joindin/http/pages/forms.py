"""Base classes, fields and validators of HTML forms (WTForms).

Forms are protected by ``csrf.py`` and rendered by ``templates/web/_forms.html``.
"""

from collections.abc import Iterable

from babel.support import LazyProxy
from flask import Flask, request
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, RadioField, SelectMultipleField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from joindin.http.pages.csrf import csrf_token
from joindin.http.pages.languages import gettext, lazy_gettext, page_language, translate_message
from joindin.http.sessions import next_url
from joindin.security.password_strength import find_password_problem
from joindin.security.tokens import new_form_secret
from joindin.utils.email_addresses import is_email
from joindin.utils.text import to_plain_line, to_plain_text
from joindin.utils.translations import load_translations

# Errors of WTForms that people see. Its own catalogues lack some of them.
WTFORMS_ERRORS = (
    lazy_gettext("Not a valid choice."),
    lazy_gettext("Not a valid date value."),
    lazy_gettext("Not a valid datetime value."),
    lazy_gettext("Not a valid time value."),
)

# A random key, another one each time that the page of the form is shown.
IDEMPOTENCY_FIELD = "idempotency_key"


class Form(FlaskForm):
    """Base class of forms. :meth:`add_error` adds errors of the operation to those of the validators.

    A form reads the fields of an HTML form only: not files, which Flask-WTF would put in place of texts, nor JSON. A text
    field that was not sent is empty.
    """

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form, formdata):
            return request.form if form.is_submitted() else None

        def get_translations(self, form):
            return load_translations(page_language())

    def __init__(self, *args, **kwargs):
        if type(self).Meta.csrf is not False:
            # Binds the token to the session before the form creates its field.
            csrf_token()
        super().__init__(*args, **kwargs)
        for field in self:
            if isinstance(field, StringField) and field.data is None:
                field.data = ""

    def add_error(self, message: str, field: Field | None = None) -> None:
        """Add an error to ``field``, or to the whole form."""
        if field is None:
            self.form_errors.append(message)
        else:
            field.errors = [*field.errors, message]


class FormWithSecret(Form):
    """A form that makes a secret. Its repetition is recognised, and makes the same one (``repeated_forms.py``)."""

    idempotency_key = HiddenField(default=new_form_secret)


class FormWithNext(Form):
    """A form that redirects to the page that the user came from."""

    next = HiddenField()

    def set_next(self) -> None:
        self.next.data = next_url()


class PlainTextField(StringField):
    """One line of text; tags, invisible characters and surrounding space are removed."""

    def process_formdata(self, valuelist):
        if valuelist:
            self.data = to_plain_line(valuelist[0])


class UsernameField(StringField):
    """A new username. Invisible characters stay, so that the validator refuses them."""

    def process_formdata(self, valuelist):
        if valuelist:
            self.data = to_plain_text(valuelist[0])


class EmailField(StringField):
    """An e-mail address. Only the space around it is removed: a part that cannot belong to an address is an error."""

    def process_formdata(self, valuelist):
        if valuelist:
            self.data = valuelist[0].strip()


class CheckboxList(SelectMultipleField):
    """Several of some choices, as checkboxes."""

    is_group = True
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class RadioChoice(RadioField):
    """One of some choices, as radio buttons."""

    is_group = True


def choices(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """Return choices for pairs of value and label."""
    return [SelectChoice(value, label) for value, label in pairs]


def required(message: str) -> DataRequired:
    return DataRequired(message)


def max_length(length: int, label: str) -> Length:
    def message():
        return gettext("%(field)s must have at most %(number)d characters", field=label, number=length)

    return Length(max=length, message=LazyProxy(message, enable_cache=False))


def valid_email(_form, field: Field) -> None:
    if not is_email(field.data):
        raise ValidationError(gettext("Enter an e-mail address, like name@example.org"))


def strong_password(form, field: Field) -> None:
    """Apply the rule for new passwords; ``form.names`` are the names of the account."""
    if problem := find_password_problem(field.data, *form.names):
        raise ValidationError(translate_message(problem))


def init_app(app: Flask) -> None:
    app.jinja_env.globals |= {"aria_attributes": aria_attributes, IDEMPOTENCY_FIELD: new_form_secret}


def aria_attributes(field):
    """Return the attributes that connect a field with its hint and error for screen readers."""
    ids = [f"{field.id}-hint"] if field.description else []
    if field.errors:
        ids.append(f"{field.id}-error")
    attributes = {"aria-describedby": " ".join(ids)} if ids else {}
    return attributes | ({"aria-invalid": "true"} if field.errors else {})
