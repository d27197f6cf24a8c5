"""Mail preferences: the unsubscribe link, and all topics of a signed-in user."""

import pytest

from joindin.queries.mail_opt_outs import get_opted_out_topics
from joindin.security.tokens import unsubscribe_token
from tests.browser_client import Browser, main_text, make_user_with_password
from tests.factories import make_user

SECRET = "used in tests only"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def link(session, user, topic="feedback"):
    session.flush()
    return f"/accounts/mails/{unsubscribe_token(SECRET, user.id, topic)}/"


def test_opening_the_link_changes_nothing(browser, session):
    ann = make_user(session, "ann")

    pages = [browser.get(link(session, ann)) for _ in range(2)]

    assert [page.status_code for page in pages] == [200, 200]
    assert main_text(pages[0]).startswith("Mails about comments on your talks ann gets these mails.")
    assert get_opted_out_topics(session, ann.id) == set()
    assert "no-store" in pages[0].headers["Cache-Control"]


def test_one_click_unsubscribe_opts_out_of_the_topic(app, session):
    ann, bea = make_user(session, "ann"), make_user(session, "bea")

    reply = Browser(app, base_url="https://mail.example").post(link(session, ann), ONE_CLICK)

    assert (reply.status_code, reply.headers.get("Location")) == (200, None)
    assert main_text(reply).startswith("No more mails about comments on your talks")
    assert (get_opted_out_topics(session, ann.id), get_opted_out_topics(session, bea.id)) == ({"feedback"}, set())


def test_the_address_without_slash_of_earlier_mails_does_the_same(browser, session):
    ann = make_user(session)
    earlier = link(session, ann).removesuffix("/")

    assert browser.get(earlier).location == f"{earlier}/"
    assert browser.post(earlier, ONE_CLICK).status_code == 200
    assert get_opted_out_topics(session, ann.id) == {"feedback"}


def test_unsubscribing_is_idempotent_and_can_be_undone(browser, session):
    ann = make_user(session)
    place = link(session, ann, "hosting")

    replies = [browser.post(place), browser.post(place, ONE_CLICK)]
    assert ([reply.status_code for reply in replies], get_opted_out_topics(session, ann.id)) == (
        [200, 200],
        {"hosting"},
    )

    again = browser.post(place, {"subscribe": "yes"})

    assert (again.status_code, get_opted_out_topics(session, ann.id)) == (200, set())
    assert main_text(again).startswith("Mails about claimed talks and reported comments at your events")


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("change", ["user", "topic", "signature", "other secret", "no topic of ours", "gone"])
def test_forged_link_is_not_found(browser, session, method, change):
    ann, bea = make_user(session), make_user(session)
    session.flush()
    token = unsubscribe_token(SECRET, ann.id, "feedback")
    wrong = {
        "user": token.replace(str(ann.id), str(bea.id), 1),
        "topic": token.replace("feedback", "hosting"),
        "signature": token[:-1] + ("0" if token[-1] != "0" else "1"),
        "other secret": unsubscribe_token("another", ann.id, "feedback"),
        "no topic of ours": unsubscribe_token(SECRET, ann.id, "weather"),
        "gone": unsubscribe_token(SECRET, 12345, "feedback"),
    }[change]

    reply = browser.request(method, f"/accounts/mails/{wrong}/")

    assert (reply.status_code, reply.mimetype) == (404, "text/html")
    assert get_opted_out_topics(session, ann.id) | get_opted_out_topics(session, bea.id) == set()


def test_user_chooses_topics(browser, session):
    ann = make_user_with_password(session, "ann")
    browser.sign_in(ann)
    page = browser.get("/accounts/mails/")
    assert page.text.count('type="checkbox"') == page.text.count("checked") == 3

    reply = browser.send("/accounts/mails/", {"topics": ["hosting"]})

    assert (reply.status_code, get_opted_out_topics(session, ann.id)) == (302, {"feedback", "digest"})
    page = browser.get("/accounts/mails/")
    assert (page.text.count("checked"), "Your choice is saved." in page.text) == (1, True)


def test_no_topic_selected_opts_out_of_all(browser, session):
    ada = make_user_with_password(session, "ada", is_admin=True)
    browser.sign_in(ada)

    reply = browser.send("/accounts/mails/", {})

    assert (reply.status_code, get_opted_out_topics(session, ada.id)) == (
        302,
        {"feedback", "digest", "hosting", "approval"},
    )


@pytest.mark.parametrize("topics", [["weather"], ["approval"], ["hosting", "x" * 5000]])
def test_unknown_topics_are_refused(browser, session, topics):
    ann = make_user_with_password(session)
    browser.sign_in(ann)

    reply = browser.send("/accounts/mails/", {"topics": topics})

    assert (reply.status_code, "There is a problem" in reply.text) == (200, True)
    assert get_opted_out_topics(session, ann.id) == set()


def test_preferences_need_a_sign_in_and_the_csrf_token(browser, session):
    assert browser.get("/accounts/mails/").headers["Location"].startswith("/accounts/login/?next=")

    ann = make_user_with_password(session)
    browser.sign_in(ann)
    reply = browser.post("/accounts/mails/", {"topics": ["hosting"]})

    assert (reply.status_code, get_opted_out_topics(session, ann.id)) == (403, set())
