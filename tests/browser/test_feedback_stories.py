"""Stories of feedback in a browser: ratings that move to an account (T11), levels (T14), bursts (T15), speakers (T16), texts (T25)."""

import datetime as dt
import json
import urllib.error
import urllib.parse
import urllib.request

import pytest
from sqlalchemy import select

from joindin.models import AuditEntry, Device, Talk, TalkComment, TalkLink, TalkRating, TalkSpeaker, User
from joindin.operations.feedback.limits import GUEST_NETWORK
from joindin.utils.datetimes import utc_now
from tests.browser_client import PASSWORD, make_user_with_password
from tests.factories import make_event, make_room, make_talk, make_talk_comment, make_user

TITLE, OTHER_TITLE = "On tides & timetables", "Harbour lights"
PATH = "/event/harbour/tides"


@pytest.fixture
def host(session):
    return make_user_with_password(session, "hanna", full_name="Hanna Host")


@pytest.fixture
def talk(session, host):
    """A talk of an event that ended three days ago, in a room with ten chairs."""
    starts_at = utc_now() - dt.timedelta(days=5)
    event = make_event(session, "Harbour Code Days", slug="harbour", host=host, starts_at=starts_at)
    room = make_room(session, event, "Quay", capacity=10)
    talk = make_talk(
        session, event, TITLE, slug="tides", stub="tides", speakers=["Bob Birch"], room_id=room.id, starts_at=starts_at
    )
    make_talk(session, event, OTHER_TITLE, slug="lights", stub="light", speakers=["Bea Buoy"], starts_at=starts_at)
    make_user_with_password(session, "grace", full_name="Grace Guest")
    session.commit()
    return talk


@pytest.fixture
def sign_in(new_visitor):
    def signing_in(username, **options):
        visitor = new_visitor(**options)
        visitor.sign_in(username, PASSWORD)
        return visitor

    return signing_in


def rate(visitor, stub, word):
    visitor.visit(f"/f/{stub}")
    visitor.press(word)
    assert "Thank you" in visitor.text


def test_a_guest_keeps_ratings_with_an_account_and_forgets_the_device(new_visitor, sign_in, session, talk):
    guest = new_visitor(javascript=False)
    rate(guest, "tides", "4 Great")
    rate(guest, "light", "5 Brilliant")
    guest.visit("/accounts/login/?next=/me/")
    guest.fill(username="grace", password=PASSWORD)
    guest.press("Sign in")
    guest.check_page("ratings of a device after the sign-in")
    guest.press("Keep with my account")

    other = sign_in("grace")
    other.visit("/me/ratings/?talk=tides")
    assert "Your rating is stored: 4, Great." in other.text
    other.visit("/me/ratings/?talk=light")
    assert "Your rating is stored: 5, Brilliant." in other.text
    third = new_visitor(javascript=False)
    rate(third, "tides", "1 Needs more work")
    third.visit("/guest/")
    third.press("Forget this device")
    assert third.context.cookies() == []
    session.expire_all()
    assert session.query(Device).count() == 0
    assert sorted(rating.rating for rating in session.query(TalkRating)) == [4, 5]


def test_a_hidden_name_is_nowhere_but_on_the_report_for_admins(new_visitor, sign_in, session, server, talk):
    make_user_with_password(session, "root", full_name="Rita Root", is_admin=True)
    make_user_with_password(session, "otto", full_name="Otto Other")
    session.commit()
    author = sign_in("grace")
    author.visit(PATH)
    author.page.get_by_label("Comment", exact=True).fill("Honest words")
    author.page.get_by_label("2 Had potential").check()
    author.page.get_by_label("Everyone, without my name").check()
    author.press("Send")

    guest = new_visitor()
    for path in (PATH, "/event/harbour/talk-comments"):
        guest.visit(path)
        assert "Honest words" in guest.text
        assert "Grace" not in guest.text
    guest.visit("/user/grace")
    assert "Honest words" not in guest.text
    with urllib.request.urlopen(f"{server.url}/v2.1/talks/{talk.id}/comments?verbose=yes") as reply:
        [listed] = json.load(reply)["comments"]
    assert (listed["comment"], listed["user_display_name"], "user_uri" in listed) == ("Honest words", None, False)

    reporter = sign_in("otto")
    reporter.visit(PATH)
    reporter.page.locator(".comment a", has_text="Report").click()
    reporter.page.get_by_label("Insult").check()
    reporter.page.get_by_label("Note for the hosts").fill("About me")
    reporter.press("Report and hide")
    assert "Honest words" not in reporter.text
    hanna = sign_in("hanna")
    hanna.visit("/event/harbour/manage/comments/")
    assert "Insult" in hanna.text
    assert "About me" in hanna.text
    assert "Grace" not in hanna.text
    assert "Show the author" not in hanna.text
    rita = sign_in("root")
    rita.visit("/event/harbour/manage/comments/")
    rita.check_page("reported comment with a hidden name")
    assert "Grace" not in rita.text
    rita.press("Show the author's name Honest words")
    rita.check_page("hidden name of a reported comment")
    assert "Grace Guest (name hidden)" in rita.text
    assert [(entry.action, entry.actor_name) for entry in session.query(AuditEntry)] == [
        ("talk_comment.reveal_author", "root")
    ]


