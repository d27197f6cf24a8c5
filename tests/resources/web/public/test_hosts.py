"""The page of the hosts of an event."""

import pytest

from joindin.models import EventHost
from tests.browser_client import Browser, main_text
from tests.factories import make_event, make_pending_event, make_user


@pytest.fixture
def host(session):
    return make_user(session, "ann", full_name="Ann Ash")


@pytest.fixture
def event(session, host):
    event = make_event(session, "Conf", slug="conf", host=host, href="https://conf.example/", contact_name="Desk")
    session.commit()
    return event


def test_hosts_and_how_to_reach_them(browser, event):
    page = browser.get("/event/conf/hosts")

    assert 'href="/user/ann"' in page.text
    for text in ("Ann Ash", "Desk", "conf.example"):
        assert text in main_text(page)
    assert "manage/people/" not in page.text


def test_hosts_and_admins_get_to_the_list_that_they_change(session, app, host, event):
    users = (host, make_user(session, is_admin=True), make_user(session))

    shown = [
        "/event/conf/manage/people/" in Browser(app).sign_in_directly(user).get("/event/conf/hosts").text
        for user in users
    ]

    assert shown == [True, True, False]


def test_an_event_without_hosts(session, browser):
    make_event(session, "Alone", slug="alone", host=None)

    assert "This event has no hosts here." in main_text(browser.get("/event/alone/hosts"))


def test_hosts_of_a_hidden_event_are_not_found(session, browser):
    make_pending_event(session, "Waiting", slug="waiting")

    assert browser.get("/event/waiting/hosts").status_code == 404


def test_the_page_costs_the_same_for_many_hosts(session, browser, event, count_statements):
    def count():
        with count_statements() as counter:
            browser.get("/event/conf/hosts")
        return len(counter)

    few = count()
    session.add_all(EventHost(event_id=event.id, user_id=make_user(session).id) for _ in range(30))
    session.commit()
    assert count() == few
