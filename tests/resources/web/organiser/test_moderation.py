"""Claims, comments, hosts, settings and the checklist on the organiser's pages."""

import datetime as dt
import re

import pytest
from sqlalchemy import select

from joindin.models import AuditEntry, Event, EventHost, EventSettings, TalkClaim, TalkSpeaker
from tests.browser_client import form_fields, main_text
from tests.factories import (
    make_claim,
    make_event,
    make_event_comment,
    make_report,
    make_room,
    make_talk,
    make_talk_comment,
    make_track,
    make_user,
)
from tests.resources.web.organiser.conftest import STARTS_AT

SETTINGS = {
    "feedback_access": "account",
    "feedback_scheme": "two",
    "feedback_days": "30",
    "rating_word_1": "Poor",
    "is_star_count_public": "y",
    "day_starts_at": "05:30",
    "language": "de",
}


def audited_actions(session):
    return session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()


def test_old_addresses_in_mails_lead_to_the_pages(browser):
    targets = {
        path: browser.get(f"/event/php-day/{path}").location
        for path in ("edit", "edit-tracks", "add-talk", "claims", "reported-comments")
    }

    assert targets == {
        "edit": "/event/php-day/manage/details/",
        "edit-tracks": "/event/php-day/manage/tracks/",
        "add-talk": "/event/php-day/manage/talks/new/",
        "claims": "/event/php-day/manage/claims/",
        "reported-comments": "/event/php-day/manage/comments/",
    }


@pytest.mark.parametrize(("decision", "user_id", "left"), [("approve", True, 1), ("reject", False, 0), ("x", False, 1)])
def test_a_claim_is_decided(session, organiser, event, manage, decision, user_id, left):
    ada = make_user(session, "ada")
    make_talk(session, make_event(session), "Earlier talk", speakers=[ada])
    talk = make_talk(session, event, speakers=["Ada L."])
    claim = make_claim(session, talk, talk.speakers[0], ada)
    session.commit()

    page = organiser.get(f"{manage}claims/")
    reply = organiser.send(f"{manage}claims/{claim.id}/", {"decision": decision}, page=f"{manage}claims/")

    speaker = session.scalars(select(TalkSpeaker).where(TalkSpeaker.talk_id == talk.id)).one()
    assert "Earlier talk" in main_text(page)
    assert (reply.status_code, reply.location) == (
        303,
        f"{manage}claims/#{f'claim-{claim.id}' if decision == 'x' else 'claims'}",
    )
    assert (speaker.user_id == ada.id) is user_id
    assert len(session.scalars(select(TalkClaim)).all()) == left


def test_reported_comments_are_shown_again_or_kept_hidden(session, organiser, event, manage):
    comment, talk_comment = make_event_comment(session, event), make_talk_comment(session, make_talk(session, event))
    for each in (comment, talk_comment):
        make_report(session, each)
        each.is_hidden = True
    session.commit()
    page = f"{manage}comments/"
    shown = main_text(organiser.get(page))

    organiser.send(f"{page}events/{comment.id}/", {"decision": "denied"}, page=page)
    organiser.send(f"{page}talks/{talk_comment.id}/", {"decision": "approved"}, page=page)
    session.refresh(comment)
    session.refresh(talk_comment)

    assert comment.text in shown
    assert (comment.is_hidden, talk_comment.is_hidden) == (False, True)
    assert audited_actions(session) == ["event_comment.show", "talk_comment.hide"]
    assert "There are no open reports." in main_text(organiser.get(page))


@pytest.mark.parametrize(("decision", "is_hidden"), [("release", False), ("reject", True)])
def test_a_text_of_a_guest_is_released_or_kept_hidden(session, organiser, event, manage, decision, is_hidden):
    text = make_talk_comment(
        session, make_talk(session, event), None, text="Very clear", is_waiting=True, is_hidden=True, rating=0
    )
    session.commit()
    page = f"{manage}comments/"
    shown = main_text(organiser.get(page))

    organiser.send(f"{manage}texts/{text.id}/", {"decision": decision}, page=page)
    session.refresh(text)

    assert "Very clear" in shown
    assert (text.is_waiting, text.is_hidden) == (False, is_hidden)


def test_decisions_about_another_event_are_not_found(session, organiser, event, manage):
    other = make_event(session)
    talk = make_talk(session, other, speakers=["Ada"])
    claim = make_claim(session, talk, talk.speakers[0], make_user(session))
    comment, talk_comment = make_event_comment(session, other), make_talk_comment(session, talk, is_waiting=True)
    session.commit()
    token = organiser.token("/accounts/profile/")

    def post(path):
        return organiser.post(f"{manage}{path}", {"csrfmiddlewaretoken": token, "decision": "approve"}).status_code

    paths = [f"comments/events/{comment.id}/", f"comments/talks/{talk_comment.id}/", f"texts/{talk_comment.id}/"]
    assert [post(path) for path in paths] == [404, 404, 404]
    post(f"claims/{claim.id}/")
    assert session.scalars(select(TalkClaim.host_approved_at)).one() is None


