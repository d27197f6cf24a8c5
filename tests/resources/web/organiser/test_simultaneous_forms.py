"""Forms of two hosts that are sent at the same moment: the second one sees the values of both."""

import datetime as dt
from functools import partial

import pytest

from joindin.models import EventHost
from tests.browser_client import Browser, form_fields, main_text
from tests.concurrency import run_concurrently
from tests.factories import make_room, make_talk, make_track, make_user
from tests.resources.web.organiser.test_moderation import SETTINGS
from tests.resources.web.organiser.test_programme import TALK
from tests.resources.web.organiser.test_submission import FIELDS


@pytest.fixture
def two_hosts(app, session, event, host):
    """The browsers of two hosts of the event."""
    other = make_user(session)
    session.add(EventHost(event_id=event.id, user_id=other.id))
    session.commit()
    return [Browser(app).sign_in_directly(user) for user in (host, other)]


@pytest.fixture
def forms(session, event, manage):
    """Paths and fields of the forms by name."""
    room, track, talk = make_room(session, event), make_track(session, event), make_talk(session, event)
    # The time of the form.
    talk.starts_at, talk.duration = dt.datetime(2027, 5, 8, 9, tzinfo=dt.UTC), int(TALK["duration"])
    session.commit()
    return {
        "settings": (f"{manage}settings/", SETTINGS),
        "room": (f"{manage}rooms/{room.id}/", {}),
        "track": (f"{manage}tracks/{track.id}/", {}),
        "talk": (f"{manage}talks/{talk.id}/", TALK | {"type_id": talk.type_id, "language_id": talk.language_id}),
        "details": (f"{manage}details/", FIELDS | {"state": "scheduled"}),
    }


@pytest.mark.parametrize(
    ("form", "field"),
    [("settings", "rating_word_1"), ("room", "name"), ("track", "name"), ("talk", "title"), ("details", "name")],
)
def test_the_second_of_two_forms_sees_both_values(app, session, two_hosts, forms, form, field):
    path, fields = forms[form]
    opened = [form_fields(browser.get(path).text) for browser in two_hosts]
    values = ["Value of Grace", "Value of Hedy"]

    def send(browser, page, value):
        kept = {name: page[name] for name in ("csrfmiddlewaretoken", "version")}
        with app.app_context():
            return browser.post(path, fields | kept | {field: value})

    replies = run_concurrently(session, [partial(send, *each) for each in zip(two_hosts, opened, values)])

    assert sorted(reply.status_code for reply in replies) == [303, 409]
    refused = next(reply for reply in replies if reply.status_code == 409)
    assert [value in main_text(refused) for value in values] == [True, True]
