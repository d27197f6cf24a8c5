"""Sign-up of the caller for a shift, and the waiting list: an addition to the contract, which has forms only.

``GET`` returns what the caller may do, with all reasons against it.
"""

from flask import Blueprint

from joindin.errors import NotFound
from joindin.extensions import db, reader
from joindin.http.pages.languages import response_language
from joindin.operations.crew import signup, waiting_list
from joindin.operations.crew.participations import Comment
from joindin.operations.crew.signup_rules import judge_signup
from joindin.queries.crew.access import find_shift_access
from joindin.queries.crew.participants import Participant
from joindin.queries.crew.qualifications import USER
from joindin.queries.crew.questionnaires import list_questions
from joindin.queries.crew.signup_facts import load_signup_facts
from joindin.queries.crew.waiting_list import get_waiting_position
from joindin.representations.ephios.questions import represent_question
from joindin.resources.ephios.authentication import crew_viewer
from joindin.resources.ephios.bodies import read_body
from joindin.resources.ephios.context import crew_links, parse_row_id
from joindin.resources.ephios.participations import get_own_participation
from joindin.resources.ephios.responses import allowing, json_response
from joindin.resources.ephios.routes import add_write_route
from joindin.resources.ephios.shifts import MSG_NO_SHIFT
from joindin.resources.ephios.texts import MSG_NOT_FOUND
from joindin.utils.datetimes import utc_now

MAX_COMMENT_LENGTH, MAX_TEAM_LENGTH, MAX_PATH_LENGTH = 255, 100, 1000

blp = Blueprint("ephios_signup", __name__, url_prefix="/api/shifts")


def show_signup(pk):
    """Return the reasons against signing up, declining and changing the times: an empty list allows the action."""
    shift_id, person = _find_shift(pk), _caller()
    facts = load_signup_facts(reader(), person, [shift_id], utc_now())[shift_id]
    verdict, language = judge_signup(facts, utc_now(), crew_links().timezone), response_language()
    place = get_waiting_position(reader(), person.id, shift_id)
    body = {
        "shift": shift_id,
        "state": facts.state,
        "sign_up": [reason.text(language) for reason in verdict.sign_up],
        "customize": [reason.text(language) for reason in verdict.customize],
        "decline": [reason.text(language) for reason in verdict.decline],
        "waiting_list_position": place,
        "questions": [represent_question(each) for each in list_questions(reader(), shift_id, person)],
    }
    return allowing(json_response(body), "GET, HEAD, POST, PATCH, DELETE")


def sign_up(pk):
    shift_id, body = _find_shift(pk), read_body()
    stored = signup.sign_up(db.session, _caller(), shift_id, **_times(), wishes=_read_wishes(body))
    return _stored_response(stored, 201)


def customize(pk):
    shift_id, body = _find_shift(pk), read_body()
    stored = signup.customize_times(db.session, _caller(), shift_id, **_times(), wishes=_read_wishes(body))
    return _stored_response(stored, 200)


def decline(pk):
    shift_id, body = _find_shift(pk), read_body()
    stored = signup.decline(db.session, _caller(), shift_id, **_times(), comment=_read_comment(body))
    return _stored_response(stored, 200)


def join_waiting_list(pk):
    shift_id, body = _find_shift(pk), read_body()
    team_uuid = body.text("preferred_team_uuid", MAX_TEAM_LENGTH, None)
    waiting_list.join_waiting_list(
        db.session, _caller().id, shift_id, **_times(), team_uuid=team_uuid, answers=_read_answers(body)
    )
    db.session.commit()
    place = get_waiting_position(db.session, _caller().id, shift_id)
    return allowing(json_response({"shift": shift_id, "waiting_list_position": place}, 201), "POST, DELETE")


def leave_waiting_list(pk):
    waiting_list.leave_waiting_list(db.session, _caller().id, _find_shift(pk))
    db.session.commit()
    return allowing(json_response({}), "POST, DELETE")


def _find_shift(pk):
    """Return the id of a shift that the caller sees. Drafts have no sign-up."""
    shift_id = parse_row_id(pk)
    if shift_id is None:
        raise NotFound(MSG_NOT_FOUND)
    access = find_shift_access(reader(), crew_viewer(), shift_id)
    if access is None or not access.is_visible:
        raise NotFound(MSG_NO_SHIFT)
    return shift_id


def _caller():
    return Participant(USER, crew_viewer().user_id)


def _times():
    return {"now": utc_now(), "timezone": crew_links().timezone}


def _read_wishes(body):
    return signup.SignupWishes(
        team_uuid=body.text("preferred_team_uuid", MAX_TEAM_LENGTH, None),
        unit_path=body.text("preferred_unit_path", MAX_PATH_LENGTH, None),
        starts_at=body.time("individual_start_time", None),
        ends_at=body.time("individual_end_time", None),
        comment=_read_comment(body),
        answers=_read_answers(body),
    )


def _read_answers(body):
    answers = body.objects("answers") if body.has("answers") else ()
    return {each.integer("question"): each.value("answer") for each in answers}


def _read_comment(body):
    text = body.text("comment", MAX_COMMENT_LENGTH, "")
    return Comment(text, body.flag("comment_is_public", False)) if text else None


def _stored_response(stored, status):
    participation_id = stored.id
    db.session.commit()
    response = get_own_participation(str(participation_id))
    response.status_code = status
    return allowing(response, "GET, HEAD, POST, PATCH, DELETE")


add_write_route(blp, "/<pk>/signup/", {"GET": show_signup, "POST": sign_up, "PATCH": customize, "DELETE": decline})
add_write_route(blp, "/<pk>/waiting-list/", {"POST": join_waiting_list, "DELETE": leave_waiting_list})
