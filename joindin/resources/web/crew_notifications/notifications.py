"""The user's notifications, and their choice of types and ways (spec 17).

The link of a notification has its id in ``fromNotification``. Any page of the crew that it leads to marks it as read.
"""

from flask import current_app, redirect, request
from wtforms import SelectField

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.http.pages.forms import CheckboxList, Form, choices
from joindin.http.pages.html_pages import flash_success
from joindin.http.pages.languages import gettext, lazy_gettext, ngettext, page_language
from joindin.http.sessions import require_user, session_user, sign_in_required
from joindin.models.crew import BY_MAIL, IN_LIST, NOTIFICATION_TYPES, REMINDER_CHOICES
from joindin.operations.crew.notifications.reading import mark_all_read, mark_read
from joindin.operations.crew.notifications.settings import set_preferences
from joindin.queries.crew.notifications import get_preferences, list_notifications
from joindin.representations.crew_notifications import describe_notification
from joindin.resources.web.crew.common import blp, crew_page
from joindin.resources.web.crew.paging import page_links, read_paging
from joindin.utils.datetimes import utc_now
from joindin.utils.text import parse_id

PAGE_PATH, SETTINGS_PATH = "/notifications/", "/settings/notifications/"
LINK_PARAMETER = "fromNotification"
OPTIONAL_TYPES = [slug for slug, each in NOTIFICATION_TYPES.items() if not each.is_mandatory]
NEVER = ""


class NotificationSettingsForm(Form):
    reminder = SelectField(lazy_gettext("Remind me of my shifts"))
    mailed = CheckboxList(lazy_gettext("Send me mails about"))
    listed = CheckboxList(lazy_gettext("Show in my list"))

    def __init__(self):
        super().__init__()
        types = [(slug, gettext(NOTIFICATION_TYPES[slug].about)) for slug in OPTIONAL_TYPES]
        self.mailed.choices = self.listed.choices = choices(types)
        hours = [
            (str(each), ngettext("%(num)d hour before", "%(num)d hours before", each)) for each in REMINDER_CHOICES
        ]
        self.reminder.choices = [(NEVER, gettext("never")), *hours]

    def fill(self, muted, reminder_hours) -> None:
        self.mailed.data = [slug for slug in OPTIONAL_TYPES if [slug, BY_MAIL] not in muted]
        self.listed.data = [slug for slug in OPTIONAL_TYPES if [slug, IN_LIST] not in muted]
        self.reminder.data = str(reminder_hours or NEVER)

    @property
    def muted(self) -> list[tuple[str, str]]:
        wanted = {(slug, BY_MAIL) for slug in self.mailed.data} | {(slug, IN_LIST) for slug in self.listed.data}
        return [pair for slug in OPTIONAL_TYPES for pair in ((slug, BY_MAIL), (slug, IN_LIST)) if pair not in wanted]


@blp.before_request
def mark_linked_notification_read():
    notification_id = parse_id(request.args.get(LINK_PARAMETER, ""))
    is_linked = notification_id and request.method == "GET" and session_user() is not None
    if is_linked and mark_read(db.session, require_user().id, notification_id, now=utc_now()):
        db.session.commit()


@sign_in_required
def notifications_page():
    paging = read_paging()
    rows, total, unread = list_notifications(db.session, require_user().id, limit=paging.limit, offset=paging.offset)
    language, timezone = page_language(), current_app.config["CREW_TIMEZONE"]
    items = [(row, describe_notification(row.slug, row.data, language, timezone)) for row in rows]
    return crew_page(
        "web/crew/notifications.html",
        items=[(row, text, _link(row.id, text.path)) for row, text in items],
        unread=unread,
        page_links=page_links(paging, total),
    )


@sign_in_required
def read_all_notifications():
    mark_all_read(db.session, require_user().id, now=utc_now())
    db.session.commit()
    return redirect(PAGE_PATH)


@sign_in_required
def notification_settings_page():
    user, form = require_user(), NotificationSettingsForm()
    if form.validate_on_submit():
        hours = parse_id(form.reminder.data)
        try:
            set_preferences(db.session, user.id, form.muted, reminder_hours=hours)
        except InvalidInput as error:
            form.add_error(gettext(str(error)), form.reminder)
        else:
            db.session.commit()
            flash_success(gettext("Your choice is saved."))
            return redirect(SETTINGS_PATH)
    if not form.is_submitted():
        form.fill(*get_preferences(db.session, user.id))
    mandatory = [gettext(each.about) for each in NOTIFICATION_TYPES.values() if each.is_mandatory]
    return crew_page("web/crew/notification_settings.html", form=form, user=user, mandatory=mandatory)


def _link(notification_id, path):
    """Return the address of the page that the notification is about, or of the list, with the id."""
    path, hash_sign, fragment = (path or PAGE_PATH).partition("#")
    return f"{path}?{LINK_PARAMETER}={notification_id}{hash_sign}{fragment}"


blp.add_url_rule(PAGE_PATH, view_func=notifications_page)
blp.add_url_rule(SETTINGS_PATH, view_func=notification_settings_page, methods=["GET", "POST"])
blp.add_url_rule("/notifications/read/", view_func=read_all_notifications, methods=["POST"])
