"""Every link in a response works for the same caller, also for pending objects."""

import pytest

from joindin.operations.comment_reports import report_comment
from joindin.queries.comments import find_event_comment_including_hidden
from joindin.queries.talk_comments import find_talk_comment_including_hidden
from tests.factories import (
    NOW,
    make_attendance,
    make_claim,
    make_client,
    make_event,
    make_event_comment,
    make_language,
    make_pending_event,
    make_rejected_event,
    make_talk,
    make_talk_comment,
    make_talk_type,
    make_track,
    make_user,
)
from tests.test_architecture import crawl

LISTS = ("talks?title=linked", "users", "users?keyword=host&verbose=yes", "languages", "talk_types")
OWN_LISTS = ("token", "applications?verbose=yes")


@pytest.fixture
def linked_data(api, session):
    host, plain = make_user(session, "host"), make_user(session, "plain")
    admin = make_user(session, "admin", is_admin=True)
    make_language(session)
    make_talk_type(session)
    event = make_event(session, "Linked", host=host, tags=["php"], stub="linked")
    waiting = [make_pending_event(session, host=plain), make_rejected_event(session, host=plain)]
    make_attendance(session, event, plain)
    talk = make_talk(session, event, "Linked", speakers=[host, "Free"], tracks=[make_track(session, event)])
    make_claim(session, talk, talk.speakers[1], plain)
    make_event_comment(session, event, plain)
    make_talk_comment(session, talk, plain)
    reported, reported_too = make_event_comment(session, event, plain), make_talk_comment(session, talk, plain)
    for owner in (host, plain, admin):
        make_client(session, owner_id=owner.id)
    session.commit()
    report_comment(session, find_event_comment_including_hidden(session, reported.id), reporter=plain, now=NOW)
    report_comment(session, find_talk_comment_including_hidden(session, reported_too.id), reporter=plain, now=NOW)
    session.commit()
    callers = {"visitor": api} | {user.username: api.signed_in(user) for user in (host, plain, admin)}
    reports = [f"event_comments/{reported.id}", f"talk_comments/{reported_too.id}"]
    return callers, event, reports, [f"events/{each.id}" for each in waiting]


@pytest.mark.parametrize("role", ["visitor", "plain", "host", "admin"])
def test_every_link_works_unless_the_contract_hides_its_target(linked_data, role):
    callers, event, reported, waiting = linked_data
    more = [*LISTS, *(() if role == "visitor" else OWN_LISTS), *(["events?filter=pending"] if role == "admin" else [])]

    seen, dead = crawl(callers[role], *(f"/v2.1/{path}" for path in more))

    decides = role in ("host", "admin")
    # A reported comment is hidden until a host decides; only its report shows it (5.2).
    hidden = reported if decides else []
    assert sorted(dead) == sorted(
        (f"/v2.1/{path}{form}", 404, '["Comment not found"]') for path in hidden for form in ("", "?verbose=yes")
    )
    # Their hosts and admins find pending and rejected events in the lists of hosted events; no one else does.
    assert {f"/v2.1/{path}" in seen for path in waiting} == {role in ("plain", "admin")}
    below = {f"/v2.1/events/{event.id}/{name}" for name in ("claims", "comments/reported", "talk_comments/reported")}
    assert below & seen == (below if decides else set())
    assert any("/approval" in path for path in seen) is (role == "admin")
    if role != "visitor":
        assert any("/applications/" in path for path in seen)
        assert any("/token/" in path for path in seen)
