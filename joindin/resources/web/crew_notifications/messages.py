"""Forms for messages: to the people of an event, and to chosen users (spec 17)."""

from flask import Response, redirect, request
from wtforms import StringField, TextAreaField

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.http.pages.forms import CheckboxList, Form, choices, required
from joindin.http.pages.html_pages import flash_success
from joindin.http.pages.languages import gettext, lazy_gettext, ngettext
from joindin.http.pages.repeated_forms import is_repeated_form
from joindin.models import Event
from joindin.operations.crew.notifications.messages import (
    CONFIRMED_PEOPLE,
    MAX_SUBJECT_LENGTH,
    MAX_TEXT_LENGTH,
    REQUESTING_PEOPLE,
    RESPONSIBLE_PEOPLE,
    send_to_event,
    send_to_users,
)
from joindin.queries.crew.message_receivers import list_chosen_users, list_group_choices, list_members_of
from joindin.resources.web.crew.addresses import event_path
from joindin.resources.web.crew.common import blp, crew_page, crew_viewer
from joindin.resources.web.crew.planning_access import require_event, require_permission
from joindin.utils.text import parse_id, strip_control_chars, to_plain_line

# The query parameter with the id of a user, any number of times.
USER_PARAMETER = "user"
MAX_CHOSEN_USERS = 200


class MessageForm(Form):
    subject = StringField(
        lazy_gettext("Subject"),
        [required(lazy_gettext("Enter a subject."))],
        filters=[lambda text: to_plain_line(text or "")],
        render_kw={"maxlength": MAX_SUBJECT_LENGTH},
    )
    text = TextAreaField(
        lazy_gettext("Text"),
        [required(lazy_gettext("Enter a text."))],
        filters=[lambda text: strip_control_chars(text or "")],
        render_kw={"rows": 10, "maxlength": MAX_TEXT_LENGTH},
    )


class EventMessageForm(MessageForm):
    people = CheckboxList(lazy_gettext("To"), default=[CONFIRMED_PEOPLE])

    def __init__(self):
        super().__init__()
        self.people.choices = choices(
            [
                (CONFIRMED_PEOPLE, gettext("confirmed people")),
                (REQUESTING_PEOPLE, gettext("people who wait for a decision")),
                (RESPONSIBLE_PEOPLE, gettext("responsible people")),
            ]
        )


class UsersMessageForm(MessageForm):
    users = CheckboxList(lazy_gettext("To these people"))
    groups = CheckboxList(lazy_gettext("To these groups"))

    def __init__(self, users, groups):
        super().__init__()
        self.users.choices = choices((str(user_id), name) for user_id, name in users)
        self.groups.choices = choices((str(group_id), name) for group_id, name in groups)
        if not self.is_submitted():
            self.users.data = [str(user_id) for user_id, _name in users]
            self.groups.data = []


@blp.route("/events/<row_id:event_id>/notifications/", methods=["GET", "POST"])
def event_message_page(event_id: int) -> Response:
    require_event(event_id)
    event, form = db.session.get_one(Event, event_id), EventMessageForm()

    def send(message):
        return send_to_event(db.session, event_id, form.people.data, **message)

    return _message_page(form, send, title=event.name, back=event_path(event_id, event.name))


@blp.route("/notifications/mass/", methods=["GET", "POST"])
def users_message_page() -> Response:
    require_permission("view_userprofile")
    ids = {id_ for text in request.args.getlist(USER_PARAMETER)[:MAX_CHOSEN_USERS] if (id_ := parse_id(text))}
    form = UsersMessageForm(list_chosen_users(db.session, ids), list_group_choices(db.session))

    def send(message):
        members = list_members_of(db.session, [int(id_) for id_ in form.groups.data])
        return send_to_users(db.session, {*members, *map(int, form.users.data)}, **message)

    return _message_page(form, send, title=None, back="/users/")


def _message_page(form, send, *, title, back):
    if form.validate_on_submit():
        if is_repeated_form():
            return redirect(back)
        message = {"subject": form.subject.data, "text": form.text.data, "actor_id": crew_viewer().user_id}
        try:
            number = send(message)
        except InvalidInput as error:
            form.add_error(gettext(str(error)))
        else:
            db.session.commit()
            flash_success(ngettext("%(num)d person gets your message.", "%(num)d people get your message.", number))
            return redirect(back)
    return crew_page("web/crew/message.html", form=form, title=title, back=back)
