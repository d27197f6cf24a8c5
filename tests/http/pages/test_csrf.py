"""Forms that other sites make people send."""

from io import BytesIO

import pytest

from joindin.models import BrowserSession, Group
from joindin.utils.datetimes import utc_now
from tests.browser_client import PASSWORD, Browser, form_fields, main_text, make_user_with_password
from tests.factories import newest

pytestmark = pytest.mark.runs_once("CSRF tokens do not depend on the database")


def test_a_form_without_its_token_is_refused(browser, session):
    ann = make_user_with_password(session)
    browser.get("/accounts/login/")

    reply = browser.post("/accounts/login/", {"username": ann.username, "password": PASSWORD})

    assert (reply.status_code, "This form has expired" in reply.text) == (403, True)
    assert browser.cookie("sessionid") is None


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "x" * 5000, "\0"])
def test_a_form_with_an_invented_token_is_refused(browser, session, token):
    browser.sign_in(make_user_with_password(session))

    reply = browser.post("/accounts/logout/", {"csrfmiddlewaretoken": token})

    assert (reply.status_code, browser.is_signed_in) == (403, True)


def test_a_token_is_valid_for_its_own_session_only(browser, another_browser, session):
    browser.sign_in(make_user_with_password(session))
    another_browser.sign_in(make_user_with_password(session))

    reply = browser.post("/accounts/logout/", {"csrfmiddlewaretoken": another_browser.token("/accounts/")})

    assert (reply.status_code, browser.is_signed_in) == (403, True)


def test_a_form_is_valid_after_the_browser_was_closed(browser, session):
    """Flash messages end with the browser session; the sign-in session does not."""
    browser.sign_in_directly(make_user_with_password(session, is_admin=True))

    reply = browser.send("/desk/groups/", {"name": "Kitchen"})

    assert (reply.status_code, newest(session, Group).name) == (303, "Kitchen")


@pytest.mark.parametrize(
    ("headers", "status"), [({}, 403), ({"Origin": "https://evil.example"}, 403), ({"Origin": "http://localhost"}, 302)]
)
def test_a_visitors_token_is_valid_after_sign_in_on_pages_of_this_site(browser, session, headers, status):
    token = browser.token()
    browser.sign_in(make_user_with_password(session))

    reply = browser.post("/accounts/logout/", {"csrfmiddlewaretoken": token}, headers=headers)

    assert (reply.status_code, browser.is_signed_in) == (status, status == 403)


@pytest.mark.parametrize(("is_same_user", "status"), [(True, 302), (False, 403)])
def test_a_form_of_an_expired_session_is_valid_for_its_own_user_only(browser, session, is_same_user, status):
    ann, bob = make_user_with_password(session), make_user_with_password(session)
    browser.sign_in(ann)
    token = browser.token("/accounts/")
    newest(session, BrowserSession).revoked_at = utc_now()
    session.commit()
    browser.sign_in(ann if is_same_user else bob)

    reply = browser.post("/accounts/logout/", {"csrfmiddlewaretoken": token}, headers={"Origin": "http://localhost"})

    assert (reply.status_code, browser.is_signed_in) == (status, not is_same_user)


def test_the_cookies_of_another_user_do_not_make_a_token_valid(browser, another_browser, session):
    """As when a neighbouring host can set cookies for the whole domain."""
    browser.sign_in(make_user_with_password(session))
    token = another_browser.token()
    for name in ("csrftoken", "joindin_memo"):
        browser.set_cookie(name, another_browser.cookie(name))

    reply = browser.post("/accounts/logout/", {"csrfmiddlewaretoken": token})

    assert (reply.status_code, browser.is_signed_in) == (403, True)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example", "http://localhost:81"]
)
def test_another_site_is_refused_with_any_token(browser, session, origin):
    browser.sign_in(make_user_with_password(session))

    reply = browser.send("/accounts/logout/", page="/accounts/", headers={"Origin": origin})

    assert (reply.status_code, browser.is_signed_in) == (403, True)


def test_the_own_site_is_accepted(browser, session):
    browser.sign_in(make_user_with_password(session))

    reply = browser.send("/accounts/logout/", page="/accounts/", headers={"Origin": "http://localhost"})

    assert (reply.status_code, browser.is_signed_in) == (302, False)


def test_the_token_of_the_cookie_is_accepted_in_the_header(browser, session):
    """As clients of ephios send it, which have no page to read it from."""
    ann = make_user_with_password(session)
    browser.get("/accounts/login/")

    entered = browser.post(
        "/accounts/login/",
        {"username": ann.email, "password": PASSWORD, "csrfmiddlewaretoken": browser.cookie("csrftoken")},
    )
    left = browser.post("/accounts/logout/", headers={"X-CSRFToken": browser.cookie("csrftoken")})

    assert (entered.status_code, left.status_code) == (302, 302)
    assert newest(session, BrowserSession).revoked_at is not None


