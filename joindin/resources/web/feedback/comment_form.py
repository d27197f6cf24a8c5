"""The form for a comment on a talk or an event."""

from wtforms import BooleanField, HiddenField, TextAreaField, ValidationError

from joindin.extensions import db, reader
from joindin.http.pages.forms import Form, RadioChoice, choices, max_length, required
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.models import EventSettings
from joindin.models.event_settings import NO_RATING
from joindin.models.talk_comments import ANONYMOUS, EVERYONE, SPEAKERS
from joindin.queries.comments import get_event_comment_context
from joindin.queries.own_feedback import get_last_level
from joindin.queries.talk_comments import get_talk_comment_context
from joindin.resources.web.feedback.common import scale_words
from joindin.utils.text import strip_control_chars

MAX_COMMENT_LENGTH = 20_000


class LongTextField(TextAreaField):
    """Several lines of text without control characters."""

    def process_formdata(self, valuelist):
        if valuelist:
            self.data = strip_control_chars(valuelist[0].replace("\r\n", "\n")).strip()


class CommentForm(Form):
    """``without_rating`` says that the author was asked about the missing rating once.

    ``is_choice_withdrawn`` is set if the author chose a level, or a hidden name, that the hosts no longer offer.
    """

    is_choice_withdrawn = False
    text = LongTextField(
        lazy_gettext("Comment"),
        [required(lazy_gettext("Write a comment")), max_length(MAX_COMMENT_LENGTH, lazy_gettext("The comment"))],
    )
    rating = RadioChoice(lazy_gettext("Rating"), validate_choice=False)
    level = RadioChoice(lazy_gettext("Who may read it?"), validate_choice=False)
    nameless = BooleanField(lazy_gettext("Without my name"))
    without_rating = HiddenField()

    @property
    def rating_number(self) -> int:
        """The rating; 0 if none was chosen."""
        value = self.rating.data
        return int(value) if value in ("1", "2", "3", "4", "5") else 0

    def validate_rating(self, field):
        if any(field.raw_data or ()) and not self.rating_number:
            raise ValidationError(gettext("Choose a rating from 1 to 5"))

    def validate_level(self, field):
        if self.is_choice_withdrawn:
            raise ValidationError(gettext("The hosts do not offer this choice any more. Choose who may read it."))


def comment_form_for(
    settings: EventSettings,
    *,
    with_rating: bool = True,
    with_level: bool = True,
    last_choice: tuple[str, bool] | None = None,
) -> CommentForm:
    """Return the form with the words and levels of the event. Fields that do not apply are left out.

    A comment without a level is for everyone. A choice that is not offered is replaced by none: its author chooses again.
    ``last_choice`` are the values of ``level`` and ``nameless`` with which a new form starts, as far as they are offered.
    """
    form = CommentForm()
    levels = dict(_levels(settings)) if with_level else {}
    is_nameless_offered = SPEAKERS in levels and settings.is_hidden_name_allowed
    if last_choice and last_choice[0] in levels:
        form.level.data, form.nameless.data = last_choice[0], last_choice[1] and is_nameless_offered
    if with_rating and settings.feedback_scheme != NO_RATING:
        form.rating.choices = choices([(str(number), f"{number} {word}") for number, word in scale_words(settings)])
    else:
        del form.rating
    form.is_choice_withdrawn = with_level and (
        form.level.data not in (None, *levels) or (form.nameless.data and not is_nameless_offered)
    )
    form.level.data = None if form.is_choice_withdrawn else form.level.data or EVERYONE
    if len(levels) > 1 or form.is_choice_withdrawn:
        form.level.choices = choices(levels.items())
    else:
        del form.level
    if not is_nameless_offered:
        del form.nameless
    return form


def new_comment_form(settings: EventSettings, user_id: int, **options) -> CommentForm:
    """Return the form for a comment on a talk as :func:`comment_form_for`, with the last choice of its author."""
    return comment_form_for(settings, last_choice=get_last_level(db.session, user_id), **options)


def can_rate_talk(talk_id: int, user_id: int) -> bool:
    """Return whether a rating in a comment of the user would be stored: the first one, and not that of a speaker."""
    context = get_talk_comment_context(reader(), talk_id, user_id, "")
    return not (context.is_speaker or context.has_rated)


def can_rate_event(event_id: int, user_id: int) -> bool:
    """Return whether a rating in a comment of the user would be stored: the first one, and not that of a host."""
    context = get_event_comment_context(reader(), event_id, user_id, "")
    return not (context.is_host or context.has_rated)


def _levels(settings):
    levels = [(EVERYONE, gettext("Everyone, with my name"))]
    if settings.is_hidden_name_allowed:
        levels.append((ANONYMOUS, gettext("Everyone, without my name")))
    if settings.is_private_text_allowed:
        levels.append((SPEAKERS, gettext("Only the speakers and the hosts")))
    return levels
