"""Addresses and anchors of web2 that name one comment by a hash."""

import hashlib

import pytest

from joindin.models import TalkCommentReport
from tests.factories import make_event_comment, make_talk, make_talk_comment, make_user

OLD_API = "https://api.old.example"
EVENT_PATH = "/event/feedback-conf"
PATH = f"{EVENT_PATH}/errors"


def mark_of(comment, collection):
    address = f"{OLD_API}/v2.1/{collection}/{comment.id}"
    return hashlib.md5(address.encode(), usedforsecurity=False).hexdigest()[:6]


@pytest.fixture
def old_api(app, monkeypatch):
    monkeypatch.setitem(app.config, "OLD_API_BASE", OLD_API)


@pytest.fixture
def comments(session, event, talk, user):
    return make_event_comment(session, event, user), make_talk_comment(session, talk, user)


@pytest.fixture
def marks(comments):
    return mark_of(comments[0], "event_comments"), mark_of(comments[1], "talk_comments")


def test_a_known_hash_leads_to_the_report(session, guest, old_api, comments, marks):
    of_event, of_talk = (guest.get(f"{path}/comments/{mark}/report") for path, mark in zip((EVENT_PATH, PATH), marks))

    assert (of_event.status_code, of_event.location) == (302, f"/comments/event/{comments[0].id}/report")
    assert (of_talk.status_code, of_talk.location) == (302, f"/comments/talk/{comments[1].id}/report")
    assert session.query(TalkCommentReport).count() == 0


def test_without_the_setting_it_leads_to_all_comments(guest, comments, marks):
    replies = [guest.get(f"{path}/comments/{mark}/report") for path, mark in zip((EVENT_PATH, PATH), marks)]

    assert [reply.location for reply in replies] == [f"{EVENT_PATH}/comments", f"{PATH}#comments"]


@pytest.mark.parametrize("mark", ["000000", "x", "A" * 300, "%00", "é"])
def test_an_unknown_hash_leads_to_all_comments(guest, old_api, comments, mark):
    replies = [guest.get(f"{path}/comments/{mark}/report") for path in (EVENT_PATH, PATH)]

    assert [(reply.status_code, reply.location) for reply in replies] == [
        (302, f"{EVENT_PATH}/comments"),
        (302, f"{PATH}#comments"),
    ]


def test_the_hash_of_a_hidden_private_or_other_comment_is_unknown(session, guest, old_api, event, talk, user):
    other = make_talk_comment(session, make_talk(session, event), user)
    unknown = [
        make_talk_comment(session, talk, user, is_hidden=True),
        make_talk_comment(session, talk, user, is_private=True),
        other,
    ]

    replies = [guest.get(f"{PATH}/comments/{mark_of(each, 'talk_comments')}/report") for each in unknown]

    assert [reply.location for reply in replies] == [f"{PATH}#comments"] * 3


def test_a_former_slug_of_the_talk_leads_on(session, guest, old_api, talk):
    assert guest.get(f"{EVENT_PATH}/former/comments/a1b2c3/report").location == f"{EVENT_PATH}/former#comments"


def test_anchors_of_web2_are_on_the_pages(guest, old_api, comments, marks):
    of_event, of_talk = marks

    assert f'<span id="comment-{of_event}"></span>' in guest.get(f"{EVENT_PATH}/comments").text
    for path in (PATH, f"{EVENT_PATH}/talk-comments"):
        page = guest.get(path).text
        assert f'id="comment-{comments[1].id}"><span id="comment-{of_talk}"></span>' in page


def test_without_the_setting_there_are_no_such_anchors(guest, comments):
    assert '<span id="comment-' not in guest.get(PATH).text


def test_anchors_are_unique(session, guest, old_api, talk, monkeypatch):
    monkeypatch.setattr("joindin.resources.web.feedback.web2_comments._address_hash", lambda _model, _id: "abcdef")
    for _ in range(2):
        make_talk_comment(session, talk, make_user(session))

    assert guest.get(PATH).text.count('id="comment-abcdef"') == 1
