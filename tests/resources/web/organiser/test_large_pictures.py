"""Pictures of the largest size in the forms of an event: two fit in the form of its details."""

import io

import pytest
from PIL import Image

from joindin.models import EventFlyer, EventVenuePlan
from tests.browser_client import form_fields, main_text

MAX_IMAGE_BYTES, MAX_BODY_BYTES = 60_000, 80_000


@pytest.fixture
def small_app(app, monkeypatch):
    """The application with small limits."""
    for name, limit in (("MAX_IMAGE_BYTES", MAX_IMAGE_BYTES), ("MAX_BODY_BYTES", MAX_BODY_BYTES)):
        monkeypatch.setitem(app.config, name, limit)
    return app


def large_picture():
    file = io.BytesIO()
    Image.new("RGB", (300, 200), "navy").save(file, "PNG")
    return io.BytesIO(file.getvalue().ljust(MAX_IMAGE_BYTES, b"\0")), "picture.png"


def test_the_details_take_two_large_pictures(small_app, session, organiser, event, manage):
    fields = form_fields(organiser.get(f"{manage}details/").text)
    fields |= {
        "description": "Two days.",
        "state": "scheduled",
        "kind": "conference",
        "venue_plan_text": "Hall A is upstairs",
    }
    pictures = {"image": large_picture(), "venue_plan": large_picture()}

    reply = organiser.send(
        f"{manage}details/", {name: fields[name] for name in fields if "remove" not in name} | pictures
    )

    assert reply.status_code == 303, main_text(reply)
    assert session.get(EventFlyer, event.id) is not None
    assert session.get(EventVenuePlan, event.id) is not None


def test_other_forms_take_one(small_app, session, organiser, manage):
    reply = organiser.send(f"{manage}talks/new/", {"a": large_picture(), "b": large_picture()})

    assert reply.status_code == 413


def test_the_page_names_the_limits(session, organiser, manage):
    picture = {"image": (io.BytesIO(b"\0" * 18_000_000), "picture.png")}

    text = main_text(organiser.send(f"{manage}details/", picture))

    assert "This form may have at most 17 MB with its files, and 1 MB without them." in text
