"""Pages of notifications: the list, reading, settings, and messages of organisers."""

import pytest

from joindin.models import Mail
from joindin.models.crew import (
    BY_MAIL,
    CREW_MAIL,
    EVENT_MESSAGE,
    IN_LIST,
    MASS_MESSAGE,
    SHIFT_MOVED,
    STATE_CHANGED,
    CrewNotification,
    CrewProfile,
)
from joindin.operations.accounts.granted_permissions import grant_permission
from tests.browser_client import main_text, make_user_with_password
from tests.crew_factories import make_crew_event, make_participation, make_profile, make_shift
from tests.factories import NOW, make_group, make_user

LIST, SETTINGS, MASS = "/notifications/", "/settings/notifications/", "/notifications/mass/"
FACTS = {"event": "Festival", "shift": "Bar", "event_id": 1, "shift_id": 2, "state": 1}


@pytest.fixture
def ada(session):
    return make_user_with_password(session, "ada", full_name="Ada Adams")


@pytest.fixture
def own_browser(browser, ada):
    browser.set_cookie("django_language", "en")
    return browser.sign_in_directly(ada)


def add_notification(session, user, slug=STATE_CHANGED, **fields):
    row = CrewNotification(user_id=user.id, slug=slug, created_at=NOW, **{"data": FACTS} | fields)
    session.add(row)
    session.commit()
    return row


def is_read(session, row):
    session.expire_all()
    return session.get(CrewNotification, row.id).read_at is not None


def crew_mails(session):
    session.expire_all()
    return [
        (mail.context["slug"], mail.recipient)
        for mail in session.query(Mail).filter_by(kind=CREW_MAIL).order_by(Mail.id)
    ]


def test_list_shows_own_notifications_newest_first(own_browser, session, ada):
    add_notification(session, ada)
    add_notification(session, ada, SHIFT_MOVED, read_at=NOW)
    add_notification(session, ada, SHIFT_MOVED, is_listed=False)
    add_notification(session, make_user(session))

    page = main_text(own_browser.get(LIST))

    assert page.index("New times: Bar (Festival)") < page.index("New: Participation confirmed for Festival")
    assert page.count("Bar (Festival)") == 3
    assert "1 new notification" in page


def test_list_is_german(own_browser, session, ada):
    add_notification(session, ada)
    own_browser.set_cookie("django_language", "de")

    assert "Neu: Teilnahme bestätigt: Festival" in main_text(own_browser.get(LIST))


def test_list_has_twenty_on_a_page(own_browser, session, ada):
    for _ in range(21):
        add_notification(session, ada)

    first, second = (own_browser.get(f"{LIST}?page={number}").text for number in (1, 2))

    assert (first.count("<time"), second.count("<time")) == (20, 1)
    assert "page=2" in first


def test_list_costs_the_same_for_one_row_and_for_many(own_browser, session, ada, count_statements):
    costs = []
    for _ in range(2):
        for _ in range(10):
            add_notification(session, ada)
        with count_statements() as statements:
            own_browser.get(LIST)
        costs.append(len(statements))

    assert costs[0] == costs[1]


def test_texts_of_people_are_escaped(own_browser, session, ada):
    add_notification(session, ada, data=FACTS | {"event": "<script>x</script>", "comment": "<b>y</b>"})

    page = own_browser.get(LIST).text

    assert ("<script>x" in page, "<b>y" in page) == (False, False)


@pytest.mark.parametrize("path", ["/events/", "/events/999/", LIST, SETTINGS])
def test_link_of_a_notification_marks_it_read(own_browser, session, ada, path):
    row, other = add_notification(session, ada), add_notification(session, ada)

    own_browser.get(f"{path}?fromNotification={row.id}")

    assert (is_read(session, row), is_read(session, other)) == (True, False)


@pytest.mark.parametrize("value", ["", "0", "-1", "x", "9" * 30, "%00"])
def test_odd_link_marks_nothing(own_browser, session, ada, value):
    row = add_notification(session, ada)

    assert own_browser.get(f"{LIST}?fromNotification={value}").status_code == 200

    assert not is_read(session, row)


def test_notification_of_others_stays_unread(own_browser, another_browser, session, ada):
    row = add_notification(session, make_user(session))

    own_browser.get(f"{LIST}?fromNotification={row.id}")
    another_browser.get(f"{LIST}?fromNotification={row.id}")

    assert not is_read(session, row)


def test_all_are_marked_read(own_browser, session, ada):
    rows = [add_notification(session, ada) for _ in range(2)]
    other = add_notification(session, make_user(session))

    reply = own_browser.send("/notifications/read/", page=LIST)

    assert (reply.status_code, reply.location) == (302, LIST)
    assert [is_read(session, row) for row in (*rows, other)] == [True, True, False]