def tap_without_cookie(server, stub, rating):
    """Rate as a device that keeps no cookie; return the status."""
    data = urllib.parse.urlencode({"rating": rating}).encode()
    request = urllib.request.Request(
        f"{server.url}/guest/feedback/{stub}/", data, headers={"Sec-Fetch-Site": "same-origin"}
    )
    try:
        return urllib.request.urlopen(request).status
    except urllib.error.HTTPError as error:
        return error.code


def test_many_taps_are_slowed_and_a_burst_is_left_out_and_brought_back(new_visitor, sign_in, session, server, talk):
    guest = new_visitor(javascript=False)
    for word in ("1 Needs more work", "2 Had potential", "3 Worth hearing", "4 Great", "5 Brilliant"):
        rate(guest, "tides", word)
    assert [rating.rating for rating in session.query(TalkRating)] == [5]

    allowed = GUEST_NETWORK.max_count - 5
    statuses = [tap_without_cookie(server, "tides", 1) for _ in range(50)]
    assert statuses == [200] * allowed + [429] * (50 - allowed)
    guest.visit("/f/tides")
    guest.press("4 Great")
    assert "Please wait" in guest.text
    guest.check_page("too many ratings of one network")

    hanna = sign_in("hanna", javascript=False)
    hanna.visit("/event/harbour/manage/")
    hanna.visit("/event/harbour/manage/feedback/")
    hanna.check_page("burst of ratings")
    assert f"{TITLE} {allowed + 1} ratings" in hanna.text
    # More than chairs, and most from one network.
    buttons = hanna.page.get_by_role("button", name=f"Leave them out {TITLE}")
    assert buttons.count() == 2
    buttons.first.click()
    hanna.page.wait_for_load_state()
    hanna.check_page("burst that is left out")
    session.expire_all()
    assert session.get_one(Talk, talk.id).guest_rating_count == 0
    hanna.press(f"Count them again {TITLE}")
    session.expire_all()
    assert session.get_one(Talk, talk.id).guest_rating_count == allowed + 1
    assert [entry.action for entry in session.query(AuditEntry).order_by(AuditEntry.id)] == [
        "talk.leave_out_ratings",
        "talk.count_ratings",
    ]


