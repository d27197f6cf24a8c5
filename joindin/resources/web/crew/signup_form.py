"""The form of a sign-up, with the fields of the shift: times, comment, team or unit, and questions (spec 14.1)."""

import datetime as dt
from collections.abc import Sequence

from flask import request
from wtforms import BooleanField, StringField, TimeField
from wtforms.validators import Length, ValidationError

from joindin.http.pages.forms import CheckboxList, Form, RadioChoice, choices
from joindin.http.pages.languages import lazy_gettext, page_language
from joindin.models.crew import MULTIPLE_CHOICE, SINGLE_CHOICE
from joindin.operations.crew.flows import may_customize_times
from joindin.operations.crew.participations import Comment
from joindin.operations.crew.questionnaires import read_answers
from joindin.operations.crew.refusals import InvalidSignup
from joindin.operations.crew.signup import SignupWishes
from joindin.operations.crew.structures.complex import list_unit_paths
from joindin.operations.crew.structures.named_teams import list_qualified_teams
from joindin.queries.crew.pages.own_participations import OwnParticipation
from joindin.queries.crew.questionnaires import AskedQuestion
from joindin.queries.crew.signup_facts import SignupFacts
from joindin.queries.crew.signup_stats import COMPLEX, NAMED_TEAMS
from joindin.resources.web.crew.fields import MSG_INVALID_DAY, DayField
from joindin.utils.datetimes import get_timezone
from joindin.utils.text import strip_control_chars

TEAM_NAME = "baseshiftstructures_named_teams_preferred_team_uuid"
UNIT_NAME = "complexsignup_preferred_unit_path"
MAX_COMMENT_LENGTH = 255
MSG_BAD_TIME = lazy_gettext("Enter a time, like 18:30.")
MSG_CHOOSE = lazy_gettext("Select one of the choices.")
MSG_LONG_COMMENT = lazy_gettext("A comment has at most 255 characters.")
# Names of fields in the contract of the API, and those of the form.
FIELD_NAMES = {
    "individual_start_time": "individual_start_time_0",
    "individual_end_time": "individual_end_time_0",
    "preferred_team_uuid": TEAM_NAME,
    "preferred_unit_path": UNIT_NAME,
}


class TimeOfDayField(TimeField):
    def process_formdata(self, valuelist):
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(MSG_BAD_TIME) from None


class QuestionsForm(Form):
    """The questions of a shift. :func:`make_questions_form` adds their fields."""

    questions: Sequence[AskedQuestion] = ()

    def check_answers(self) -> bool:
        """Add the errors of the answers to their fields. Return whether there are none."""
        _answers, errors = read_answers(self.questions, self.submitted_answers)
        for name, reason in errors.items():
            self.add_error(reason.text(page_language()), self[name])
        return not errors

    def add_signup_error(self, error: InvalidSignup) -> None:
        name = FIELD_NAMES.get(error.field, error.field)
        self.add_error(error.reason.text(page_language()), self._fields.get(name))

    @property
    def submitted_answers(self) -> dict[int, object]:
        """Return the answers that were sent. Checkboxes of which none is checked send nothing."""
        return {
            question.id: self[question.field_name].data
            for question in self.questions
            if question.type == MULTIPLE_CHOICE or question.field_name in request.form
        }


class SignupForm(QuestionsForm):
    """Fields of every sign-up. :func:`make_signup_form` adds those of the shift."""

    timezone = "UTC"

    comment = StringField(
        lazy_gettext("Comment"), [Length(max=MAX_COMMENT_LENGTH, message=MSG_LONG_COMMENT)],
        description=lazy_gettext("The people who are responsible for the event read it."),
    )  # fmt: skip
    comment_is_public = BooleanField(lazy_gettext("Everyone who sees the participants may read the comment."))

    @property
    def has_times(self) -> bool:
        return "individual_start_time_0" in self

    def read_comment(self) -> Comment | None:
        text = strip_control_chars(self.comment.data)
        return Comment(text, self.comment_is_public.data) if text.strip() else None

    def read_wishes(self) -> SignupWishes:
        """Return everything that the person has chosen."""
        return SignupWishes(
            team_uuid=self[TEAM_NAME].data if TEAM_NAME in self else None,
            unit_path=self[UNIT_NAME].data if UNIT_NAME in self else None,
            starts_at=self._read_time("individual_start_time"),
            ends_at=self._read_time("individual_end_time"),
            comment=self.read_comment(),
            answers=self.submitted_answers,
        )

    def _read_time(self, name):
        day, time = (self[f"{name}_{number}"].data if f"{name}_{number}" in self else None for number in (0, 1))
        if day is None or time is None:
            return None
        return dt.datetime.combine(day, time, get_timezone(self.timezone))


