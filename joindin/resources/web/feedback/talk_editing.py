"""Page on which the claimed speakers of a talk edit its title, abstract, language, level, links, recording and feedback.

Hosts edit the rest on their own page of the talk, to which a link leads.
"""

from flask import redirect, request
from wtforms import BooleanField, HiddenField, SelectField

from joindin.errors import Conflict, Forbidden, InvalidInput
from joindin.extensions import db
from joindin.http.pages.forms import Form, PlainTextField, choices, max_length, required
from joindin.http.pages.html_pages import flash_success, render_page
from joindin.http.pages.languages import gettext, lazy_gettext, set_page_language
from joindin.http.pages.talk_levels import level_choices
from joindin.http.sessions import require_user, sign_in_required
from joindin.models import LINK_TYPES
from joindin.operations.feedback.talk_editing import content_version, edit_talk_content
from joindin.operations.talk_links import MAX_LINKS
from joindin.permissions import can_edit_talk, can_manage_talk
from joindin.queries.languages import list_languages
from joindin.queries.paging import Paging
from joindin.queries.viewer_relations import load_viewer_for_talk_editing
from joindin.representations.links import talk_path
from joindin.resources.web.feedback.comment_form import LongTextField
from joindin.resources.web.feedback.common import LINK_NAMES, link_pairs
from joindin.resources.web.feedback.talk_access import with_talk_or_preview
from joindin.resources.web.public.event_frame import load_event_frame
from joindin.resources.web.public.pages import blp
from joindin.utils.datetimes import utc_now
from joindin.utils.text import complete_web_url, is_web_url, strip_control_chars

MAX_TITLE_LENGTH, MAX_DESCRIPTION_LENGTH, MAX_URL_LENGTH = 255, 65_535, 2_000
MSG_NOT_SPEAKER = "A talk is edited by its claimed speakers and by the hosts of the event"


class TalkContentForm(Form):
    title = PlainTextField(
        lazy_gettext("Title"),
        [
            required(lazy_gettext("Enter the title of the talk.")),
            max_length(MAX_TITLE_LENGTH, lazy_gettext("The title")),
        ],
    )
    description = LongTextField(
        lazy_gettext("Abstract"), [max_length(MAX_DESCRIPTION_LENGTH, lazy_gettext("The abstract"))]
    )
    language_id = SelectField(lazy_gettext("Language"), coerce=int)
    level = SelectField(lazy_gettext("Level"), render_kw={"required": False})
    has_recording_opt_out = BooleanField(lazy_gettext("This talk must not be recorded"))
    has_feedback = BooleanField(
        lazy_gettext("This talk takes ratings and comments"),
        description=lazy_gettext("Without the tick there are no new ones. Those that exist stay."),
    )
    version = HiddenField()


@blp.route("/event/<slug>/<talk_slug>/edit", methods=["GET", "POST"])
@blp.route("/talk/<stub>/edit", methods=["GET", "POST"])
@sign_in_required
@with_talk_or_preview
def edit_talk_content_page(event, talk):
    set_page_language()
    if not can_edit_talk(load_viewer_for_talk_editing(db.session, require_user(), [talk]), talk):
        raise Forbidden(MSG_NOT_SPEAKER)
    form = TalkContentForm(
        title=talk.title,
        description=talk.description,
        language_id=talk.language_id,
        level=talk.level or "",
        has_feedback=talk.has_feedback,
        has_recording_opt_out=talk.has_recording_opt_out,
        version=content_version(talk, talk.links),
    )
    languages = list_languages(db.session, Paging(size=0)).items
    form.language_id.choices = choices((row.id, row.name) for row in languages)
    form.level.choices = level_choices()
    if request.method == "GET":
        return _page(event, talk, form, link_pairs(talk))
    links = _read_links()
    is_valid = form.validate()
    if problem := _find_link_problem(links):
        form.add_error(problem)
        is_valid = False
    if not is_valid:
        return _page(event, talk, form, links, 400)
    try:
        edit_talk_content(
            db.session,
            talk.id,
            title=form.title.data,
            description=form.description.data,
            language_id=form.language_id.data,
            level=form.level.data or None,
            links=links,
            has_feedback=form.has_feedback.data,
            has_recording_opt_out=form.has_recording_opt_out.data,
            version=form.version.data,
            actor=require_user(),
            now=utc_now(),
        )
    except (Conflict, InvalidInput) as error:
        db.session.rollback()
        return _conflict(stub=talk.stub, form=form, links=links, error=error)
    db.session.commit()
    flash_success(gettext("The talk is stored."))
    return redirect(talk_path(event, talk), 303)


@with_talk_or_preview
def _conflict(event, talk, form, links, error):
    """Show the stored contents beside those of the form, which is then based on the stored ones."""
    form.version.data = content_version(talk, talk.links)
    form.add_error(gettext("The talk was changed meanwhile. Compare both versions, and save again."))
    return _page(event, talk, form, links, 409, stored=talk)


def _read_links():
    types, urls = request.form.getlist("link_type"), request.form.getlist("link_url")
    pairs = [(type_, strip_control_chars(url).strip()) for type_, url in zip(types, urls)]
    return [(type_, complete_web_url(url)) for type_, url in pairs if url]


def _find_link_problem(links):
    if len(links) > MAX_LINKS:
        return gettext("A talk has at most %(number)d links.", number=MAX_LINKS)
    for type_, url in links:
        if type_ not in LINK_TYPES or not is_web_url(url) or len(url) > MAX_URL_LENGTH:
            return gettext("This is no web address: %(address)s", address=url[:100])
    return None


def _page(event, talk, form, links, status=200, stored=None):
    return render_page(
        "web/feedback/talk_edit.html",
        status,
        event=event,
        talk=talk,
        frame=load_event_frame(event, None),
        form=form,
        links=links,
        link_names=LINK_NAMES,
        stored=stored,
        stored_links=link_pairs(talk),
        can_manage=can_manage_talk(load_viewer_for_talk_editing(db.session, require_user(), [talk]), talk),
    )
