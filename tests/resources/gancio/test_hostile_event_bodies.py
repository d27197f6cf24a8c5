"""Any value in any field of an event: stored or refused, never an error of the server."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import days_from_now, make_event, make_user

FIELDS = (
    "id",
    "title",
    "description",
    "start_datetime",
    "end_datetime",
    "place_id",
    "place_name",
    "place_address",
    "place_latitude",
    "place_longitude",
    "multidate",
    "tags",
    "online_locations",
    "recurrent",
    "image",
    "image_name",
    "image_focalpoint",
    "submitter_email",
)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([2**63, -(2**63), 10**30])
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300) | st.sampled_from(["\0", "1e999", "-0", "٣"])
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=6,
)
STATUSES = {200, 400, 404}


@pytest.fixture
def user(session):
    return make_user(session, "ann", is_trusted=True)


def event():
    start = int(days_from_now(10).timestamp())
    return {"title": "Swap", "start_datetime": start, "place_name": "Hall", "place_address": "Road 1"}


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(FIELDS), VALUES, min_size=1, max_size=3))
def test_any_json_is_stored_or_refused(gancio, session, user, fields):
    caller = gancio(user)

    assert caller.post("/api/event", event() | fields).status_code in STATUSES
    changed = make_event(session, host=user)
    assert caller.put("/api/event", {"id": changed.id} | fields).status_code in STATUSES


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(FIELDS) | TEXTS, TEXTS | NUMBERS.map(str)), max_size=5), st.booleans())
def test_any_form_is_stored_or_refused(gancio, user, pairs, is_multipart):
    data = {name: [str(value)] for name, value in event().items()}
    for name, value in pairs:
        data.setdefault(name or "x", []).append(value)
    content_type = "multipart/form-data" if is_multipart else "application/x-www-form-urlencoded"

    assert gancio(user).post("/api/event", data=data, content_type=content_type).status_code in STATUSES


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400), st.sampled_from(["application/json", "multipart/form-data; boundary=a", "text/plain"]))
def test_any_bytes_are_refused(gancio, user, raw, content_type):
    assert gancio(user).post("/api/event", data=raw, content_type=content_type).status_code == 400