def test_settings_show_the_choices(own_browser, session, ada):
    make_profile(session, ada, muted_notifications=[[SHIFT_MOVED, BY_MAIL]], reminder_hours=48)
    session.commit()

    page = own_browser.get(SETTINGS).text

    assert f'name="mailed" type="checkbox" value="{SHIFT_MOVED}"' in page
    assert page.count("checked") == 2 * 15 - 1
    assert '<option selected value="48">' in page


def test_user_chooses_notifications_and_reminders(own_browser, session, ada):
    make_profile(
        session, ada, muted_notifications=[["plugin_news", BY_MAIL], [STATE_CHANGED, "ephios_backend_webpush"]]
    )
    session.commit()

    reply = own_browser.send(SETTINGS, {"reminder": "", "mailed": [STATE_CHANGED], "listed": [SHIFT_MOVED]})

    session.expire_all()
    profile = session.get(CrewProfile, ada.id)
    assert (reply.status_code, profile.reminder_hours) == (302, None)
    muted = [tuple(pair) for pair in profile.muted_notifications]
    assert muted[:2] == [("plugin_news", BY_MAIL), (STATE_CHANGED, "ephios_backend_webpush")]
    assert (STATE_CHANGED, IN_LIST) in muted
    assert (SHIFT_MOVED, BY_MAIL) in muted
    assert len(muted) == 2 + 2 * 15 - 2
    assert (MASS_MESSAGE, BY_MAIL) not in muted


@pytest.mark.parametrize("fields", [{"reminder": "5"}, {"reminder": "x"}, {"reminder": "24", "mailed": [MASS_MESSAGE]}])
def test_invalid_settings_store_nothing(own_browser, session, ada, fields):
    assert own_browser.send(SETTINGS, fields).status_code == 200

    assert session.get(CrewProfile, ada.id) is None


@pytest.fixture
def festival(session, ada):
    event = make_crew_event(session, "Festival", changed_by=[ada])
    make_participation(session, make_shift(session, event), make_user(session, "vera"))
    session.commit()
    return event


def test_responsible_writes_to_the_people_of_an_event(own_browser, session, festival):
    path = f"/events/{festival.id}/notifications/"
    fields = {"people": ["confirmed"], "subject": "Rain", "text": "Bring boots"}

    reply = own_browser.send(path, fields)

    assert reply.status_code == 302
    assert crew_mails(session) == [(EVENT_MESSAGE, "vera@example.org")]
    assert "1 person gets your message." in own_browser.get(LIST).text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"subject": " \0 "}, "Enter a subject."),
        ({"subject": "x" * 201}, "Enter a subject of at most 200 characters."),
        ({"text": ""}, "Enter a text."),
        ({"text": "x" * 10_001}, "Enter a text of at most 10,000 characters."),
        ({"people": []}, "No one would get this message."),
        ({"people": ["all"]}, "There is a problem"),
    ],
)
def test_invalid_message_is_not_sent(own_browser, session, festival, changes, message):
    fields = {"people": ["confirmed"], "subject": "Rain", "text": "Boots"} | changes

    reply = own_browser.send(f"/events/{festival.id}/notifications/", fields)

    assert (reply.status_code, message in main_text(reply)) == (200, True)
    assert crew_mails(session) == []


def test_others_do_not_write_to_the_people_of_an_event(another_browser, session, festival):
    another_browser.sign_in_directly(make_user_with_password(session, "ben"))

    reply = another_browser.send(f"/events/{festival.id}/notifications/", {"subject": "S", "text": "T"}, page=LIST)

    assert (reply.status_code, crew_mails(session)) == (403, [])


def test_holder_of_the_permission_writes_to_users_and_groups(own_browser, session, ada):
    grant_permission(session, ada, "view_userprofile", actor=None)
    vera, gail = make_user(session, "vera"), make_user(session, "gail")
    group = make_group(session, "Kitchen", members=[gail, make_user(session, "ina", is_active=False)])
    session.commit()
    path = f"{MASS}?user={vera.id}&user=0&user=x&user=99999"
    assert "Kitchen" in main_text(own_browser.get(path))

    reply = own_browser.send(
        path, {"users": [str(vera.id)], "groups": [str(group.id)], "subject": "Hello", "text": "All of you"}
    )

    assert reply.status_code == 302
    assert crew_mails(session) == [(MASS_MESSAGE, "vera@example.org"), (MASS_MESSAGE, "gail@example.org")]


def test_user_who_was_not_chosen_is_no_receiver(own_browser, session, ada):
    grant_permission(session, ada, "view_userprofile", actor=None)
    vera = make_user(session, "vera")
    session.commit()

    reply = own_browser.send(MASS, {"users": [str(vera.id)], "subject": "Hello", "text": "You"})

    assert (reply.status_code, crew_mails(session)) == (200, [])


def test_others_do_not_write_to_users(own_browser, session):
    reply = own_browser.send(MASS, {"subject": "S", "text": "T"}, page=LIST)

    assert (reply.status_code, crew_mails(session)) == (403, [])
