"""Pages of guests: registration by the share link of an event, the guest's page, and their sign-up (spec 19 and 24.3)."""

from flask import Response, redirect
from wtforms import StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from joindin.errors import Forbidden, NotFound
from joindin.extensions import db
from joindin.http.pages.forms import CheckboxList, EmailField, Form, PlainTextField, choices
from joindin.http.pages.html_pages import flash_success
from joindin.http.pages.languages import gettext, lazy_gettext, page_language
from joindin.http.sessions import session_user
from joindin.models.crew import SHOWN_TO_EVERYONE, Shift
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.guests import GuestFields, register_guest
from joindin.queries.crew.pages.events import get_event_row
from joindin.queries.crew.pages.guests import GUEST_VIEWER, MSG_INVALID_LINK, find_guest, find_shared_event
from joindin.queries.crew.participants import Participant
from joindin.queries.crew.qualifications import GUEST, load_qualification_catalogue
from joindin.resources.web.crew.addresses import event_path, guest_path, guest_signup_path
from joindin.resources.web.crew.common import blp, crew_page
from joindin.resources.web.crew.fields import DayField
from joindin.resources.web.crew.shift_cards import load_shift_cards
from joindin.resources.web.crew.signup_actions import SignupAddress, perform_signup, show_signup_form
from joindin.utils.datetimes import utc_now
from joindin.utils.email_addresses import is_email
from joindin.utils.text import parse_id, strip_control_chars

MAX_LENGTH = 254
MSG_NO_NAME = lazy_gettext("Enter your name.")
MSG_NO_EMAIL = lazy_gettext("Enter an e-mail address, like name@example.org")
MSG_TOO_LONG = lazy_gettext("That is too long. Enter at most 254 characters.")
MSG_BAD_BIRTH = lazy_gettext("Enter a day in the past.")
_is_short = Length(max=MAX_LENGTH, message=MSG_TOO_LONG)


class GuestForm(Form):
    email = EmailField(
        lazy_gettext("E-mail address"), [InputRequired(MSG_NO_EMAIL), _is_short], render_kw={"autocomplete": "email"}
    )
    display_name = PlainTextField(
        lazy_gettext("Name"), [InputRequired(MSG_NO_NAME), _is_short], render_kw={"autocomplete": "name"}
    )
    date_of_birth = DayField(lazy_gettext("Date of birth"), [Optional()], render_kw={"autocomplete": "bday"})
    phone = PlainTextField(lazy_gettext("Phone number"), [_is_short], render_kw={"autocomplete": "tel"})
    qualifications = CheckboxList(lazy_gettext("Qualifications"), validate_choice=False)

    def validate_email(self, field: StringField) -> None:
        if not is_email(field.data):
            raise ValidationError(MSG_NO_EMAIL)

    def validate_display_name(self, field: StringField) -> None:
        if not field.data:
            raise ValidationError(MSG_NO_NAME)

    def validate_date_of_birth(self, field: DayField) -> None:
        if field.data and field.data > utc_now().date():
            raise ValidationError(MSG_BAD_BIRTH)

    def read_fields(self) -> GuestFields:
        ids = [parse_id(each) for each in self.qualifications.data or ()]
        return GuestFields(
            self.email.data, self.display_name.data, self.date_of_birth.data, self.phone.data, [*filter(None, ids)]
        )


@blp.route("/guests/register/<row_id:event_id>/<token>/", methods=["GET", "POST"])
def register_as_guest(event_id: int, token: str) -> Response:
    event = find_shared_event(db.session, event_id, strip_control_chars(token))
    if session_user():
        return redirect(event_path(event.id, event.name))
    form = GuestForm()
    catalogue = load_qualification_catalogue(db.session)
    form.qualifications.choices = choices((str(each.id), each.title) for each in catalogue.by_id.values())
    if form.validate_on_submit():
        try:
            access_token = register_guest(
                db.session, event.id, form.read_fields(), language=page_language(), now=utc_now()
            )
            db.session.commit()
            flash_success(gettext("You are registered. The link to this page was sent to your address."))
            return redirect(guest_path(access_token))
        except InvalidCrewField as error:
            db.session.rollback()
            form.add_error(gettext(str(error)), form.email)
            event = get_event_row(db.session, event_id)
    return _private(crew_page("web/crew/guest_register.html", form=form, event=event))


@blp.get("/guests/<access_token>/")
def show_guest(access_token: str) -> Response:
    guest, event = _find_guest(access_token)
    if session_user():
        return redirect(event_path(event.id, event.name))
    viewer = GUEST_VIEWER if event.participants_shown_to == SHOWN_TO_EVERYONE else None
    person = Participant(GUEST, guest.id)
    cards = load_shift_cards(db.session.connection(), event.id, person, viewer, utc_now())
    paths = {card.shift.id: guest_signup_path(access_token, card.shift.id) for card in cards}
    return _private(crew_page("web/crew/guest.html", guest=guest, event=event, cards=cards, signup_paths=paths))


@blp.get("/guests/<access_token>/shifts/<row_id:shift_id>/signup-action/")
def show_guest_signup(access_token: str, shift_id: int) -> Response:
    return _private(show_signup_form(_find_address(access_token, shift_id)))


@blp.post("/guests/<access_token>/shifts/<row_id:shift_id>/signup-action/")
def sign_guest_up(access_token: str, shift_id: int) -> Response:
    return _private(perform_signup(_find_address(access_token, shift_id)))


def _find_guest(access_token):
    """Return the guest and the row of the event, which a draft does not show."""
    guest = find_guest(db.session, strip_control_chars(access_token))
    event = get_event_row(db.session, guest.event_id)
    if event is None or event.is_draft:
        raise Forbidden(MSG_INVALID_LINK)
    return guest, event


def _find_address(access_token, shift_id):
    guest, event = _find_guest(access_token)
    shift = db.session.get(Shift, shift_id)
    if shift is None or shift.event_id != event.id:
        raise NotFound("No Shift matches the given query.")
    form_path = guest_signup_path(access_token, shift_id)
    return SignupAddress(Participant(GUEST, guest.id), shift_id, form_path, guest_path(access_token))


def _private(response):
    """Keep the page, whose address is the guest's credential, out of caches."""
    response.cache_control.no_store = True
    return response
