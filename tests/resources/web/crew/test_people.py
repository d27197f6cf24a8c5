"""Pages of people: the list, profiles, qualifications, the end of their access, and one's own data."""

import datetime as dt
import re

import pytest
from sqlalchemy import select

from joindin.models import AccessToken, GroupMember
from joindin.models.crew import CrewNotification, CrewProfile, QualificationGrant
from joindin.operations.accounts.granted_permissions import grant_permission
from joindin.operations.accounts.personal_tokens import create_personal_token
from joindin.utils.datetimes import utc_now
from tests.browser_client import PASSWORD, Browser, main_text, make_user_with_password
from tests.crew_factories import grant_qualification, make_profile, make_qualification
from tests.factories import make_group, make_user

LIST = "/users/"
PROFILE = {"full_name": "Ada Byron", "date_of_birth": "1990-05-17", "phone": "+49 30 1", "is_visible": "y"}


def english(browser, user):
    browser.set_cookie("django_language", "en")
    return browser.sign_in_directly(user)


@pytest.fixture
def ada(session):
    return make_user_with_password(session, "ada", full_name="Ada Adams")


@pytest.fixture
def own_browser(browser, ada):
    return english(browser, ada)


@pytest.fixture
def hr_browser(another_browser, session):
    """A browser of someone who sees and changes all profiles."""
    hedy = make_user_with_password(session, "hedy", full_name="Hedy Hill")
    for permission in ("view_userprofile", "change_userprofile"):
        grant_permission(session, hedy, permission, actor=None)
    return english(another_browser, hedy)


@pytest.fixture
def viewer_browser(another_browser, session, ada):
    """A browser of someone who sees the profile of Ada only, and changes none."""
    hugo = make_user_with_password(session, "hugo", full_name="Hugo Hall")
    grant_permission(session, hugo, "view_userprofile", ada, actor=None)
    return english(another_browser, hugo)


def grants_of(session, user):
    return session.scalars(select(QualificationGrant).filter_by(user_id=user.id)).all()


def test_list_has_people_by_name_with_qualifications_and_groups(hr_browser, session, ada):
    grant_qualification(session, ada, make_qualification(session, "EMT"))
    grant_qualification(
        session, ada, make_qualification(session, "OLD"), expires_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    )
    session.add(GroupMember(group_id=make_group(session, "Kitchen").id, user_id=ada.id))
    make_profile(session, make_user(session, "hidden", full_name="Hidden"), is_visible=False)

    page = main_text(hr_browser.get(LIST))

    assert "Ada Adams ada@example.org EMT Kitchen" in page
    assert page.index("Ada Adams") < page.index("Hedy Hill")
    assert ("Hidden" in page, "OLD" in page.partition("Name E-mail")[2]) == (False, False)


def test_list_is_searched_by_name_and_qualification(hr_browser, session, ada):
    first_aider = make_qualification(session, "FA")
    grant_qualification(session, ada, make_qualification(session, "PAR", includes=[first_aider]))

    def names(query):
        page = main_text(hr_browser.get(f"{LIST}?{query}"))
        return [name for name in ("Ada Adams", "Hedy Hill") if name in page]

    assert names("search=ADAMS") == ["Ada Adams"]
    assert names("search=%00%25") == []
    assert names(f"qualification={first_aider.id}") == ["Ada Adams"]
    assert names("qualification=999999") == []
    assert names("qualification=99999999999999999999") == ["Ada Adams", "Hedy Hill"]


def test_viewer_of_one_profile_sees_that_one(viewer_browser, session, ada):
    ben = make_user(session, "ben", full_name="Ben Bell")

    page = main_text(viewer_browser.get(LIST))

    assert ("Ada Adams" in page, "Ben Bell" in page) == (True, False)
    assert viewer_browser.get(f"{LIST}{ada.id}/").status_code == 200
    assert viewer_browser.get(f"{LIST}{ben.id}/").status_code == 403
    assert viewer_browser.get(f"{LIST}999999/").status_code == 403


def test_people_without_a_permission_see_themselves_only(own_browser, session, ada):
    ben = make_user(session, "ben")

    statuses = [own_browser.get(path).status_code for path in (LIST, f"{LIST}{ben.id}/", f"{LIST}{ada.id}/edit/")]

    assert statuses == [403, 403, 403]
    assert own_browser.get(f"{LIST}{ada.id}/").status_code == 200


