"""Administration pages in a browser: events, reports, claims, users, groups and the audit log."""

import pytest

from joindin.models import Event, EventCommentReport
from joindin.operations.accounts.granted_permissions import grant_permission
from joindin.operations.rejection_reasons import add_reason
from tests.browser_client import PASSWORD, make_user_with_password
from tests.factories import (
    NOW,
    make_claim,
    make_event,
    make_event_comment,
    make_group,
    make_pending_event,
    make_talk,
    make_user,
)

PAGES = (
    "", "reports/", "reports/talks/", "claims/", "people/", "people/1/", "people/2/removal/", "groups/", "groups/1/",
    "reasons/", "reasons/1/", "log/", "nowhere/",
)  # fmt: skip


@pytest.fixture
def desk(visitor, session):
    """The browser of an admin, with an object of each kind to administer."""
    make_user_with_password(session, "ada", full_name="Ada Admin", is_admin=True)
    host = make_user(session, "hanna", full_name="Hanna Host")
    make_pending_event(session, "Tidewater Python", host=host, tags=["python"], description="One day.\n\nOne track.")
    make_pending_event(session, "Cheap Watches", host=host, description="Buy now.")
    event = make_event(session, "Harbour Code Days", host=host)
    talk = make_talk(session, event, "On tides", speakers=["Bob Birch"])
    make_claim(session, talk, talk.speakers[0], make_user(session, "bob", full_name="Bob Birch"))
    comment = make_event_comment(session, event, make_user(session, "carl"), text="Rude words.", is_hidden=True)
    session.add(EventCommentReport(comment_id=comment.id, reporter_id=host.id, reported_at=NOW))
    grant_permission(session, make_group(session, "Kitchen", members=[host]), "view_log", actor=None)
    add_reason(session, title="Off topic", text="This calendar is for conferences.", actor=None)
    session.commit()
    visitor.sign_in("ada", PASSWORD)
    return visitor


def test_one_event_is_approved_and_another_rejected(desk, session, server):
    desk.visit("/desk/events/")
    desk.check_page("desk, events that wait")
    desk.page.get_by_role("link", name="Tidewater Python", exact=True).click()
    desk.check_page("desk, an event that waits")
    desk.press("Approve")
    approved = desk.text
    desk.visit("/desk/events/")
    desk.page.get_by_role("link", name="Cheap Watches", exact=True).click()
    desk.page.get_by_label("Off topic").check()
    desk.press("Reject")
    rejected = desk.text
    told = server.wait_for_mail("hanna@example.org", "Rejected").get_body(("plain",)).get_content()

    desk.visit("/desk/events/")
    events = {event.name: event for event in session.query(Event).all()}
    assert ("Tidewater Python" in approved, "Cheap Watches" in rejected) == (True, True)
    assert "No event waits for approval." in desk.text
    assert events["Tidewater Python"].is_active
    assert not events["Cheap Watches"].is_active
    assert events["Cheap Watches"].rejection_reason == "This calendar is for conferences."
    assert "This calendar is for conferences." in told


def test_admin_pages_are_valid(desk):
    desk.visit("/desk/people/2/")
    desk.page.get_by_label("Trusted").check()
    desk.press("Change")

    for place in PAGES:
        desk.visit(f"/desk/{place}")
        desk.check_page(f"desk {place}")
        assert desk.page.locator("h1").count() == 1


def test_report_and_claim_are_resolved(desk):
    desk.visit("/desk/reports/")
    desk.page.get_by_role("button", name="Keep it hidden").click()
    decided = desk.page.locator("main").inner_text()
    desk.visit("/desk/claims/")
    desk.page.get_by_role("button", name="Approve").click()

    assert "There are no open reports." in decided
    assert "There are no open claims." in desk.text


def test_user_without_permission_gets_an_error_page(visitor, session):
    make_user_with_password(session, "ann")
    session.commit()
    visitor.sign_in("ann", PASSWORD)

    visitor.visit("/desk/people/")
    visitor.check_page("not for you")

    assert "You do not have permission" in visitor.text