def test_a_form_stays_valid_in_another_tab(browser, session):
    browser.sign_in(make_user_with_password(session))
    first = browser.token("/accounts/")
    browser.get("/accounts/")

    reply = browser.post("/accounts/logout/", {"csrfmiddlewaretoken": first})

    assert reply.status_code == 302


def test_a_session_and_its_cookie_are_enough(app, browser, session):
    browser.sign_in(make_user_with_password(session))
    script = Browser(app)
    for name in ("sessionid", "csrftoken"):
        script.set_cookie(name, browser.cookie(name))

    reply = script.post("/accounts/logout/", headers={"X-CSRFToken": browser.cookie("csrftoken")})

    assert reply.status_code == 302


def test_requests_with_tokens_need_no_csrf_token(api, session):
    reply = api.signed_in(make_user_with_password(session)).post(
        "/v2.1/events/99/attending", headers={"Origin": "https://elsewhere.example"}
    )

    assert (reply.status_code, reply.json) == (404, ["Event not found"])


OWN_ORIGIN = {"Origin": "http://localhost"}
SUBMISSION = "/event/submit"


def test_an_expired_form_of_this_site_comes_back_with_its_input(app, session, browser):
    user = make_user_with_password(session, full_name="Ann <Ash>")
    browser.sign_in_directly(user)
    fields = {"csrfmiddlewaretoken": "old", "name": 'A "name"', "description": "One\n\n<b>two</b>", "tags": ["a", "b"]}

    reply = browser.post(SUBMISSION, fields, headers=OWN_ORIGIN)

    assert (reply.status_code, reply.headers["Cache-Control"]) == (403, "no-store")
    assert "You are signed in as Ann <Ash>." in main_text(reply)
    kept = form_fields(reply.text)
    assert (kept.pop("csrfmiddlewaretoken") != "old", kept["name"]) == (True, 'A "name"')
    assert kept["description"] == "One\n\n<b>two</b>"
    assert reply.text.count('<input type="hidden" name="tags"') == 2
    # The returned form is accepted, and checked as usual.
    again = browser.post(SUBMISSION, form_fields(reply.text), headers=OWN_ORIGIN)
    assert (again.status_code, "There is a problem" in again.text) == (400, True)


def test_a_form_is_sent_once_more_after_its_sender_has_signed_in_again(browser, session):
    user = make_user_with_password(session)
    first = browser.post(SUBMISSION, {"name": "Elephant Conf"}, headers=OWN_ORIGIN)
    # Without signing in.
    second = browser.post(SUBMISSION, form_fields(first.text), headers=OWN_ORIGIN)
    browser.sign_in(user)
    last = browser.post(SUBMISSION, form_fields(second.text), headers=OWN_ORIGIN)

    # The form is accepted, and checked as usual.
    assert [reply.status_code for reply in (first, second, last)] == [403, 403, 400]
    for reply in (first, second):
        assert "Sign in (in a new window)" in main_text(reply)
    for reply in (first, second, last):
        assert form_fields(reply.text)["name"] == "Elephant Conf"


def test_a_form_of_one_user_is_not_sent_by_the_next_one(browser, session):
    """The page says who is signed in now."""
    browser.sign_in(make_user_with_password(session))
    token = browser.token(SUBMISSION)
    browser.send("/accounts/logout/", page="/accounts/")
    browser.sign_in(make_user_with_password(session, full_name="Bob Birch"))

    reply = browser.post(SUBMISSION, {"csrfmiddlewaretoken": token, "name": "Elephant Conf"}, headers=OWN_ORIGIN)

    assert (reply.status_code, "You are signed in as Bob Birch." in main_text(reply)) == (403, True)


def test_files_of_an_expired_form_are_to_be_added_again(browser, session):
    browser.sign_in_directly(make_user_with_password(session))
    fields = {"name": "Elephant Conf", "image": (BytesIO(b"GIF89a"), "a.gif")}

    reply = browser.post(SUBMISSION, fields, headers=OWN_ORIGIN, content_type="multipart/form-data")

    assert "Files are not kept" in main_text(reply)
    assert 'enctype="multipart/form-data"' in reply.text


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (SUBMISSION, {}),
        (SUBMISSION, {"Origin": "https://evil.example"}),
        (SUBMISSION, {"Origin": "null"}),
        ("/accounts/password/", OWN_ORIGIN),
    ],
)
def test_forms_of_other_sites_and_of_accounts_do_not_come_back(browser, session, path, headers):
    browser.sign_in(make_user_with_password(session))

    reply = browser.post(path, {"old_password": PASSWORD, "name": "Elephant Conf"}, headers=headers)

    assert reply.status_code == 403
    assert "Elephant Conf" not in reply.text
    assert PASSWORD not in reply.text
