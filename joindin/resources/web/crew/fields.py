"""Fields of the crew's forms whose errors are translated: days and decimal numbers."""

import datetime as dt
from decimal import Decimal, InvalidOperation

from wtforms import DateField, DecimalField

from joindin.http.pages.languages import gettext, lazy_gettext

YEARS = range(1900, 2200)
MAX_NUMBER_LENGTH = 20
MSG_INVALID_DAY = lazy_gettext("Enter a day, like 2027-07-09.")
MSG_INVALID_NUMBER = lazy_gettext("Enter a number, like 2.5.")


class DayField(DateField):
    """A day between 1900 and 2199."""

    def process_formdata(self, valuelist):
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if text:
            try:
                self.data = parse_day(text)
            except ValueError:
                raise ValueError(str(MSG_INVALID_DAY)) from None


class NumberField(DecimalField):
    """A decimal number, with a point or a comma."""

    def process_formdata(self, valuelist):
        text = valuelist[0].strip().replace(",", ".") if valuelist else ""
        self.data = None
        if text:
            try:
                if len(text) > MAX_NUMBER_LENGTH:
                    raise InvalidOperation
                self.data = Decimal(text)
            except InvalidOperation:
                raise ValueError(str(MSG_INVALID_NUMBER)) from None


def parse_day(text: str) -> dt.date:
    """Return the day of ``2027-07-09``; :raises ValueError: for other texts, and for years that no one means."""
    day = dt.date.fromisoformat(text)
    if len(text) != 10 or day.year not in YEARS:
        raise ValueError(gettext("Enter a day, like 2027-07-09."))
    return day