def test_unknown_user_is_not_found(hr_browser):
    assert [hr_browser.get(f"{LIST}999999/{end}").status_code for end in ("", "edit/", "password_revoke/")] == [404] * 3


def test_profile_is_changed(hr_browser, session, ada):
    reply = hr_browser.send(f"{LIST}{ada.id}/edit/", PROFILE)

    profile = session.get(CrewProfile, ada.id)
    assert (reply.status_code, reply.location) == (302, f"{LIST}{ada.id}/")
    assert (ada.full_name, profile.date_of_birth, profile.phone) == ("Ada Byron", dt.date(1990, 5, 17), "+49 30 1")
    assert "Date of birth Thu, 17 May 1990" in main_text(hr_browser.get(reply.location))
    assert [(each.user_id, each.slug) for each in session.scalars(select(CrewNotification))] == [
        (ada.id, "ephios_profile_update")
    ]


def test_profile_that_is_sent_unchanged_causes_no_notice(hr_browser, session, ada):
    hr_browser.send(f"{LIST}{ada.id}/edit/", {"full_name": "Ada Adams", "is_visible": "y"})

    assert session.scalars(select(CrewNotification)).all() == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"full_name": " "}, "Enter a name."),
        ({"full_name": "x" * 201}, "The name must have at most 200 characters."),
        ({"date_of_birth": "2190-01-01"}, "The date of birth is in the future."),
        ({"date_of_birth": "17.5.1990"}, "Enter a day, like 2027-07-09."),
        ({"phone": "1" * 255}, "Ensure this field has no more than 254 characters."),
    ],
)
def test_invalid_profile_changes_nothing(hr_browser, session, ada, changes, message):
    reply = hr_browser.send(f"{LIST}{ada.id}/edit/", PROFILE | changes)

    assert (reply.status_code, message in main_text(reply)) == (200, True)
    assert (ada.full_name, session.get(CrewProfile, ada.id)) == ("Ada Adams", None)


def test_qualification_is_granted_extended_and_withdrawn(hr_browser, session, ada):
    qualification, page = make_qualification(session, "EMT"), f"{LIST}{ada.id}/"
    path = f"{page}qualifications/"

    granted = hr_browser.send(path, {"qualification": qualification.id, "expires_on": "2030-01-31"}, page=page)
    until = grants_of(session, ada)[0].expires_at
    extended = hr_browser.send(path, {"qualification": qualification.id, "expires_on": ""}, page=page)
    shown = main_text(hr_browser.get(page))
    withdrawn = hr_browser.send(f"{path}{qualification.id}/withdraw/", page=page)

    assert [(each.status_code, each.location) for each in (granted, extended, withdrawn)] == [(303, page)] * 3
    assert until == dt.datetime(2030, 1, 31, 22, 59, 59, tzinfo=dt.UTC)
    assert "EMT Medical does not expire" in shown
    assert grants_of(session, ada) == []


@pytest.mark.parametrize("fields", [{"qualification": ""}, {"qualification": "99"}, {"expires_on": "x"}])
def test_invalid_grant_is_refused(hr_browser, session, ada, fields):
    qualification = make_qualification(session, "EMT")

    reply = hr_browser.send(
        f"{LIST}{ada.id}/qualifications/", {"qualification": qualification.id} | fields, page=f"{LIST}{ada.id}/"
    )

    assert (reply.status_code, grants_of(session, ada)) == (400, [])


def test_qualification_of_the_identity_provider_stays(hr_browser, session, ada):
    grant = grant_qualification(session, ada, make_qualification(session, "EMT"))
    grant.is_externally_managed = True
    page = f"{LIST}{ada.id}/"

    hr_browser.send(f"{page}qualifications/{grant.qualification_id}/withdraw/", page=page)

    assert "This qualification comes from the identity provider." in hr_browser.get(page).text
    assert len(grants_of(session, ada)) == 1


