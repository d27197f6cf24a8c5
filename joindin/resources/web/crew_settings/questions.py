"""Administration of questions, and the questions of the shifts of an event."""

from flask import Response, redirect, request
from wtforms import BooleanField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Optional

from joindin.extensions import db
from joindin.http.pages.forms import Form, PlainTextField, choices, required
from joindin.http.pages.html_pages import flash_success
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.http.pages.repeated_forms import is_repeated_form
from joindin.http.sessions import require_user
from joindin.models import Event
from joindin.models.crew import MULTIPLE_CHOICE, SINGLE_CHOICE, TEXT
from joindin.operations.crew.administration.questions import (
    MAX_DESCRIPTION_LENGTH,
    MAX_NAME_LENGTH,
    MAX_QUESTION_LENGTH,
    QuestionFields,
    create_question,
    set_event_questions,
    set_question_archived,
    update_question,
)
from joindin.operations.crew.errors import InvalidCrewField
from joindin.queries.crew.planning.questions import find_question, list_all_questions, load_event_questions
from joindin.resources.web.crew.addresses import event_path
from joindin.resources.web.crew.common import blp, commit_or_flash, crew_page, crew_viewer, form_page
from joindin.resources.web.crew.event_form import NOT_EMPTY, limited
from joindin.resources.web.crew.event_planning import EmptyForm
from joindin.resources.web.crew.planning_access import require_event, require_permission
from joindin.utils.text import parse_id, to_plain_text

PERMISSION, PATH = "manage_questions", "/settings/questionnaires/"
MSG_REQUIRED = lazy_gettext("This field may not be blank.")
TYPE_NAMES = (
    (TEXT, lazy_gettext("a text")),
    (SINGLE_CHOICE, lazy_gettext("one of the choices")),
    (MULTIPLE_CHOICE, lazy_gettext("any number of the choices")),
)


class QuestionForm(Form):
    name = PlainTextField(
        lazy_gettext("Short name"),
        [required(MSG_REQUIRED), limited(MAX_NAME_LENGTH)],
        description=lazy_gettext("Responsible people see it next to the answers."),
    )
    text = PlainTextField(lazy_gettext("Question"), [required(MSG_REQUIRED), limited(MAX_QUESTION_LENGTH)])
    description = TextAreaField(
        lazy_gettext("Description"),
        [Optional(), limited(MAX_DESCRIPTION_LENGTH)],
        filters=[lambda text: to_plain_text(text or "")],
        render_kw={"rows": 3},
    )
    type = SelectField(
        lazy_gettext("The answer is"), [InputRequired()], choices=choices(TYPE_NAMES), render_kw=NOT_EMPTY
    )
    choices = TextAreaField(
        lazy_gettext("Choices"),
        [Optional(), limited(30_000)],
        filters=[lambda text: to_plain_text(text or "")],
        description=lazy_gettext("One on each line. A text has none."),
        render_kw={"rows": 5},
    )
    is_required = BooleanField(lazy_gettext("An answer is required"))
    uses_saved_answers = BooleanField(lazy_gettext("The last answer of a person is filled in the next time"))

    @property
    def fields(self) -> QuestionFields:
        return QuestionFields(
            self.name.data,
            self.text.data,
            self.description.data,
            self.type.data,
            [line.strip() for line in self.choices.data.splitlines() if line.strip()],
            self.is_required.data,
            self.uses_saved_answers.data,
        )


@blp.get(PATH)
def question_list() -> Response:
    require_permission(PERMISSION)
    return crew_page("web/crew/questions.html", questions=list_all_questions(db.session))


@blp.route(f"{PATH}create/", methods=["GET", "POST"])
def create_question_page() -> Response:
    require_permission(PERMISSION)
    form = QuestionForm()
    return form_page(
        "web/crew/question_form.html",
        form,
        lambda: is_repeated_form() or create_question(db.session, form.fields, actor=require_user()),
        gettext("The question is stored."),
        PATH,
        question=None,
    )


@blp.route(f"{PATH}<row_id:question_id>/edit/", methods=["GET", "POST"])
def edit_question_page(question_id: int) -> Response:
    require_permission(PERMISSION)
    question = find_question(db.session, question_id)
    names = ("name", "text", "description", "type", "is_required", "uses_saved_answers")
    stored = {name: getattr(question, name) for name in names}
    form = QuestionForm(data=stored | {"choices": "\n".join(question.choices)})
    return form_page(
        "web/crew/question_form.html",
        form,
        lambda: update_question(db.session, question_id, form.fields, actor=require_user()),
        gettext("The question is stored."),
        PATH,
        question=question,
    )


@blp.post(f"{PATH}<row_id:question_id>/archive/")
def archive_question(question_id: int) -> Response:
    return _archive(question_id, True, gettext("The question is archived."))


@blp.post(f"{PATH}<row_id:question_id>/restore/")
def restore_question(question_id: int) -> Response:
    return _archive(question_id, False, gettext("The question can be chosen again."))


@blp.route("/events/<row_id:event_id>/questions/", methods=["GET", "POST"])
def event_questions_page(event_id: int) -> Response:
    """Choose the questions of each shift, or add some to all shifts."""
    require_event(event_id)
    form, found, error = EmptyForm(), load_event_questions(db.session, event_id), None
    chosen, for_all = found.question_ids, set()
    back = event_path(event_id, db.session.get_one(Event, event_id).name)
    if form.is_submitted() and form.validate():
        chosen, for_all = {each.id: _read_ids(f"shift-{each.id}") for each in found.shifts}, _read_ids("all")
        try:
            set_event_questions(db.session, event_id, chosen, for_all)
            db.session.commit()
            flash_success(gettext("The questions are stored."))
            return redirect(back)
        except InvalidCrewField as problem:
            db.session.rollback()
            error = gettext(str(problem))
    return crew_page(
        "web/crew/event_questions.html",
        form=form,
        found=found,
        chosen=chosen,
        for_all=for_all,
        error=error,
        back=back,
        may_manage=crew_viewer().viewer.has_permission(PERMISSION),
    )


def _archive(question_id, is_archived, message):
    require_permission(PERMISSION)
    find_question(db.session, question_id)
    commit_or_flash(lambda: set_question_archived(db.session, question_id, is_archived, actor=require_user()), message)
    return redirect(PATH, 303)


def _read_ids(name) -> set[int]:
    """Return the ids that were ticked. 0, which does not exist, stands for values that are no ids."""
    return {parse_id(text) or 0 for text in request.form.getlist(name)}
