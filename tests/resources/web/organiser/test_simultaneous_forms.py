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


def test_a_form_of_a_talk_that_is_sent_twice_is_stored_once(two_hosts, forms, manage, count_rows):
    path, fields = forms["talk"]
    browser = two_hosts[0]
    page = form_fields(browser.get(path).text)
    sent = fields | {name: page[name] for name in ("csrfmiddlewaretoken", "version")}
    sent |= {"speaker_name": ["Ada L."], "speaker_account": ["ada@speakers.example"]}

    replies = [browser.post(path, sent) for _ in range(2)]

    assert [(reply.status_code, reply.location) for reply in replies] == [(303, f"{manage}talks/")] * 2
    assert count_rows()["invitations"] == 1


def test_speakers_that_were_changed_meanwhile_are_compared(two_hosts, forms):
    path, fields = forms["talk"]
    first, second = (form_fields(browser.get(path).text) for browser in two_hosts)
    kept = [{name: page[name] for name in ("csrfmiddlewaretoken", "version")} for page in (first, second)]
    two_hosts[0].post(path, fields | kept[0] | {"speaker_name": ["Ada L.", "Bob B."]})

    refused = two_hosts[1].post(path, fields | kept[1] | {"speaker_name": ["Ada L."]})

    assert refused.status_code == 409
    assert "Another person has changed this meanwhile" in main_text(refused)
    assert '<th scope="row">Speakers</th><td dir="auto">Ada L., Bob B.</td><td dir="auto">Ada L.</td>' in refused.text


def test_the_values_that_another_host_has_stored_are_no_conflict(two_hosts, forms, manage):
    path, fields = forms["talk"]
    opened = [form_fields(browser.get(path).text) for browser in two_hosts]

    replies = [
        browser.post(path, fields | {name: page[name] for name in ("csrfmiddlewaretoken", "version")})
        for browser, page in zip(two_hosts, opened)
    ]

    assert [(reply.status_code, reply.location) for reply in replies] == [(303, f"{manage}talks/")] * 2
