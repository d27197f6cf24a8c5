"""Second factors: adding, signing in, rate limits, removal."""

import datetime as dt
import html
import json
import re

import pyotp
import pytest
import time_machine
from sqlalchemy import func, select, update
from webauthn.helpers import bytes_to_base64url

from joindin.extensions import db
from joindin.models import Authenticator, BrowserSession, Mail, Passkey, RecoveryCode, User
from joindin.operations.accounts.second_factors import RECOVERY_CODE_COUNT, add_authenticator, make_recovery_codes
from joindin.operations.rate_limits import SECOND_FACTOR, SECOND_FACTOR_ACCOUNT
from joindin.resources.web.account import second_factor_step
from joindin.utils.datetimes import utc_now
from tests.browser_client import PASSWORD, Browser, form_fields, main_text, make_user_with_password
from tests.concurrency import run_concurrently
from tests.factories import make_client, newest
from tests.resources.web.account.passkey_device import PasskeyDevice

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
KEY = "used in tests only"
HERE = "/accounts/security/"


@pytest.fixture
def ann(session):
    return make_user_with_password(session, "ann")


@pytest.fixture
def codes(session, ann):
    """Ann's recovery codes; her app was added with a code of five minutes ago."""
    then = utc_now() - dt.timedelta(minutes=5)
    made = add_authenticator(session, ann, SECRET, pyotp.TOTP(SECRET).at(then), secret_key=KEY, now=then)
    session.commit()
    return made


def code(seconds=0):
    return pyotp.TOTP(SECRET).at(utc_now() + dt.timedelta(seconds=seconds))


def enter_password(browser, user, **fields):
    reply = browser.sign_in(user, **fields)
    assert reply.headers["Location"].startswith("/accounts/second/")
    return reply.headers["Location"]


def enter_code(browser, entered_code, page="/accounts/second/"):
    shown = form_fields(browser.get(page).text)
    return browser.post("/accounts/second/", {**shown, "code": entered_code, "credential": ""})


def mail_kinds(session):
    query = select(Mail).where(Mail.kind == "second_factor").order_by(Mail.id)
    return [mail.context["what"] for mail in session.scalars(query)]


def count_rows(session, model):
    return session.scalar(select(func.count()).select_from(model))


def options_of(page):
    return json.loads(html.unescape(re.search(r'data-passkey="([^"]*)"', page)[1]))


def test_authenticator_is_added_with_one_of_its_codes(browser, session, ann):
    browser.sign_in(ann)
    page = browser.get("/accounts/security/authenticator/")
    secret = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page.text)[1].replace(" ", "")
    fields = form_fields(page.text)

    wrong = browser.post("/accounts/security/authenticator/", {**fields, "code": "000000"})
    nothing_yet = count_rows(session, Authenticator)
    fields = form_fields(wrong.text)
    right = browser.post("/accounts/security/authenticator/", {**fields, "code": pyotp.TOTP(secret).at(utc_now())})

    kept = session.get(Authenticator, ann.id)
    shown = re.findall(r"<li>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</li>", right.text)
    assert ("<svg" in page.text, f"secret={secret}" in html.unescape(page.text)) == (True, True)
    assert ("That code is not right" in main_text(wrong), secret in wrong.text.replace(" ", ""), nothing_yet) == (
        True,
        True,
        0,
    )
    assert (right.status_code, len(set(shown)), count_rows(session, RecoveryCode)) == (
        200,
        RECOVERY_CODE_COUNT,
        RECOVERY_CODE_COUNT,
    )
    assert (secret in kept.secret, kept.secret.startswith("gAAAA")) == (False, True)
    assert mail_kinds(session) == ["an app that shows codes was added"]
    assert "10 codes left" in main_text(browser.get(HERE))


def test_encrypted_secret_is_bound_to_the_user(browser, another_browser, session, ann):
    browser.sign_in(ann)
    another_browser.sign_in(make_user_with_password(session))
    sealed = form_fields(browser.get("/accounts/security/authenticator/").text)["encrypted_secret"]

    for entered_code in (sealed, "nonsense", ""):
        reply = another_browser.send(
            "/accounts/security/authenticator/", {"encrypted_secret": entered_code, "code": "123456"}
        )
        assert reply.status_code == 200

    assert count_rows(session, Authenticator) == 0


