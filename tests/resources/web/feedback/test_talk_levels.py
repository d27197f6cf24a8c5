"""Levels of talks: who sets them, and the pages that show them."""

import pytest

from joindin.models import Event, Talk
from joindin.operations.talks import TalkDetails, edit_talk
from joindin.utils.datetimes import utc_now
from tests.browser_client import Browser, main_text
from tests.factories import make_talk
from tests.resources.web.feedback.test_speakers import PATH, fields_of

GERMAN = {"Accept-Language": "de"}


@pytest.fixture
def advanced(session, talk):
    talk.level = "advanced"
    session.commit()
    return talk


def test_a_new_talk_has_no_level(session, event):
    talk = make_talk(session, event)
    session.commit()
    assert session.get_one(Talk, talk.id).level is None


@pytest.mark.parametrize("role", ["speaker", "host"])
def test_speakers_and_hosts_set_change_and_remove_the_level(session, app, request, talk, role):
    caller = Browser(app).sign_in_directly(request.getfixturevalue(role))

    states = []
    for level in ("beginner", "advanced", ""):
        reply = caller.send(f"{PATH}/edit", fields_of(caller, level=level))
        selected = f'<option selected value="{level}">' in caller.get(f"{PATH}/edit").text
        states.append((reply.status_code, session.get_one(Talk, talk.id).level, selected))

    assert states == [(303, "beginner", True), (303, "advanced", True), (303, None, True)]


def test_a_form_without_the_field_keeps_the_level(session, app, speaker, advanced):
    ada = Browser(app).sign_in_directly(speaker)
    assert ada.send(f"{PATH}/edit", fields_of(ada)).status_code == 303
    assert session.get_one(Talk, advanced.id).level == "advanced"


@pytest.mark.parametrize("level", ["expert", "BEGINNER", "x" * 300])
def test_an_unknown_level_is_refused(session, app, speaker, advanced, level):
    ada = Browser(app).sign_in_directly(speaker)

    reply = ada.send(f"{PATH}/edit", fields_of(ada, level=level, title="New"))

    assert (reply.status_code, "Not a valid choice." in reply.text) == (400, True)
    assert (session.get_one(Talk, advanced.id).title, advanced.level) == ("Errors", "advanced")


def test_two_editors_do_not_overwrite_the_level(session, app, speaker, talk):
    ada = Browser(app).sign_in_directly(speaker)
    fields = fields_of(ada)
    talk.level = "intermediate"
    session.commit()

    reply = ada.send(f"{PATH}/edit", fields | {"level": "beginner"})

    assert (reply.status_code, "Level: Intermediate" in main_text(reply)) == (409, True)
    assert session.get_one(Talk, talk.id).level == "intermediate"


@pytest.mark.parametrize(
    "path", [PATH, *(f"/event/feedback-conf/{page}" for page in ("schedule", "programme", "talks"))]
)
def test_pages_name_the_level_of_talks_that_have_one(session, guest, talk, path):
    before = main_text(guest.get(path)), main_text(guest.get(path, headers=GERMAN))
    version = session.get_one(Event, talk.event_id).programme_version
    talk.level = "advanced"
    session.commit()

    after = main_text(guest.get(path)), main_text(guest.get(path, headers=GERMAN))

    words = ("Advanced", "Fortgeschritten")
    assert [word in text for word, text in zip(words, before)] == [False, False]
    assert [word in text for word, text in zip(words, after)] == [True, True]
    session.expire_all()
    assert session.get_one(Event, talk.event_id).programme_version == version + 1


def test_edits_elsewhere_keep_the_level(session, advanced):
    kept = {name: getattr(advanced, name) for name in ("type_id", "language_id", "starts_at", "duration")}
    edit_talk(session, advanced.id, TalkDetails("New", "", **kept), actor=None, now=utc_now())
    assert (advanced.title, advanced.level) == ("New", "advanced")


def test_the_api_answers_as_before(session, app, talk):
    session.commit()
    paths = [f"/v2.1/{path}?verbose=yes" for path in (f"talks/{talk.id}", f"events/{talk.event_id}/talks")]
    before = [app.test_client().get(path).data for path in paths]
    talk.level = "beginner"
    session.commit()

    assert b'"talk_title"' in before[0]
    assert [app.test_client().get(path).data for path in paths] == before