def test_hosts_are_added_by_name_and_removed_but_not_the_last(session, organiser, event, manage, host):
    ada, bob = make_user(session, "ada"), make_user(session, "bob")
    session.commit()
    page = f"{manage}people/"

    added = [organiser.send(page, {"login": login}).status_code for login in ("ada", "bob", "nemo")]
    removed = organiser.send(f"{page}{ada.id}/delete/", {}, page=page)
    organiser.send(f"{page}{host.id}/delete/", {}, page=page)
    hosts = session.scalars(select(EventHost.user_id).order_by(EventHost.id)).all()

    assert (added, removed.location) == ([303, 303, 400], page)
    assert hosts == [host.id, bob.id]
    assert audited_actions(session) == ["event.add_host", "event.add_host", "event.remove_host"]


def test_an_admin_does_not_remove_the_only_host(session, browser, event, manage, host):
    browser.sign_in_directly(make_user(session, "root", is_admin=True))
    session.commit()

    browser.send(f"{manage}people/{host.id}/delete/", {}, page=f"{manage}people/")

    assert session.scalars(select(EventHost.user_id)).all() == [host.id]


def test_settings_are_stored_and_audited(session, organiser, event, manage):
    path = f"{manage}settings/"
    opened = form_fields(organiser.get(path).text)["version"]

    reply = organiser.send(path, SETTINGS | {"version": opened})
    clash = organiser.send(path, SETTINGS | {"feedback_days": "31", "version": opened})
    wrong = organiser.send(
        path, SETTINGS | {"feedback_days": "3", "feedback_access": "cats", "rating_word_2": "x" * 41}
    )

    stored, day_starts_at = session.get_one(EventSettings, event.id), session.get_one(Event, event.id).day_starts_at
    assert [reply.status_code, clash.status_code, wrong.status_code] == [303, 409, 400]
    assert (stored.feedback_access, stored.feedback_scheme, stored.feedback_days) == ("account", "two", 30)
    assert (stored.rating_word_1, stored.rating_word_2, stored.is_star_count_public) == ("Poor", None, True)
    assert (stored.is_attendee_list_public, day_starts_at, stored.language) == (False, 5 * 60 + 30, "de")
    assert audited_actions(session) == ["event.settings"]


@pytest.mark.parametrize(
    ("header", "cookie", "language"),
    [("fr", None, "de"), ("", None, "de"), ("en-GB", None, "en"), ("fr", "en", "en"), ("en", "de", "de")],
)
def test_pages_have_the_language_of_the_event_unless_the_visitor_prefers_one(
    session, another_browser, event, header, cookie, language
):
    session.add(EventSettings(event_id=event.id, language="de"))
    talk = make_talk(session, event)
    session.commit()
    if cookie:
        another_browser.set_cookie("lang", cookie)
    path = f"/event/{event.slug}"

    pages = [
        another_browser.get(page, headers={"Accept-Language": header})
        for page in (path, f"{path}/schedule", f"{path}/{talk.slug}", f"{path}/comments", f"/f/{talk.stub}")
    ]

    assert [(page.status_code, f'<html lang="{language}"' in page.text) for page in pages] == [(200, True)] * 5
    lists = another_browser.get("/event", headers={"Accept-Language": "fr"}).text
    assert f'<html lang="{cookie or "en"}"' in lists


@pytest.mark.parametrize(
    ("value", "status"), [("00:00", 303), ("12:00", 303), ("12:01", 400), ("", 400), ("x", 400), ("25:00", 400)]
)
def test_a_day_of_the_programme_begins_until_noon(session, organiser, event, manage, value, status):
    path = f"{manage}settings/"
    version = form_fields(organiser.get(path).text)["version"]

    reply = organiser.send(path, SETTINGS | {"day_starts_at": value, "version": version})

    session.expire_all()
    assert reply.status_code == status
    assert session.get_one(Event, event.id).day_starts_at == (360 if status == 400 else 60 * int(value[:2]))