def make_signup_form(
    facts: SignupFacts, own: OwnParticipation | None, questions: Sequence[AskedQuestion], unit_names, timezone: str
) -> SignupForm:
    """Return the form for a shift, filled with the person's times and answers."""
    fields = {"questions": questions, "timezone": timezone}
    if may_customize_times(facts):
        zone = get_timezone(timezone)
        times = own or facts.shift
        fields |= _time_fields("individual_start_time", times.starts_at.astimezone(zone), _START_LABELS)
        fields |= _time_fields("individual_end_time", times.ends_at.astimezone(zone), _END_LABELS)
    fields |= _place_fields(facts, unit_names)
    fields |= _question_fields(questions)
    form_class = type("ShiftSignupForm", (SignupForm,), fields)
    return form_class()


def make_questions_form(questions: Sequence[AskedQuestion]) -> QuestionsForm:
    """Return a form of nothing but the questions, filled with the person's answers."""
    form_class = type("ShiftQuestionsForm", (QuestionsForm,), {"questions": questions, **_question_fields(questions)})
    return form_class()


def needs_form(facts: SignupFacts, questions: Sequence[AskedQuestion]) -> bool:
    """Return whether a sign-up needs more than a click: a team, a unit, or an answer that has no default."""
    return bool(_list_places(facts, {})) or needs_answers(questions)


def needs_answers(questions: Sequence[AskedQuestion]) -> bool:
    """Return whether a required answer has no default."""
    return any(question.is_required and question.default in (None, "", []) for question in questions)


_START_LABELS = lazy_gettext("Your first day"), lazy_gettext("Your start")
_END_LABELS = lazy_gettext("Your last day"), lazy_gettext("Your end")


def _time_fields(name, at, labels):
    return {
        f"{name}_0": DayField(labels[0], [_is_given], default=at.date()),
        f"{name}_1": TimeOfDayField(labels[1], [_is_given], format=["%H:%M", "%H:%M:%S"], default=at.time()),
    }


def _is_given(_form, field):
    if field.data is None and not field.errors:
        raise ValidationError(MSG_INVALID_DAY if isinstance(field, DayField) else MSG_BAD_TIME)


_is_given.field_flags = {"required": True}


def _place_fields(facts, unit_names):
    name = TEAM_NAME if facts.shift.structure_slug == NAMED_TEAMS else UNIT_NAME
    label = lazy_gettext("Preferred team") if name == TEAM_NAME else lazy_gettext("Preferred unit")
    places = _list_places(facts, unit_names)
    if not places:
        return {}
    return {name: RadioChoice(label, [_is_chosen], choices=choices(places), validate_choice=False)}


def _list_places(facts, unit_names):
    """Return pairs of value and label of the teams or units among which the person chooses; none if they do not choose."""
    slug = facts.shift.structure_slug
    if slug == NAMED_TEAMS and facts.structure.get("choose_preferred_team") is True:
        return [(str(team.get("uuid")), str(team.get("title") or "")) for team in list_qualified_teams(facts)]
    if slug == COMPLEX and facts.structure.get("choose_preferred_unit") is True:
        return [(path, unit_names.get(path, path)) for path in list_unit_paths(facts)]
    return []


def _is_chosen(_form, field):
    if field.data not in [choice.value for choice in field.choices]:
        raise ValidationError(MSG_CHOOSE)


def _question_fields(questions):
    return {question.field_name: _question_field(question) for question in questions}


def _question_field(question):
    options = {"description": question.description or "", "default": question.default}
    validators = [_mark_required] if question.is_required else []
    if question.type == MULTIPLE_CHOICE:
        pairs = choices((each, each) for each in question.choices)
        return CheckboxList(question.text, validators, choices=pairs, validate_choice=False, **options)
    if question.type == SINGLE_CHOICE:
        pairs = choices((each, each) for each in question.choices)
        return RadioChoice(question.text, validators, choices=pairs, validate_choice=False, **options)
    return StringField(question.text, validators, **options)


def _mark_required(_form, _field):
    """Answers are checked by the operation. This only marks the field."""


_mark_required.field_flags = {"required": True}