def test_a_speaker_claims_edits_answers_shares_and_is_unlinked(new_visitor, sign_in, session, talk):
    for username in ("bob", "bea"):
        make_user_with_password(session, username, full_name=f"{username.title()} Speaker")
    comment = make_talk_comment(session, talk, make_user(session), rating=4, text="Which harbour?")
    other = session.query(Talk).filter_by(stub="light").one()
    session.commit()
    bob, hanna = sign_in("bob", javascript=False), sign_in("hanna", javascript=False)
    bob.visit(PATH)
    bob.press("Are you a speaker of this talk?", role="link")
    bob.press("This is me")
    hanna.visit("/event/harbour/manage/claims/")
    hanna.page.locator("button[value=approve]").click()
    hanna.page.wait_for_load_state()
    assert hanna.page.evaluate("document.activeElement.id") == "claims"
    hanna.visit(f"{PATH}/delete")
    hanna.check_page("talk to delete")
    # The host names the other speaker, who accepts.
    hanna.visit(f"/event/harbour/manage/talks/{other.id}/")
    hanna.page.get_by_label("Account of speaker 1").fill("bea")
    hanna.press("Save")
    bea = sign_in("bea", javascript=False)
    bea.visit("/accounts/claims/")
    bea.page.locator("button[value=accept]").click()
    bea.page.wait_for_load_state()
    claimed = select(User.username).join(TalkSpeaker, TalkSpeaker.user_id == User.id).order_by(User.username)
    assert session.scalars(claimed).all() == ["bea", "bob"]

    bob.visit(f"{PATH}/edit")
    bob.check_page("edit a talk")
    bob.page.locator("#link-url-1").fill("https://slides.example/1")
    bob.press("Save")
    assert "The talk is stored." in bob.text
    bob.visit(f"{PATH}/edit")
    bob.page.locator("#link-type-2").select_option("video_link")
    bob.page.locator("#link-url-2").fill("https://video.example/2")
    bob.press("Save")
    assert [link.type for link in session.query(TalkLink).order_by(TalkLink.id)] == ["slides_link", "video_link"]
    bob.press("Answer", role="link")
    bob.fill(text="The one of Bristol")
    bob.press("Save")
    assert "The one of Bristol" in bob.text
    bob.visit(f"{PATH}/results")
    bob.press("Make a shared address")
    address = next(word for word in bob.text.split() if "?share=" in word)
    guest = new_visitor(javascript=False)
    guest.visit(urllib.parse.urlsplit(address).path + "?" + urllib.parse.urlsplit(address).query)
    assert "Which harbour?" in guest.text
    row = session.query(TalkSpeaker).filter_by(talk_id=talk.id).one()
    hanna.visit(f"{PATH}/speakers/{row.id}/unlink")
    hanna.check_page("remove the account of a speaker")
    hanna.press("Remove")
    session.expire_all()
    assert session.get_one(TalkSpeaker, row.id).user_id is None
    assert bob.visit(f"{PATH}/results").status == 403
    assert session.get_one(TalkComment, comment.id).answer == "The one of Bristol"


def fill_comment(author):
    author.page.get_by_label("Comment", exact=True).fill("A long text <kept>")
    author.page.get_by_label("4 Great").check()


def sign_in_in_window(window):
    window.locator("[name=username]").fill("grace")
    window.locator("[name=password]").fill(PASSWORD)
    window.get_by_role("button", name="Sign in", exact=True).click()
    window.wait_for_url(f"**{PATH}")


def test_a_text_survives_the_end_of_the_session_and_is_stored_once(sign_in, session, talk):
    author = sign_in("grace", javascript=False)
    author.visit(PATH)
    fill_comment(author)
    author.context.clear_cookies()

    author.press("Send")
    assert "You are not signed in any more." in author.text
    author.check_page("comment of a person who is not signed in any more")
    with author.context.expect_page() as opened:
        author.page.get_by_role("link", name="Sign in (in a new window)").click()
    sign_in_in_window(opened.value)
    assert author.page.get_by_label("Comment", exact=True).input_value() == "A long text <kept>"
    author.press("Send")
    assert author.path.startswith(f"{PATH}#comment-")
    assert "A long text <kept>" in author.text

    author.page.get_by_label("Comment", exact=True).fill("A long text <kept>")
    author.press("Send")
    assert author.path.startswith(f"{PATH}#comment-")
    session.expire_all()
    assert [comment.text for comment in session.query(TalkComment)] == ["A long text <kept>"]


def test_a_text_in_a_form_of_another_session_is_sent_again(sign_in, session, talk):
    author = sign_in("grace", javascript=False)
    author.visit(PATH)
    fill_comment(author)
    author.context.clear_cookies()
    window = author.context.new_page()
    window.goto(f"/accounts/login/?next={PATH}")
    sign_in_in_window(window)

    author.press("Send")
    assert "This form was open for too long." in author.text
    author.check_page("comment in an expired form")
    author.press("Send")
    assert author.path.startswith(f"{PATH}#comment-")
    session.expire_all()
    assert [comment.text for comment in session.query(TalkComment)] == ["A long text <kept>"]
