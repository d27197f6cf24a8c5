"""Actions of one comment: report, edit, delete, answer."""

import datetime as dt

import pytest

from joindin.models import Event, EventComment, EventCommentReport, Talk, TalkComment, TalkCommentReport, TalkRating
from joindin.operations.comment_reports import resolve_comment_reports
from joindin.utils.datetimes import utc_now
from tests.browser_client import Browser
from tests.factories import make_event_comment, make_talk_comment, make_user

PATH = "/event/feedback-conf/errors"


@pytest.fixture
def comment(session, talk, user):
    return make_talk_comment(session, talk, user, rating=4, text="As it was", created_at=utc_now())


def test_a_report_hides_the_comment_with_its_reason(session, app, guest, comment):
    reporter = Browser(app).sign_in_directly(make_user(session))
    path = f"/comments/talk/{comment.id}/report"
    assert reporter.get(path).status_code == 200
    assert reporter.send(path, {"words": "?"}).status_code == 400
    assert session.query(TalkCommentReport).count() == 0

    assert reporter.send(path, {"reason": "insult", "words": "Line 2"}).status_code == 303

    report = session.query(TalkCommentReport).one()
    assert (report.reason, report.note) == ("insult", "Line 2")
    assert "As it was" not in guest.get(PATH).text


@pytest.mark.parametrize(
    ("decision", "state"),
    [
        (None, "The comment is hidden until the hosts have decided."),
        ("approved", "The hosts have decided that the comment stays hidden."),
    ],
)
def test_a_report_of_a_reported_comment_leads_to_the_thread(session, app, host, comment, decision, state):
    reporter = Browser(app).sign_in_directly(make_user(session))
    path = f"/comments/talk/{comment.id}/report"
    fields = {"reason": "spam", "csrfmiddlewaretoken": reporter.token(path)}
    assert reporter.post(path, fields).status_code == 303
    if decision:
        resolve_comment_reports(session, comment, decider=host, decision=decision, now=utc_now())

    again, thread, page = reporter.post(path, fields), reporter.get(PATH), reporter.get(path)

    assert (again.status_code, again.location, session.query(TalkCommentReport).count()) == (303, PATH, 1)
    assert state in thread.text
    assert (page.status_code, state in page.text, "As it was" in page.text) == (200, True, False)


def test_the_report_page_of_a_reported_event_comment(session, app, event, user):
    comment = make_event_comment(session, event, user, text="As it was")
    reporter = Browser(app).sign_in_directly(make_user(session))
    path = f"/comments/event/{comment.id}/report"
    assert reporter.send(path, {"reason": "spam"}).status_code == 303

    page = reporter.get(path)

    assert (page.status_code, "has been reported" in page.text, "As it was" in page.text) == (200, True, False)


@pytest.mark.parametrize("hidden", [{"is_private": True}, {"is_waiting": True}])
def test_a_private_or_waiting_comment_has_no_report_page(session, browser, talk, user, hidden):
    comment = make_talk_comment(session, talk, user, is_hidden=True, **hidden)
    session.add(TalkCommentReport(comment_id=comment.id, reported_at=utc_now()))

    assert browser.get(f"/comments/talk/{comment.id}/report").status_code == 404


def test_an_author_edits_for_a_quarter_of_an_hour(session, browser, comment):
    path = f"/comments/talk/{comment.id}/edit"
    assert browser.send(path, {"text": "As it is"}).status_code == 303
    assert session.get_one(TalkComment, comment.id).text == "As it is"

    fields = {"text": "Too late", "csrfmiddlewaretoken": browser.token(path)}
    session.get_one(TalkComment, comment.id).created_at = utc_now() - dt.timedelta(minutes=16)
    shown, sent = browser.get(path), browser.post(path, fields)
    assert [reply.status_code for reply in (shown, sent)] == [400, 400]
    assert ["<li>Comments can be edited for 15 minutes only.</li>" in reply.text for reply in (shown, sent)] == [
        True
    ] * 2
    assert session.get_one(TalkComment, comment.id).text == "As it is"


@pytest.mark.parametrize("action", ["edit", "delete"])
def test_others_change_nothing(session, app, comment, action):
    other = Browser(app).sign_in_directly(make_user(session))
    path = f"/comments/talk/{comment.id}/{action}"

    assert other.get(path).status_code == 403
    assert other.send(path, {"text": "Mine"}, page="/accounts/profile/").status_code == 403
    assert session.get_one(TalkComment, comment.id).text == "As it was"


@pytest.mark.parametrize(("fields", "expected"), [({}, (0, 0)), ({"keeps_rating": "y"}, (4, 1))])
def test_an_author_deletes_the_text_and_may_keep_the_rating(session, browser, comment, talk, fields, expected):
    assert browser.get(f"/comments/talk/{comment.id}/delete").status_code == 200
    assert session.query(TalkComment).count() == 1

    assert browser.send(f"/comments/talk/{comment.id}/delete", fields).status_code == 303

    talk = session.get_one(Talk, talk.id)
    assert (talk.rating_sum, talk.rating_count) == expected
    assert (session.query(TalkComment).count(), talk.comment_count) == (0, 0)
    assert session.query(TalkRating).count() == expected[1]


