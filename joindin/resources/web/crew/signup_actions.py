"""Sign-up by form or by one click, for users, guests and users of federated instances (spec 14.1, 24.1 and 24.3)."""

from dataclasses import dataclass

from flask import Response, current_app, redirect, request

from joindin.errors import Conflict
from joindin.extensions import db
from joindin.http.pages.html_pages import flash_error, flash_success
from joindin.http.pages.languages import gettext, lazy_gettext, page_language
from joindin.models.crew import CONFIRMED
from joindin.operations.crew import signup
from joindin.operations.crew.flows import may_customize_times
from joindin.operations.crew.refusals import MSG_NOT_ALLOWED, MSG_TIMES_OVERLAP, InvalidSignup, Refusal, SignupRefused
from joindin.operations.crew.signup_rules import POSITIVE_STATES, describe_shifts, judge_signup
from joindin.queries.crew.pages.own_participations import load_own_participations
from joindin.queries.crew.participants import Participant
from joindin.queries.crew.questionnaires import list_questions
from joindin.queries.crew.signup_facts import ConfirmedShift, load_overlapping, load_signup_facts
from joindin.queries.crew.unit_names import load_unit_names
from joindin.resources.web.crew.common import crew_page
from joindin.resources.web.crew.signup_form import make_signup_form, needs_form
from joindin.utils.datetimes import utc_now

SIGN_UP, CUSTOMIZE, DECLINE = "sign_up", "customize", "decline"
MSG_NEEDS_FORM = lazy_gettext("We need some additional information to sign you up for this shift.")
MSG_NO_ACTION = lazy_gettext("Select what you want to do.")


@dataclass(frozen=True)
class SignupAddress:
    """A person, a shift, and the pages of the form and of what follows."""

    participant: Participant
    shift_id: int
    form_path: str
    next_path: str

    @property
    def arguments(self) -> tuple:
        return db.session, self.participant, self.shift_id


def show_signup_form(address: SignupAddress) -> Response:
    facts, form = _load_form(address)
    return _form_page(address, facts, form)


def perform_signup(address: SignupAddress) -> Response:
    """Carry out what the button or the form says. Reasons against it are shown on the page of the event."""
    choice = request.form.get("signup_choice")
    try:
        if "quick_action" in request.form:
            return _act_at_once(address, choice)
        return _act_by_form(address, choice)
    except SignupRefused:
        return _refuse(address, Refusal(MSG_NOT_ALLOWED).text(page_language()))
    except Conflict as error:
        return _refuse(address, gettext(str(error)))


def _act_at_once(address, choice):
    if choice == DECLINE:
        return _decline(address, None)
    if choice == CUSTOMIZE:
        return redirect(address.form_path)
    if choice != SIGN_UP:
        return _refuse(address, Refusal(MSG_NOT_ALLOWED).text(page_language()))
    facts = _load_facts(address)
    shift = facts.shift
    if overlapping := load_overlapping(*address.arguments, shift.starts_at, shift.ends_at):
        shifts = {"shifts": describe_shifts(overlapping, _timezone())}
        flash_error(Refusal(MSG_TIMES_OVERLAP, shifts).text(page_language()))
        return redirect(address.form_path)
    if judge_signup(facts, utc_now(), _timezone()).sign_up:
        raise SignupRefused(())
    if needs_form(facts, list_questions(db.session, address.shift_id, address.participant)):
        flash_error(str(MSG_NEEDS_FORM))
        return redirect(address.form_path)
    return _sign_up(address, signup.NO_WISHES)


def _act_by_form(address, choice):
    facts, form = _load_form(address)
    if choice == DECLINE and form.comment.validate(form):
        return _decline(address, form.read_comment())
    is_valid = form.validate() & form.check_answers()
    if choice not in (SIGN_UP, CUSTOMIZE, DECLINE):
        form.add_error(str(MSG_NO_ACTION))
    elif is_valid and choice != DECLINE:
        try:
            wishes = form.read_wishes()
            # Times that overlap are an error of the form, before the rules refuse the shift.
            times = (wishes.starts_at, wishes.ends_at) if may_customize_times(facts) else (None, None)
            signup.check_times(db.session, address.participant, facts, *times, _timezone())
            return _customize(address, wishes) if choice == CUSTOMIZE else _sign_up(address, wishes)
        except InvalidSignup as error:
            db.session.rollback()
            form.add_signup_error(error)
            facts = _load_facts(address)
    return _form_page(address, facts, form)


def _sign_up(address, wishes):
    participation = signup.sign_up(*address.arguments, **_times(), wishes=wishes)
    is_confirmed = participation.state == CONFIRMED
    message = (
        gettext("You have successfully signed up for %(shift)s.", shift=_describe(address))
        if is_confirmed
        else gettext("You have successfully requested a participation in %(shift)s.", shift=_describe(address))
    )
    return _succeed(address, message)


def _decline(address, comment):
    signup.decline(*address.arguments, **_times(), comment=comment)
    return _succeed(address, gettext("You have successfully declined %(shift)s.", shift=_describe(address)))


def _customize(address, wishes):
    if _load_facts(address).state not in POSITIVE_STATES:
        raise SignupRefused(())
    signup.customize_times(*address.arguments, **_times(), wishes=wishes)
    return _succeed(address, gettext("Your participation was saved."))


def _succeed(address, message):
    db.session.commit()
    flash_success(message)
    return redirect(address.next_path)


def _refuse(address, message):
    db.session.rollback()
    flash_error(message)
    return redirect(address.next_path)


def _describe(address):
    shift = _load_facts(address).shift
    row = ConfirmedShift(shift.id, shift.label, shift.event_title, shift.starts_at, shift.ends_at)
    return describe_shifts([row], _timezone())[page_language() == "de"]


def _load_facts(address):
    return load_signup_facts(*address.arguments[:2], [address.shift_id], utc_now())[address.shift_id]


def _load_form(address):
    facts = _load_facts(address)
    own = load_own_participations(*address.arguments[:2], [address.shift_id]).get(address.shift_id)
    questions = list_questions(db.session, address.shift_id, address.participant)
    names = load_unit_names(db.session, [facts.shift])
    return facts, make_signup_form(facts, own, questions, names, _timezone())


def _form_page(address, facts, form):
    verdict, language = judge_signup(facts, utc_now(), _timezone()), page_language()
    has_signed_up = facts.state in POSITIVE_STATES
    reasons = verdict.customize if has_signed_up else verdict.sign_up
    return crew_page(
        "web/crew/signup.html",
        form=form,
        shift=facts.shift,
        state=facts.state,
        has_signed_up=has_signed_up,
        may_act=not reasons,
        may_decline=not verdict.decline,
        refusals=[reason.text(language) for reason in reasons],
        address=address,
    )


def _times() -> dict:
    return {"now": utc_now(), "timezone": _timezone()}


def _timezone() -> str:
    return current_app.config["CREW_TIMEZONE"]
