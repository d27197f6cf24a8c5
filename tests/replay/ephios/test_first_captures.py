"""The first set of captures, replayed on rows made from its answers."""

import pytest
import time_machine

from joindin.extensions import db
from tests.database_rows import empty_database
from tests.replay.ephios.deviations import Deviation, without_internal_comments
from tests.replay.ephios.exchange import Conversation, differences
from tests.replay.ephios.first_set import CAPTURED_AT, NAMES, event_of_shift, load_capture, shown, store_rows


def _without_empty_event(body):
    """The next event is that of a captured shift."""
    shift = shown("06")["results"][1]
    return body | {"results": [body["results"][1], event_of_shift(shift, shown("05")["type"])]}


def _deviations():
    row_of_list = next(row for row in shown("13")["results"] if row["id"] == 16004)
    return {
        "02_events_list": Deviation("6: events without shifts last in rising order", _without_empty_event),
        "12_me_participations": Deviation("20.3: comments by their visibility", without_internal_comments),
        "26_err_method_405": Deviation("planners add events here", statuses={1: 403}, body=NO_PERMISSION),
        "31_participation_detail_manager_404": Deviation(
            "20.1: the row of the list", statuses={1: 200}, body=row_of_list
        ),
        "32_redirect_no_slash": Deviation("23: without the slash it is Gancio's", statuses={1: 200}, body=[]),
        "33_oauth_metadata_absent": Deviation("11: the document is published", statuses={1: 200}),
    }


NO_PERMISSION = {"detail": "You do not have permission to perform this action."}
DEVIATIONS = _deviations() if NAMES else {}
CASES = NAMES or [pytest.param(None, marks=pytest.mark.skip("the captures are not beside the repository"))]


@pytest.fixture(scope="module")
def rows(app):
    with app.app_context(), time_machine.travel(CAPTURED_AT, tick=False):
        empty_database()
        store_rows(db.session)
        yield
        empty_database()


@pytest.mark.parametrize("name", CASES)
def test_the_answer_is_that_of_the_original(ephios, rows, name):
    capture, deviation = load_capture(name), DEVIATIONS.get(name, Deviation("none"))
    request = {key: value for key, value in capture["request"].items() if key != "body"}
    captured = {key: capture[key] for key in ("status", "headers", "body")}
    expected = deviation.expect(1, captured)
    if isinstance(expected["body"], str):  # a page
        expected["body"] = None
    elif isinstance(expected["body"], dict) and "count" in expected["body"]:
        # The captured server had more rows.
        expected["body"] = expected["body"] | {"count": "<n>"}

    with time_machine.travel(CAPTURED_AT, tick=False):
        reply = Conversation(ephios).send({"request": request})

    found = differences(reply, expected)
    assert not found, "\n".join(found)