def test_talks_after_midnight_belong_to_the_day_that_the_boundary_says(session, organiser, event, manage):
    make_talk(session, event, "Night walk", starts_at=dt.datetime(2027, 5, 9, 1, 30, tzinfo=dt.UTC))
    session.commit()
    path = f"{manage}settings/"
    pages = [f"/event/{event.slug}", f"/event/{event.slug}/schedule"]

    def days():
        return [
            sorted(set(re.findall(r'(?:<h2[^>]*>|<h3>)<time datetime="(2027-05-0\d)"', organiser.get(page).text)))
            for page in pages
        ]

    before = days()
    organiser.send(
        path, SETTINGS | {"day_starts_at": "02:00", "version": form_fields(organiser.get(path).text)["version"]}
    )

    assert before == [["2027-05-08"]] * 2
    assert days() == [["2027-05-09"]] * 2


def test_the_checklist_counts_what_is_open(session, organiser, event, manage, count_statements):
    room, other = make_room(session, event), make_room(session, event)
    make_talk(session, event, starts_at=STARTS_AT, duration=60, room_id=room.id, speakers=["Ada"])
    make_talk(session, event, starts_at=STARTS_AT, duration=60, room_id=other.id, tracks=[make_track(session, event)])
    text = main_text(organiser.get(manage))

    assert "Rooms 2" in text
    assert "Talks that overlap another in their room 0" in text
    with count_statements() as few:
        organiser.get(manage)
    for _ in range(5):
        make_talk(session, event, starts_at=STARTS_AT, duration=60, room_id=room.id, speakers=["Ada", "Bob"])
    session.commit()
    with count_statements() as many:
        reply = organiser.get(manage)
    assert "Talks that overlap another in their room 5" in main_text(reply)
    assert len(many) == len(few)


def test_the_page_of_the_event_links_to_its_organisers_pages_for_hosts_alone(organiser, another_browser, event, manage):
    pages = [browser.get(f"/event/{event.slug}").text for browser in (organiser, another_browser)]

    assert [manage in page for page in pages] == [True, False]


@pytest.fixture
def nameless(session, event):
    """A reported comment of Hilda, who has hidden her name."""
    author = make_user(session, "hilda", full_name="Hidden Hilda")
    comment = make_talk_comment(session, make_talk(session, event), author, is_name_hidden=True, is_hidden=True)
    make_report(session, comment)
    session.commit()
    return comment


def test_reasons_and_words_of_reports_are_shown(session, organiser, event, manage):
    comment, talk_comment = make_event_comment(session, event), make_talk_comment(session, make_talk(session, event))
    for each, reason in ((comment, "spam"), (talk_comment, "private_data")):
        report = make_report(session, each)
        report.reason, report.note = reason, f"It is {reason}."
    make_report(session, comment)
    session.commit()

    shown = main_text(organiser.get(f"{manage}comments/"))

    for text in ("Spam", "It is spam.", "Private data", "It is private_data."):
        assert text in shown


def test_admins_see_a_hidden_name_on_a_report_and_leave_an_entry(session, browser, event, manage, nameless):
    browser.sign_in_directly(make_user(session, "root", is_admin=True))
    page = f"{manage}comments/"
    before = browser.get(page).text

    shown = browser.send(f"{page}talks/{nameless.id}/author/", {}, page=page)

    assert ("Hidden Hilda" in before, shown.status_code, "Hidden Hilda" in shown.text) == (False, 200, True)
    assert audited_actions(session) == ["talk_comment.reveal_author"]
    assert "Hidden Hilda" not in browser.get(page).text
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.actor_name, entry.subject_id, entry.subject_name, entry.changes) == ("root", nameless.id, None, {})


def test_hosts_see_no_hidden_name(session, organiser, event, manage, nameless):
    page = f"{manage}comments/"

    reply = organiser.send(f"{page}talks/{nameless.id}/author/", {}, page=page)

    assert (reply.status_code, audited_actions(session)) == (403, [])
    for text in (reply.text, organiser.get(page).text):
        assert "Hidden Hilda" not in text
        assert "Show the author" not in text


@pytest.mark.parametrize("change", [{"is_name_hidden": False}, {"user_id": None}])
def test_without_a_hidden_name_nothing_is_revealed(session, browser, manage, nameless, change):
    browser.sign_in_directly(make_user(session, "root", is_admin=True))
    for name, value in change.items():
        setattr(nameless, name, value)
    session.commit()
    page = f"{manage}comments/"

    reply = browser.send(f"{page}talks/{nameless.id}/author/", {}, page=page)

    assert (reply.status_code, audited_actions(session)) == (303, [])


def test_a_name_stays_hidden_once_the_report_is_decided(session, browser, manage, nameless):
    browser.sign_in_directly(make_user(session, "root", is_admin=True))
    page = f"{manage}comments/"
    browser.send(f"{page}talks/{nameless.id}/", {"decision": "denied"}, page=page)

    reply = browser.send(f"{page}talks/{nameless.id}/author/", {}, page=page)

    assert (reply.status_code, audited_actions(session)) == (303, ["talk_comment.show"])
