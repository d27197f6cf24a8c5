"""Descriptions of recurrence rules in English and German."""

import datetime as dt

import pytest
from flask import g

from joindin.http.pages.recurrence_descriptions import describe_rule
from joindin.utils.datetimes import UTC, get_timezone
from joindin.utils.recurrence.parsing import parse_rule

pytestmark = pytest.mark.runs_once("rules are text")

# A Friday, the last of its month.
START = dt.datetime(2027, 12, 31, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "english", "german"),
    [
        ("FREQ=DAILY", "every day", "jeden Tag"),
        ("FREQ=DAILY;INTERVAL=3", "every 3 days", "alle 3 Tage"),
        ("FREQ=DAILY;BYDAY=FR", "every day on Friday", "jeden Tag am Freitag"),
        ("FREQ=WEEKLY", "every week on Friday", "jede Woche am Freitag"),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR",
            "every 2 weeks on Monday and Friday",
            "alle 2 Wochen am Montag und Freitag",
        ),
        ("FREQ=WEEKLY;COUNT=1", "every week on Friday, 1 time", "jede Woche am Freitag, 1 Mal"),
        ("FREQ=WEEKLY;COUNT=5", "every week on Friday, 5 times", "jede Woche am Freitag, 5 Mal"),
        (
            "FREQ=WEEKLY;UNTIL=20280301",
            "every week on Friday, until 1 March 2028",
            "jede Woche am Freitag, bis 1. März 2028",
        ),
        ("FREQ=MONTHLY", "every month on day 31", "jeden Monat am 31. Tag"),
        ("FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=5", "every 2 months on day 5", "alle 2 Monate am 5. Tag"),
        (
            "FREQ=MONTHLY;BYDAY=1TU,-1FR",
            "every month on the first Tuesday and the last Friday",
            "jeden Monat am ersten Dienstag und letzten Freitag",
        ),
        ("FREQ=YEARLY", "every year on day 31 of December", "jedes Jahr am 31. Dezember"),
        (
            "FREQ=YEARLY;INTERVAL=4;BYMONTH=12;BYDAY=5FR",
            "every 4 years on the fifth Friday of December",
            "alle 4 Jahre am fünften Freitag im Dezember",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=-1",
            "by the rule FREQ=MONTHLY;BYMONTHDAY=-1",
            "nach der Regel FREQ=MONTHLY;BYMONTHDAY=-1",
        ),
        ("FREQ=YEARLY;BYDAY=53FR", "by the rule FREQ=YEARLY;BYDAY=53FR", "nach der Regel FREQ=YEARLY;BYDAY=53FR"),
    ],
)
def test_rules_are_described_in_the_language_of_the_page(app, rule, english, german):
    descriptions = []
    for language in ("en", "de"):
        with app.test_request_context():
            g.page_language = language
            descriptions.append(describe_rule(parse_rule(rule, UTC), START, None))

    assert descriptions == [english, german]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTHDAY=31",
        "FREQ=WEEKLY;BYMONTH=12",
        "FREQ=MONTHLY;BYMONTH=12",
        "FREQ=YEARLY;BYMONTHDAY=31",
        "FREQ=YEARLY;BYDAY=FR",
        "FREQ=YEARLY;BYMONTH=11,12;BYDAY=1FR",
    ],
)
def test_rules_that_have_no_short_phrase_are_shown_as_they_are(app, rule):
    with app.test_request_context():
        assert describe_rule(parse_rule(rule, UTC), START, None) == f"by the rule {rule}"


def test_days_are_those_of_the_time_zone(app):
    """The first date and the end are on the next day in UTC."""
    chicago = get_timezone("America/Chicago")
    rule = parse_rule("FREQ=WEEKLY;UNTIL=20280131", chicago)
    with app.test_request_context():
        phrase = describe_rule(rule, dt.datetime(2027, 12, 31, 20, tzinfo=chicago).astimezone(UTC), "America/Chicago")

    assert phrase == "every week on Friday, until 31 January 2028"
