"""The captures of ephios, replayed on the imported dump at the time of the captures."""

import pytest
import time_machine

from joindin.extensions import db
from tests.replay.dataset import Dataset
from tests.replay.ephios.deviations import DEVIATIONS, Deviation
from tests.replay.ephios.dump import CASES, load_case, store_dump
from tests.replay.ephios.exchange import Conversation, differences, missing_in_document
from tests.replay.ephios.neighbours import running_neighbours

CLOCK = "2026-09-16T08:00:00+00:00"


@pytest.fixture(scope="module")
def dump(app):
    dump = Dataset(store_dump)
    yield dump
    with app.app_context():
        dump.drop(db.session)


@pytest.fixture(scope="module")
def neighbours():
    with running_neighbours() as running:
        yield running


@pytest.mark.parametrize("case", CASES)
def test_the_answer_is_that_of_the_original(session, ephios, dump, neighbours, case):
    capture, deviation = neighbours.replace(load_case(case)), DEVIATIONS.get(case, Deviation("none"))
    with time_machine.travel(CLOCK, tick=False):
        # The restored counters of changes repeat, which they never do in production.
        for name in ("fragment_cache", "query_cache", "response_cache"):
            ephios.extensions[name].clear()
        dump.restore(session)
        dump.is_changed = True
        neighbours.store(session)
        conversation, found = Conversation(ephios), []
        for number, step in enumerate(capture["steps"], start=1):
            reply = conversation.send(step)
            expected = deviation.expect(number, step["response"])
            if step.get("compare") == "schema":
                found += missing_in_document(reply.get_json(force=True), expected.pop("body"))
            found += [f"step {number}: {each}" for each in differences(reply, expected)]
            if deviation.ids is not None:
                assert [row["id"] for row in reply.json["results"]] == deviation.ids

    assert not found, "\n".join(found)