@pytest.mark.parametrize("decision", [None, "approved"])
def test_an_author_deletes_a_reported_comment(session, app, host, browser, comment, talk, event, decision):
    reporter, organiser = (Browser(app).sign_in_directly(user) for user in (make_user(session), host))
    path, queue = f"/comments/talk/{comment.id}/delete", "/event/feedback-conf/manage/comments/"
    reporter.send(f"/comments/talk/{comment.id}/report", {"reason": "spam"})
    if decision:
        resolve_comment_reports(session, comment, decider=host, decision=decision, now=utc_now())
        session.commit()
    queued = "As it was" in organiser.get(queue).text
    shown = browser.get(path).text

    reply = browser.send(path, {"keeps_rating": "y"})

    session.expire_all()
    talk, event = session.get_one(Talk, talk.id), session.get_one(Event, event.id)
    assert (queued, path in browser.get("/me/comments/").text) == (decision is None, False)
    assert ("The reports are deleted with it" in shown, "Keep my rating" in shown) == (True, False)
    assert (reply.status_code, reply.location) == (303, PATH)
    assert [session.query(model).count() for model in (TalkComment, TalkCommentReport, TalkRating)] == [0, 0, 0]
    assert (talk.comment_count, talk.all_comment_count, talk.rating_count, event.talk_comment_count) == (0, 0, 0, 0)
    page = organiser.get(queue)
    assert (page.status_code, "As it was" in page.text) == (200, False)


def test_an_author_deletes_a_reported_comment_on_an_event(session, app, browser, event, user):
    comment = make_event_comment(session, event, user, text="As it was", rating=3, created_at=utc_now())
    path = f"/comments/event/{comment.id}"
    Browser(app).sign_in_directly(make_user(session)).send(f"{path}/report", {"reason": "spam"})
    listed = browser.get("/me/comments/").text

    edited, deleted = browser.get(f"{path}/edit").status_code, browser.send(f"{path}/delete").status_code

    session.expire_all()
    assert (f"{path}/delete" in listed, f"{path}/edit" in listed) == (True, False)
    assert (edited, deleted) == (404, 303)
    assert [session.query(model).count() for model in (EventComment, EventCommentReport)] == [0, 0]
    event = session.get_one(Event, event.id)
    assert (event.comment_count, event.rating_sum, event.rating_count) == (0, 0, 0)


def test_nobody_else_finds_the_deletion_of_a_reported_comment(session, app, host, comment):
    comment.is_hidden = True
    session.commit()

    for user in (host, make_user(session), make_user(session, is_admin=True)):
        browser, path = Browser(app).sign_in_directly(user), f"/comments/talk/{comment.id}/delete"
        assert [browser.get(path).status_code, browser.send(path, page="/accounts/profile/").status_code] == [404, 404]
    assert session.query(TalkComment).count() == 1


def test_comments_on_events(session, browser, event, user):
    comment = make_event_comment(session, event, user, text="First", created_at=utc_now())
    assert browser.send(f"/comments/event/{comment.id}/edit", {"text": "Second"}).status_code == 303
    assert session.get_one(EventComment, comment.id).text == "Second"

    assert browser.send(f"/comments/event/{comment.id}/delete").status_code == 303
    session.refresh(event)
    assert (event.comment_count, event.rating_sum, event.rating_count) == (0, 0, 0)


def test_a_speaker_answers(session, app, guest, browser, comment, speaker):
    path = f"/comments/talk/{comment.id}/answer"
    assert browser.get(path).status_code == 403
    ada = Browser(app).sign_in_directly(speaker)

    assert ada.send(path, {"text": "Thank you"}).status_code == 303
    assert "Thank you" in guest.get(PATH).text

    assert ada.send(path, {"text": ""}).status_code == 303
    assert session.get_one(TalkComment, comment.id).answer is None


def test_authors_edit_and_delete_what_only_speakers_and_hosts_read(session, app, browser, user, speaker, talk):
    comment = make_talk_comment(session, talk, user, text="Too fast.", is_private=True)
    session.commit()
    path = f"/comments/talk/{comment.id}"

    assert f"{path}/delete" in browser.get("/me/comments/").text
    edited = browser.send(f"{path}/edit", {"text": "A bit too fast."})
    assert (edited.status_code, edited.location) == (303, "/me/comments/")
    assert "A bit too fast." in browser.get("/me/comments/").text
    for other in (Browser(app).sign_in_directly(make_user(session)), Browser(app).sign_in_directly(speaker)):
        assert other.get(f"{path}/delete").status_code == 404
    assert browser.send(f"{path}/delete").status_code == 303
    assert session.query(TalkComment).count() == 0


def test_a_text_for_speakers_and_hosts_without_an_author_is_not_shown(session, browser, talk):
    comment = make_talk_comment(session, talk, None, text="For the speaker.", is_private=True)
    session.commit()

    assert [
        browser.get(f"/comments/talk/{comment.id}/{part}").status_code for part in ("report", "edit", "delete")
    ] == [404] * 3