def test_viewers_change_nothing(viewer_browser, session, ada, count_rows):
    qualification, page = make_qualification(session, "EMT"), f"{LIST}{ada.id}/"
    viewer_browser.get(page)
    before = count_rows()

    statuses = [
        viewer_browser.send(path, fields, page="/accounts/profile/").status_code
        for path, fields in (
            (f"{page}edit/", PROFILE),
            (f"{page}qualifications/", {"qualification": qualification.id}),
            (f"{page}qualifications/{qualification.id}/withdraw/", {}),
            (f"{page}password_revoke/", {"confirm": "on"}),
        )
    ]

    assert statuses == [403] * 4
    assert (count_rows(), ada.full_name) == (before, "Ada Adams")


def test_access_is_revoked(hr_browser, session, ada):
    make_profile(session, ada, calendar_token_hash="of the calendar")
    create_personal_token(session, actor=ada, description="script", scopes=["ME_READ"], expires_at=None, now=utc_now())
    asked = main_text(hr_browser.get(f"{LIST}{ada.id}/password_revoke/"))

    reply = hr_browser.send(f"{LIST}{ada.id}/password_revoke/", {"confirm": "on"})

    signed_in = Browser(hr_browser._client.application).sign_in(ada, PASSWORD)
    assert "the personal token “script”" in asked
    assert (reply.status_code, reply.location, ada.password_hash) == (302, LIST, None)
    assert session.get(CrewProfile, ada.id).calendar_token_hash is None
    assert session.scalars(select(AccessToken)).one().revoked_at is not None
    assert signed_in.status_code == 200


def test_access_of_an_admin_is_revoked_by_admins_only(hr_browser, session, ada, count_rows):
    ada.is_admin = True
    session.commit()
    before = count_rows()

    reply = hr_browser.send(f"{LIST}{ada.id}/password_revoke/", {"confirm": "on"})

    assert (reply.status_code, ada.password_hash is None, count_rows()) == (403, False, before)


def test_access_is_revoked_after_a_tick_only(hr_browser, session, ada):
    reply = hr_browser.send(f"{LIST}{ada.id}/password_revoke/")

    assert (reply.status_code, ada.password_hash is None) == (200, False)


def test_list_costs_a_fixed_number_of_statements(hr_browser, session, ada, count_statements):
    def cost():
        hr_browser.get(LIST)
        with count_statements() as seen:
            assert hr_browser.get(LIST).status_code == 200
        return len(seen)

    one = cost()
    for number in range(50):
        user = make_user(session, f"user{number}")
        grant_qualification(session, user, make_qualification(session))
        session.add(GroupMember(group_id=make_group(session, f"Group {number}").id, user_id=user.id))

    assert cost() == one


def test_own_data_is_changed(own_browser, session, ada):
    grant_qualification(session, ada, make_qualification(session, "EMT"))
    sent = {"date_of_birth": "1990-05-17", "phone": "+49 30 1", "preferred_language": "de"}

    reply = own_browser.send("/settings/data/", sent)

    profile, page = session.get(CrewProfile, ada.id), main_text(own_browser.get("/settings/data/"))
    assert (reply.status_code, own_browser.cookie("django_language")) == (302, "de")
    assert (profile.date_of_birth, profile.phone, profile.preferred_language) == (
        dt.date(1990, 5, 17),
        "+49 30 1",
        "de",
    )
    assert ("EMT Medical läuft nicht ab" in page, "17. Mai 1990" in page) == (True, True)


def test_date_of_birth_is_entered_once(own_browser, session, ada):
    profile = make_profile(session, ada, date_of_birth=dt.date(2015, 1, 1))

    own_browser.send("/settings/data/", {"date_of_birth": "1990-05-17", "phone": "1", "preferred_language": ""})

    assert (profile.date_of_birth, profile.phone) == (dt.date(2015, 1, 1), "1")


def test_settings_link_to_what_the_user_may_administer(own_browser, session, ada):
    before = main_text(own_browser.get("/settings/"))
    grant_permission(session, ada, "manage_qualifications", actor=None)

    after = main_text(own_browser.get("/settings/"))

    assert ("Administration" in before, "Administration Qualifications" in after) == (False, True)


def test_every_link_of_the_settings_leads_to_a_page(browser, session):
    english(browser, make_user_with_password(session, "root", is_admin=True))

    links = re.findall(r'<li><p><a href="([^"]+)"', browser.get("/settings/").text)

    assert len(links) >= 9
    assert [path for path in links if browser.get(path).status_code != 200] == []
