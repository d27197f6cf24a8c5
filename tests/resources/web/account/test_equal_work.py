"""Forms that mail a link do the same work whether an account exists or not. The time of a response then reveals no account."""

import pytest

from joindin.models import EmailChange, Mail, PasswordReset, Registration
from joindin.operations.rate_limits import MAIL_ACCOUNT
from joindin.queries.accounts.users import get_user_by_login
from tests.browser_client import PASSWORD, Browser, make_user_with_password
from tests.factories import make_user


@pytest.fixture
def accounts(session):
    make_user_with_password(session, "ann", email="ann@example.org")
    make_user(session, "without_address", email="")
    make_user(session, "inactive", email="inactive@example.org", is_active=False)
    session.commit()


def statements_of(browser, count_statements, path, fields):
    """Return the kind and the table of each statement of the form's POST."""
    body = {"csrfmiddlewaretoken": browser.token(path), **fields}
    with count_statements() as seen:
        reply = browser.post(path, body)
    assert reply.status_code == 302
    return [" ".join(each.split()[: 3 if each.startswith("INSERT") else 1]) for each in seen]


def count_work(statements):
    """Count the statements by kind; the table of the token depends on its purpose."""
    kinds = [each.split()[0] for each in statements]
    return {kind: kinds.count(kind) for kind in ("SELECT", "INSERT", "UPDATE", "DELETE")}


@pytest.mark.parametrize("name", ["nobody", "inactive", "without_address"])
def test_a_reset_of_a_name_takes_the_same_statements(browser, session, accounts, count_statements, name):
    path = "/accounts/password/reset/"

    known = statements_of(browser, count_statements, path, {"username": "ann"})
    other = statements_of(browser, count_statements, path, {"username": name})

    assert count_work(known) == count_work(other)
    assert (session.query(Mail).count(), session.query(PasswordReset).count()) == (1, 1)
    assert session.query(Registration).count() == 0


@pytest.mark.parametrize("email", ["nobody@example.org", "inactive@example.org"])
def test_a_reset_of_an_address_takes_the_same_statements(browser, session, accounts, count_statements, email):
    path = "/accounts/password/reset/"

    known = statements_of(browser, count_statements, path, {"username": "ann@example.org"})
    other = statements_of(browser, count_statements, path, {"username": email})

    assert count_work(known) == count_work(other)
    assert (session.query(Mail).count(), session.query(Registration).count()) == (1, 0)


def test_a_reset_beyond_the_limit_of_mails_takes_the_same_statements(app, session, accounts, count_statements):
    path = "/accounts/password/reset/"

    work = [
        count_work(statements_of(Browser(app), count_statements, path, {"username": "ann"}))
        for _ in range(MAIL_ACCOUNT.max_count + 1)
    ]

    assert work == work[:1] * len(work)
    assert session.query(Mail).count() == MAIL_ACCOUNT.max_count


@pytest.mark.parametrize("email", ["ann@example.org", "inactive@example.org"])
def test_a_registration_takes_the_same_statements(browser, session, accounts, count_statements, email):
    path, fields = (
        "/accounts/register/",
        {"username": "hedy", "full_name": "Hedy Lamarr", "password": "horse battery x"},
    )

    new = statements_of(browser, count_statements, path, {**fields, "email": "hedy@example.org"})
    used = statements_of(browser, count_statements, path, {**fields, "email": email})

    assert count_work(new) == count_work(used)
    assert session.query(Registration).count() == 1
    assert session.query(Mail).count() == (2 if email == "ann@example.org" else 1)


@pytest.mark.parametrize("email", ["ann@example.org", "inactive@example.org"])
def test_a_new_address_takes_the_same_statements(browser, session, accounts, count_statements, email):
    browser.sign_in_directly(make_user_with_password(session, "bob"))
    path = "/accounts/email/"

    new = statements_of(browser, count_statements, path, {"email": "bob@new.example", "old_password": PASSWORD})
    used = statements_of(browser, count_statements, path, {"email": email, "old_password": PASSWORD})

    assert count_work(new) == count_work(used)
    # The later request has ended the earlier one.
    assert (session.query(EmailChange).count(), session.query(Registration).count()) == (0, 0)


@pytest.mark.parametrize("has_address", [True, False])
def test_a_name_that_looks_like_an_address_does_not_precede_its_owner(session, has_address):
    make_user(session, "ann@example.org", email="other@example.org" if has_address else "")
    owner = make_user(session, "ann", email="ann@example.org")

    assert get_user_by_login(session, "Ann@example.org").id == owner.id
    assert get_user_by_login(session, "ANN").id == owner.id
