"""Fields and validators of the organiser's forms, with translated messages."""

from wtforms import DateTimeLocalField, IntegerField, ValidationError
from wtforms.validators import DataRequired, Length, StopValidation

from joindin.http.pages.forms import PlainTextField
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.utils.email_addresses import is_email, to_mailbox
from joindin.utils.text import complete_web_url, is_web_url, to_plain_text

YEARS = range(1971, 2969)
LOCAL_TIME_FORMAT = "%Y-%m-%dT%H:%M"
MAX_URL_LENGTH = 600
TOO_LONG = lazy_gettext("Enter at most %(max)d characters.")


def clean_text(text: str) -> str:
    """Return plain text of several lines with the line ends of this server."""
    return "\n".join(to_plain_text(text or "").splitlines())


class LocalTimeField(DateTimeLocalField):
    """A day and a time in the time zone of the event."""

    def __init__(self, label, validators=(), **kwargs):
        super().__init__(label, [*validators, realistic_year], format=LOCAL_TIME_FORMAT, **kwargs)


class WebAddressField(PlainTextField):
    """The address of a web page; ``https://`` is added to a bare host name."""

    def process_formdata(self, valuelist):
        super().process_formdata(valuelist)
        self.data = complete_web_url((self.data or "").strip())

    def pre_validate(self, _form):
        if self.data and not (is_web_url(self.data) and len(self.data) <= MAX_URL_LENGTH):
            raise ValidationError(gettext("Enter a web address such as https://conf.example"))


class ContactField(PlainTextField):
    """An e-mail address, or the address of a web page as in :class:`WebAddressField`."""

    def process_formdata(self, valuelist):
        super().process_formdata(valuelist)
        text = (self.data or "").removeprefix("mailto:")
        self.data = to_mailbox(text) if is_email(text) else complete_web_url(text)

    def pre_validate(self, _form):
        is_address = is_email(self.data) or is_web_url(self.data)
        if self.data and not (is_address and len(self.data) <= MAX_URL_LENGTH):
            raise ValidationError(gettext("Enter an e-mail address or a web address."))


class WholeNumberField(IntegerField):
    """A number from ``minimum`` to ``maximum``; other texts are an error."""

    def __init__(self, label, validators=(), *, maximum: int, minimum: int = 0, **kwargs):
        super().__init__(label, validators, render_kw={"inputmode": "numeric", "min": str(minimum)}, **kwargs)
        self.minimum, self.maximum = minimum, maximum

    def process_formdata(self, valuelist):
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            self.data = None
        elif text.isascii() and text.isdecimal() and len(text) < 12 and self.minimum <= int(text) <= self.maximum:
            self.data = int(text)
        else:
            self.data = None
            raise ValueError(
                gettext("Enter a number from %(minimum)d to %(maximum)d.", minimum=self.minimum, maximum=self.maximum)
            )


def limited(length: int) -> Length:
    return Length(max=length, message=TOO_LONG)


class NeededNumber(DataRequired):
    """As :func:`needed`, for a field whose own errors say more about a wrong number."""

    def __call__(self, form, field):
        if not field.process_errors:
            super().__call__(form, field)


def needed(message) -> DataRequired:
    return DataRequired(message)


def realistic_year(_form, field) -> None:
    if field.raw_data and field.raw_data[0] and field.data is None:
        raise StopValidation(gettext("Enter a day and a time."))
    if field.data and field.data.year not in YEARS:
        raise ValidationError(gettext("Enter a year from %(first)d to %(last)d", first=YEARS[0], last=YEARS[-1]))