def test_sign_in_needs_a_code(browser, session, ann, codes):
    page = enter_password(browser, ann, next="/user/ann")
    before = browser.is_signed_in

    wrong = enter_code(browser, "000000", page)
    right = enter_code(browser, code(), page)

    assert (before, wrong.status_code, "That code is not right" in main_text(wrong)) == (False, 200, True)
    assert (right.status_code, right.headers["Location"], browser.is_signed_in) == (302, "/user/ann", True)


def test_owner_is_notified_of_the_third_wrong_code(browser, session, ann, codes):
    page = enter_password(browser, ann)
    mail_counts = []
    for entered_code in ("000000", "000000", "000000", "000000", code(), "000000"):
        enter_code(browser, entered_code, page)
        mail_counts.append([mail.kind for mail in session.scalars(select(Mail))].count("second_factor_failed"))
        if entered_code != "000000":
            browser.send("/accounts/logout/", page="/accounts/")
            page = enter_password(browser, ann)

    assert mail_counts == [0, 0, 1, 1, 1, 1]


@pytest.mark.parametrize(("seconds", "taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_code_is_valid_for_its_half_minute_and_the_next(browser, ann, codes, seconds, taken):
    with time_machine.travel(utc_now() + dt.timedelta(seconds=1), tick=False):
        enter_password(browser, ann)

        enter_code(browser, code(seconds))

        assert browser.is_signed_in is taken


@pytest.mark.parametrize(
    "entered_code", ["", " ", "12345", "1234567", "١٢٣٤٥٦", "abcdef", "0" * 5000, "\0" * 6, "-12345"]
)
def test_malformed_code_is_refused(browser, ann, codes, entered_code):
    enter_password(browser, ann)

    reply = enter_code(browser, entered_code)

    assert (reply.status_code, browser.is_signed_in) == (200, False)


def test_code_is_accepted_once_and_no_earlier_one_after_it(browser, another_browser, ann, codes):
    with time_machine.travel(utc_now(), tick=False):
        enter_password(browser, ann)
        enter_password(another_browser, ann)
        enter_code(browser, code())

        answers = [enter_code(another_browser, each).status_code for each in (code(), code(-30))]

    assert (browser.is_signed_in, answers) == (True, [200, 200])


def test_code_signs_in_once_under_concurrency(app, session, ann, codes):
    browsers = [Browser(app) for _ in range(4)]
    forms = []
    for each in browsers:
        enter_password(each, ann)
        forms.append({**form_fields(each.get("/accounts/second/").text), "code": code(), "credential": ""})

    def send(each, form):
        return lambda: each._client.post("/accounts/second/", data=form)

    replies = run_concurrently(session, [send(each, form) for each, form in zip(browsers, forms)])

    assert sorted(reply.status_code for reply in replies) == [200, 200, 200, 302]


def test_recovery_code_works_once(browser, another_browser, session, ann, codes):
    enter_password(browser, ann)
    enter_password(another_browser, ann)

    first = enter_code(browser, f" {codes[0].upper()} ")
    second = enter_code(another_browser, codes[0])

    assert (first.status_code, second.status_code, count_rows(session, RecoveryCode)) == (
        302,
        200,
        RECOVERY_CODE_COUNT - 1,
    )
    assert "a recovery code was used" in mail_kinds(session)


def test_recovery_code_signs_in_once_under_concurrency(app, session, ann, codes):
    browsers = [Browser(app) for _ in range(4)]
    forms = []
    for each in browsers:
        enter_password(each, ann)
        forms.append({**form_fields(each.get("/accounts/second/").text), "code": codes[0], "credential": ""})

    def send(each, form):
        return lambda: each._client.post("/accounts/second/", data=form)

    replies = run_concurrently(session, [send(each, form) for each, form in zip(browsers, forms)])

    assert sorted(reply.status_code for reply in replies) == [200, 200, 200, 302]
    assert count_rows(session, RecoveryCode) == RECOVERY_CODE_COUNT - 1


def test_recovery_code_of_another_user_is_refused(browser, session, ann, codes):
    bob = make_user_with_password(session)
    theirs = make_recovery_codes(session, bob, now=utc_now())
    enter_password(browser, ann)

    reply = enter_code(browser, theirs[0])

    assert (reply.status_code, browser.is_signed_in) == (200, False)


def guess_from(app, ann, place, times=1):
    browser = Browser(app, REMOTE_ADDR=place)
    enter_password(browser, ann)
    fields = {**form_fields(browser.get("/accounts/second/").text), "code": "000000", "credential": ""}
    return [browser.post("/accounts/second/", fields) for _ in range(times)]


def test_guesses_of_codes_are_rate_limited(app, ann, codes):
    replies = guess_from(app, ann, "198.51.100.1", SECOND_FACTOR.max_count + 1)

    assert [reply.status_code for reply in replies] == [200] * SECOND_FACTOR.max_count + [429]
    assert 0 < int(replies[-1].headers["Retry-After"]) <= 900


def test_distributed_guesses_are_limited_without_locking_the_owner_out(app, ann, codes):
    home = Browser(app, REMOTE_ADDR="192.0.2.1")
    enter_password(home, ann)
    enter_code(home, codes[0])
    for number in range(SECOND_FACTOR_ACCOUNT.max_count // 10):
        guess_from(app, ann, f"198.51.100.{number}", 10)

    [stranger] = guess_from(app, ann, "203.0.113.1")
    again = Browser(app, REMOTE_ADDR="192.0.2.1")
    enter_password(again, ann)
    owner = enter_code(again, codes[1])

    assert (stranger.status_code, owner.status_code, again.is_signed_in) == (429, 302, True)


def test_pending_sign_in_expires_after_ten_minutes(browser, ann, codes):
    enter_password(browser, ann)

    with time_machine.travel(utc_now() + dt.timedelta(minutes=11), tick=False):
        reply = browser.get("/accounts/second/")

    assert (reply.status_code, reply.headers["Location"]) == (302, "/accounts/login/")


def test_pending_sign_in_ends_with_a_new_password_or_deactivation(browser, another_browser, session, ann, codes):
    enter_password(browser, ann)
    ann.password_hash += " "
    changed = browser.get("/accounts/second/").status_code
    ann.password_hash = ann.password_hash[:-1]
    open_again = browser.get("/accounts/second/").status_code
    ann.is_active = False

    assert (changed, open_again, browser.get("/accounts/second/").status_code) == (302, 200, 302)


def test_second_step_needs_the_first(browser, ann, codes):
    reply = browser.post(
        "/accounts/second/", {"csrfmiddlewaretoken": browser.token(), "code": code(), "credential": "", "next": "/"}
    )

    assert (reply.status_code, reply.headers["Location"], browser.is_signed_in) == (302, "/accounts/login/", False)


def test_confirmation_needs_password_and_code(browser, session, ann, codes):
    enter_password(browser, ann)
    enter_code(browser, code())
    newest(session, BrowserSession).authenticated_at = utc_now() - dt.timedelta(hours=1)
    with time_machine.travel(utc_now() + dt.timedelta(minutes=1), tick=False):
        asked = browser.get("/accounts/security/authenticator/")
        first = browser.send(asked.headers["Location"], {"password": PASSWORD, "next": HERE})
        between = browser.get("/accounts/security/authenticator/").status_code
        second = enter_code(browser, code(), first.headers["Location"])

        assert asked.headers["Location"].startswith("/accounts/confirm/")
        assert (first.headers["Location"], between) == (f"/accounts/second/?next={HERE}authenticator/", 302)
        assert (second.status_code, second.headers["Location"]) == (302, f"{HERE}authenticator/")
        assert browser.get("/accounts/security/authenticator/").status_code == 200


@pytest.mark.parametrize(
    "path", ["authenticator/", "authenticator/remove/", "codes/", "password/", "passkeys/add/", "passkeys/1/remove/"]
)
def test_changes_need_a_recent_sign_in(browser, session, ann, codes, path):
    enter_password(browser, ann)
    enter_code(browser, code())
    newest(session, BrowserSession).authenticated_at = utc_now() - dt.timedelta(minutes=16)

    reply = browser.send(f"{HERE}{path}", {"allowed": "yes"}, page=HERE)

    # Forms that have a page of their own are shown again there, the others where they stood.
    way_on = f"{HERE}{path}" if path in ("authenticator/", "passkeys/add/") else HERE
    assert (reply.status_code, reply.headers["Location"]) == (302, f"/accounts/confirm/?next={way_on}")
    assert (count_rows(session, Authenticator), count_rows(session, RecoveryCode), ann.allows_password_only) == (
        1,
        RECOVERY_CODE_COUNT,
        False,
    )


def test_removing_the_authenticator_deletes_recovery_codes(browser, session, ann, codes):
    ann.allows_password_only = True
    enter_password(browser, ann)
    enter_code(browser, code())

    reply = browser.send(f"{HERE}authenticator/remove/", page=HERE)

    assert (reply.status_code, count_rows(session, Authenticator), count_rows(session, RecoveryCode)) == (302, 0, 0)
    assert ann.allows_password_only is False
    assert mail_kinds(session)[-1] == "the app that shows codes was removed"
    assert Browser(browser._client.application).sign_in(ann).headers["Location"] == "/accounts/"


def test_new_recovery_codes_replace_the_old_ones(browser, another_browser, session, ann, codes):
    enter_password(browser, ann)
    enter_code(browser, code())

    page = browser.send(f"{HERE}codes/", page=HERE)

    fresh = re.findall(r"<li>([a-z2-7-]{19})</li>", page.text)
    enter_password(another_browser, ann)
    answers = [enter_code(another_browser, each).status_code for each in (codes[0], fresh[0])]
    assert (len(fresh), page.headers["Cache-Control"], answers) == (RECOVERY_CODE_COUNT, "no-store", [200, 302])


def test_recovery_codes_need_a_factor(browser, session, ann):
    browser.sign_in(ann)

    reply = browser.send(f"{HERE}codes/", page="/accounts/")

    assert (reply.status_code, count_rows(session, RecoveryCode)) == (409, 0)


def add_passkey(browser, device, name="My phone"):
    page = browser.get(f"{HERE}passkeys/add/")
    fields = form_fields(page.text)
    answer = device.make(options_of(page.text))
    return browser.post(f"{HERE}passkeys/add/", {**fields, "name": name, "credential": answer})


def use_passkey(browser, device, answer=None):
    page = browser.get("/accounts/second/")
    fields = form_fields(page.text)
    answer = answer or device.sign(options_of(page.text))
    return browser.post("/accounts/second/", {**fields, "code": "", "credential": answer}), answer


def test_passkey_is_added_and_required(browser, another_browser, session, ann):
    browser.sign_in(ann)
    device = PasskeyDevice()

    added = add_passkey(browser, device)
    enter_password(another_browser, ann)
    reply, _ = use_passkey(another_browser, device)

    kept = newest(session, Passkey)
    assert (added.status_code, len(re.findall(r"<li>[a-z2-7-]{19}</li>", added.text))) == (200, RECOVERY_CODE_COUNT)
    assert (kept.name, kept.transports, kept.sign_count) == ("My phone", ["internal"], 1)
    assert kept.last_used_at is not None
    assert (reply.status_code, another_browser.is_signed_in) == (302, True)
    assert mail_kinds(session) == ["the passkey My phone was added"]


def test_sign_in_offers_all_passkeys_of_the_user(browser, another_browser, session, ann):
    """Security keys without resident credentials answer only if the page names their credential."""
    browser.sign_in(ann)
    devices = [PasskeyDevice(), PasskeyDevice()]
    for device in devices:
        add_passkey(browser, device)
    enter_password(another_browser, ann)

    options = options_of(another_browser.get("/accounts/second/").text)
    excluded = options_of(browser.get(f"{HERE}passkeys/add/").text)["excludeCredentials"]

    ids = sorted(bytes_to_base64url(device.id) for device in devices)
    assert sorted(each["id"] for each in options["allowCredentials"]) == ids
    assert sorted(each["id"] for each in excluded) == ids


def test_another_factor_keeps_the_recovery_codes(browser, session, ann, codes):
    browser.sign_in_directly(ann)

    added = add_passkey(browser, PasskeyDevice())

    assert (added.status_code, count_rows(session, Passkey)) == (302, 1)
    assert count_rows(session, RecoveryCode) == len(codes)
    browser.send("/accounts/logout/", page="/accounts/")
    enter_password(browser, ann)
    assert (enter_code(browser, codes[0]).status_code, browser.is_signed_in) == (302, True)


def test_passkey_response_signs_in_once_under_concurrency(app, browser, session, ann):
    browser.sign_in(ann)
    device = PasskeyDevice(counts=False)
    add_passkey(browser, device)
    first = Browser(app)
    enter_password(first, ann)
    page = first.get("/accounts/second/")
    fields = {**form_fields(page.text), "code": "", "credential": device.sign(options_of(page.text))}
    copies = [Browser(app) for _ in range(4)]
    for copy in copies:
        for name in ("joindin_memo", "csrftoken"):
            copy.set_cookie(name, first.cookie(name))
    session.commit()

    replies = run_concurrently(
        session, [lambda copy=copy: copy._client.post("/accounts/second/", data=fields) for copy in copies]
    )

    assert sorted(reply.status_code for reply in replies) == [302, 400, 400, 400]
    assert [copy.is_signed_in for copy in copies].count(True) == 1


@pytest.mark.parametrize("counts", [True, False], ids=["counting", "not counting"])
def test_passkey_response_works_once(browser, another_browser, session, ann, counts):
    browser.sign_in(ann)
    device = PasskeyDevice(counts=counts)
    add_passkey(browser, device)
    enter_password(another_browser, ann)
    before = {name: another_browser.cookie(name) for name in ("joindin_memo", "csrftoken")}
    page = another_browser.get("/accounts/second/")
    cookies = another_browser.cookie("joindin_memo")
    fields = {**form_fields(page.text), "code": "", "credential": device.sign(options_of(page.text))}
    first = another_browser.post("/accounts/second/", fields)

    thief = Browser(browser._client.application)
    for name, value in {**before, "joindin_memo": cookies}.items():
        thief.set_cookie(name, value)
    second = thief.post("/accounts/second/", fields)

    assert (first.status_code, second.status_code, thief.is_signed_in) == (302, 400, False)
    assert "The response of your device is too old" in main_text(second)


@pytest.mark.parametrize(
    "answer", ["{}", "[]", "null", "nonsense", '{"id": 1}', "[" * 10_000, '{"id": "x", "rawId": 5}', "x" * 50_000]
)
def test_malformed_passkey_response_is_refused(browser, another_browser, session, ann, answer):
    browser.sign_in(ann)
    add_passkey(browser, PasskeyDevice())
    enter_password(another_browser, ann)
    page = browser.get(f"{HERE}passkeys/add/")

    entering, _ = use_passkey(another_browser, None, answer)
    adding = browser.post(f"{HERE}passkeys/add/", {**form_fields(page.text), "name": "Another", "credential": answer})

    assert (entering.status_code, another_browser.is_signed_in) == (200, False)
    assert (adding.status_code, count_rows(session, Passkey)) == (200, 1)


@pytest.mark.parametrize(
    "changes",
    [{"origin": "http://evil.example"}, {"host": "evil.example"}, {"origin": "https://localhost"}],
    ids=["origin", "host", "scheme"],
)
def test_passkey_is_bound_to_the_site(browser, another_browser, session, ann, changes):
    browser.sign_in(ann)
    device = PasskeyDevice()
    add_passkey(browser, device)
    enter_password(another_browser, ann)
    for name, value in changes.items():
        setattr(device, name, value)

    reply, _ = use_passkey(another_browser, device)

    assert (reply.status_code, another_browser.is_signed_in) == (200, False)


def test_cloned_passkey_is_detected_by_its_counter(app, browser, another_browser, session, ann):
    browser.sign_in(ann)
    device = PasskeyDevice()
    add_passkey(browser, device)
    enter_password(another_browser, ann)
    use_passkey(another_browser, device)
    device.count = 0

    third = Browser(app)
    enter_password(third, ann)
    reply, _ = use_passkey(third, device)

    assert (reply.status_code, third.is_signed_in) == (200, False)


def test_passkey_of_another_user_is_refused(browser, another_browser, session, ann):
    bob, theirs, hers = make_user_with_password(session), PasskeyDevice(), PasskeyDevice()
    another_browser.sign_in(bob)
    add_passkey(another_browser, theirs)
    browser.sign_in(ann)
    add_passkey(browser, hers)
    again = add_passkey(browser, theirs)
    third = Browser(browser._client.application)
    enter_password(third, ann)

    reply, _ = use_passkey(third, theirs)

    assert (again.status_code, "belongs to an account already" in main_text(again)) == (200, True)
    assert (reply.status_code, third.is_signed_in, count_rows(session, Passkey)) == (200, False, 2)


def test_passkeys_are_removed_only_by_their_owner(browser, another_browser, session, ann):
    browser.sign_in(ann)
    add_passkey(browser, PasskeyDevice())
    kept = newest(session, Passkey)
    another_browser.sign_in(make_user_with_password(session))

    stranger = another_browser.send(f"{HERE}passkeys/{kept.id}/remove/", page=HERE)
    owner = browser.send(f"{HERE}passkeys/{kept.id}/remove/", page=HERE)

    assert (stranger.status_code, owner.status_code) == (404, 302)
    assert (count_rows(session, Passkey), count_rows(session, RecoveryCode)) == (0, 0)


def test_only_passkey_pages_may_run_the_script_of_passkeys(browser, ann):
    browser.sign_in(ann)

    with_script = browser.get(f"{HERE}passkeys/add/")
    without = browser.get(HERE)

    file = "/static/passkeys.js"
    assert re.search(rf'<script src="{file}\?v=\w{{8}}">', with_script.text)
    assert f"{file};" in with_script.headers["Content-Security-Policy"]
    assert (file in without.headers["Content-Security-Policy"], file in without.text) == (False, False)


def sign_in_by_api(api, session):
    make_client(session, "web2", "web2secret")
    entrance = {"grant_type": "password", "client_id": "web2", "client_secret": "web2secret"}
    return api.post("/v2.1/token", json={**entrance, "username": "ann", "password": PASSWORD})


def test_password_alone_does_not_sign_in_applications(api, session, ann, codes):
    reply = sign_in_by_api(api, session)

    assert reply.status_code == 403
    assert reply.json == [
        "This account takes a second factor. Allow signing in with the password alone on its security page"
    ]


def test_user_allows_applications_with_the_password_alone(api, browser, session, ann, codes):
    enter_password(browser, ann)
    enter_code(browser, code())

    browser.send(f"{HERE}password/", {"allowed": "yes"}, page=HERE)
    allowed = sign_in_by_api(api, session)
    browser.send(f"{HERE}password/", {"allowed": "no"}, page=HERE)
    session.refresh(ann)

    assert (allowed.status_code, ann.allows_password_only) == (200, False)
    assert mail_kinds(session)[-2:] == [
        "applications may sign you in with the password alone",
        "applications may no longer sign you in with the password alone",
    ]


def test_a_changed_secret_key_is_explained_at_sign_in(app, browser, session, ann, codes, monkeypatch):
    page = enter_password(browser, ann)
    monkeypatch.setitem(app.config, "SECRET_KEYS", ("another secret key",))

    refused = enter_code(browser, code(), page)
    accepted = enter_code(browser, codes[0], page)

    assert "The secret key of this server was changed" in main_text(refused)
    assert (refused.status_code, accepted.status_code, browser.is_signed_in) == (200, 302, True)


@pytest.mark.parametrize(
    ("base", "text"),
    [
        ("http://127.0.0.1:8000", "Passkeys do not work at a numeric address. Open http://localhost:8000/ instead."),
        ("https://192.0.2.7", "Passkeys do not work at a numeric address."),
        ("http://conf.example.org", "Passkeys need a connection with TLS (https)."),
        ("http://localhost:8000", "Add a passkey"),
        ("https://conf.example.org", "Add a passkey"),
    ],
)
def test_pages_say_where_passkeys_do_not_work(app, session, ann, base, text):
    browser = Browser(app, base)
    browser.sign_in(ann)

    page = main_text(browser.get(HERE))

    assert text in page
    assert ("Add a passkey" in page) == (text == "Add a passkey")


def test_the_authenticator_app_shows_the_name_of_the_site(app, browser, ann, monkeypatch):
    monkeypatch.setitem(app.config, "SITE_NAME", "Tagungen & Co")
    browser.sign_in(ann)

    page = browser.get("/accounts/security/authenticator/").text

    assert "issuer=Tagungen%20%26%20Co" in html.unescape(page)
    assert "<title>Add an authenticator app – Tagungen &amp; Co</title>" in page


def test_a_password_that_was_reset_meanwhile_ends_the_sign_in(app, browser, session, ann, codes, monkeypatch):
    """The reset comes between the check of the code and the new session."""
    page = enter_password(browser, ann)

    def reset_meanwhile(*arguments, **options):
        with app.app_context():
            db.session.execute(update(User).values(password_hash="another"))
            db.session.commit()
        return True

    monkeypatch.setattr(second_factor_step, "_verify_factor", reset_meanwhile)

    reply = enter_code(browser, code(), page)

    assert (reply.location, browser.is_signed_in) == ("/accounts/login/", False)
