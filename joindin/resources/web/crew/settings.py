"""Settings: links to the pages of one's own settings and of the crew's administration, and one's own data for the crew."""

from flask import g, redirect, request
from wtforms import SelectField

from joindin.extensions import db
from joindin.http.cookie_names import LANGUAGE_COOKIE
from joindin.http.pages.forms import Form, PlainTextField, choices
from joindin.http.pages.html_pages import flash_success
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.http.sessions import require_user, sign_in_required
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.profiles import edit_crew_profile
from joindin.queries.crew.people.people import get_crew_profile
from joindin.queries.crew.people.qualification_grants import list_qualification_grants
from joindin.resources.web.crew.common import blp, crew_dates, crew_page, crew_viewer
from joindin.resources.web.crew.fields import DayField
from joindin.utils.datetimes import utc_now

LANGUAGE_NAMES = {"de": "Deutsch", "en": "English"}

# Path, label and description.
OWN = (
    (
        "/settings/data/",
        lazy_gettext("Your data for the crew"),
        lazy_gettext("Qualifications, date of birth, telephone, language"),
    ),
    ("/settings/notifications/", lazy_gettext("Notifications"), lazy_gettext("Mails, list and reminders")),
    ("/accounts/profile/", lazy_gettext("Profile"), lazy_gettext("Your names, and the text on your page")),
    ("/settings/calendar/", lazy_gettext("Calendar"), lazy_gettext("Addresses of your calendar, and for the app")),
    ("/api/settings/token/", lazy_gettext("Tokens"), lazy_gettext("Access of scripts and applications")),
    ("/accounts/applications/", lazy_gettext("Applications"), lazy_gettext("Register applications for other people")),
    ("/accounts/password/", lazy_gettext("Password"), lazy_gettext("Choose a new one")),
)
# The permission that the page needs, then as above.
ADMINISTRATION = (
    (
        "manage_groups",
        ("/desk/groups/", lazy_gettext("Groups"), lazy_gettext("Members of groups, and their permissions")),
    ),
    (
        "manage_qualifications",
        (
            "/settings/qualifications/",
            lazy_gettext("Qualifications"),
            lazy_gettext("Qualifications that people can have, and their categories"),
        ),
    ),
    (
        "manage_event_types",
        (
            "/settings/eventtypes/",
            lazy_gettext("Event types"),
            lazy_gettext("Texts, groups and qualifications of new events"),
        ),
    ),
    (
        "manage_building_blocks",
        (
            "/settings/signup-blocks/",
            lazy_gettext("Building blocks"),
            lazy_gettext("Units of shifts, such as a vehicle with its seats"),
        ),
    ),
    (
        "manage_questions",
        (
            "/settings/questionnaires/",
            lazy_gettext("Questions"),
            lazy_gettext("Questions that people answer when they sign up"),
        ),
    ),
    (
        "manage_applications",
        (
            "/api/settings/applications/",
            lazy_gettext("All applications"),
            lazy_gettext("Applications that people sign in to with their account here"),
        ),
    ),
    (
        "manage_federation",
        (
            "/settings/federation/",
            lazy_gettext("Federation"),
            lazy_gettext("Instances with which events are shared"),
        ),
    ),
)


class PersonalDataForm(Form):
    date_of_birth = DayField(
        lazy_gettext("Date of birth"),
        description=lazy_gettext("You can enter it once. Some shifts have a minimum age."),
    )
    phone = PlainTextField(lazy_gettext("Telephone"), render_kw={"inputmode": "tel", "autocomplete": "tel"})
    preferred_language = SelectField(
        lazy_gettext("Language"), choices=choices([("", lazy_gettext("that of the browser")), *LANGUAGE_NAMES.items()])
    )


@sign_in_required
def settings_page():
    viewer = crew_viewer().viewer
    administration = [link for permission, link in ADMINISTRATION if viewer.has_permission(permission)]
    return crew_page("web/crew/settings.html", own=OWN, administration=administration)


@sign_in_required
def personal_data_page():
    """Show qualifications; change telephone number and language, and enter the date of birth if it is unknown."""
    user = require_user()
    profile = get_crew_profile(db.session, user.id)
    names = (
        ("phone", "preferred_language") if profile.date_of_birth else ("date_of_birth", "phone", "preferred_language")
    )
    form = PersonalDataForm(data={name: getattr(profile, name) for name in names})
    if profile.date_of_birth:
        del form.date_of_birth
    if form.validate_on_submit():
        fields = {name: form[name].data or None for name in names}
        try:
            edit_crew_profile(db.session, user.id, fields, actor=user, today=crew_dates().local(utc_now()).date())
        except InvalidCrewField as error:
            db.session.rollback()
            form.add_error(gettext(str(error)), form[error.field])
        else:
            db.session.commit()
            if language := form.preferred_language.data:
                g.page_language = language
            flash_success(gettext("Your data is stored."))
            return _with_language_cookie(redirect("/settings/data/"), language)
    return crew_page(
        "web/crew/personal_data.html",
        form=form,
        profile=profile,
        grants=list_qualification_grants(db.session.connection(), user.id),
        now=utc_now(),
    )


def _with_language_cookie(response, language):
    """Set the cookie that signing in sets too (spec 24.2)."""
    if language:
        response.set_cookie(LANGUAGE_COOKIE, language, samesite="Lax", secure=request.is_secure)
    else:
        response.delete_cookie(LANGUAGE_COOKIE)
    return response


blp.add_url_rule("/settings/", view_func=settings_page)
blp.add_url_rule("/settings/data/", view_func=personal_data_page, methods=["GET", "POST"])
