"""Sign-up of the signed-in user, and the waiting list of full shifts (spec 14.1)."""

from flask import Response, current_app, redirect, request

from joindin.errors import NotFound
from joindin.extensions import db
from joindin.http.pages.html_pages import flash_error, flash_success
from joindin.http.pages.languages import gettext, page_language
from joindin.http.sessions import sign_in_required
from joindin.operations.crew import waiting_list
from joindin.operations.crew.refusals import InvalidSignup, SignupRefused
from joindin.queries.crew.pages.events import find_event_page_of_shift
from joindin.queries.crew.participants import Participant
from joindin.queries.crew.qualifications import USER
from joindin.queries.crew.questionnaires import list_questions
from joindin.queries.crew.signup_facts import load_signup_facts
from joindin.resources.web.crew.addresses import event_path, signup_path
from joindin.resources.web.crew.common import blp, crew_page, crew_viewer
from joindin.resources.web.crew.signup_actions import (
    MSG_NEEDS_FORM,
    SignupAddress,
    perform_signup,
    show_signup_form,
)
from joindin.resources.web.crew.signup_form import make_questions_form, needs_answers
from joindin.utils.datetimes import utc_now


@blp.get("/shifts/<row_id:shift_id>/signup/")
@sign_in_required
def show_signup(shift_id: int) -> Response:
    return show_signup_form(_find_address(shift_id))


@blp.post("/shifts/<row_id:shift_id>/signup/")
@sign_in_required
def sign_up(shift_id: int) -> Response:
    return perform_signup(_find_address(shift_id))


@blp.route("/shifts/<row_id:shift_id>/waiting-list/", methods=["GET", "POST"])
@sign_in_required
def join_waiting_list(shift_id: int) -> Response:
    """Show the questions of the shift, or join. One click joins if no answer is missing."""
    address = _find_address(shift_id)
    questions = list_questions(db.session, shift_id, address.participant)
    form = make_questions_form(questions)
    if request.method == "POST" and "with_answers" not in request.form and needs_answers(questions):
        flash_error(str(MSG_NEEDS_FORM))
        return redirect(request.path)
    if request.method == "POST" and form.validate() and form.check_answers():
        return _join(address, form)
    shift = load_signup_facts(db.session, address.participant, [shift_id], utc_now())[shift_id].shift
    return crew_page("web/crew/waiting_list.html", form=form, shift=shift, back=address.next_path)


def _join(address, form):
    timezone, answers = current_app.config["CREW_TIMEZONE"], form.submitted_answers
    try:
        waiting_list.join_waiting_list(
            db.session, address.participant.id, address.shift_id, now=utc_now(), timezone=timezone, answers=answers
        )
        db.session.commit()
        flash_success(gettext("You are on the waiting list. You take part as soon as a place is free for you."))
    except SignupRefused as error:
        db.session.rollback()
        flash_error(" ".join(reason.text(page_language()) for reason in error.reasons))
    except InvalidSignup as error:
        db.session.rollback()
        flash_error(error.reason.text(page_language()))
    return redirect(f"{address.next_path}#shift-{address.shift_id}")


@blp.post("/shifts/<row_id:shift_id>/waiting-list/removal/")
@sign_in_required
def leave_waiting_list(shift_id: int) -> Response:
    address = _find_address(shift_id)
    try:
        waiting_list.leave_waiting_list(db.session, address.participant.id, shift_id)
        db.session.commit()
        flash_success(gettext("You are no longer on the waiting list."))
    except NotFound as error:
        db.session.rollback()
        flash_error(gettext(str(error)))
    return redirect(f"{address.next_path}#shift-{shift_id}")


def _find_address(shift_id):
    """Return the address of a shift whose event the user may open."""
    event = find_event_page_of_shift(db.session.connection(), crew_viewer(), shift_id).event
    person = Participant(USER, crew_viewer().user_id)
    return SignupAddress(person, shift_id, signup_path(shift_id), event_path(event.id, event.name))
