"""Pages of the talks of an event: the list, a new talk, changing one."""

import datetime as dt

from flask import redirect, request

from joindin.errors import Conflict, InvalidInput, NotFound, RateLimited, Unauthenticated, Unprocessable
from joindin.extensions import db
from joindin.http.pages.html_pages import flash_success
from joindin.http.pages.languages import gettext
from joindin.http.pages.repeated_forms import is_repeated_form
from joindin.http.sessions import require_user
from joindin.models import Event
from joindin.operations.organiser.talks import add_placed_talk, assign_speaker, edit_placed_talk
from joindin.operations.talks import check_talk_time, lock_talk
from joindin.queries.organiser.history import list_talk_history
from joindin.queries.organiser.invitations import list_invitations_of_talk
from joindin.queries.organiser.programme import find_programme_talk, list_programme
from joindin.resources.web.organiser.common import (
    blp,
    manage_path,
    organiser_page,
    page_links,
    read_paging,
    with_managed_event,
)
from joindin.resources.web.organiser.conflicts import ChangedValue, find_changed_values, fingerprint
from joindin.resources.web.organiser.event_fields import to_local
from joindin.resources.web.organiser.talk_form import (
    DEFAULT_DURATION_MINUTES,
    TalkForm,
    speaker_rows_of,
    talk_values,
)
from joindin.resources.web.organiser.talk_moves import find_unchecked_move
from joindin.utils.datetimes import utc_now
from joindin.utils.text import parse_id

# An attempt that a rate limit refuses is not counted: the limit stays reached.
REFUSALS = (InvalidInput, Conflict, NotFound, Unauthenticated, Unprocessable, RateLimited)


@blp.get("/event/<slug>/manage/talks/")
@with_managed_event
def talks_page(event):
    page = list_programme(db.session, event.id, read_paging())
    return organiser_page("talks.html", event, talks=page.items, page=page, page_links=page_links(page))


@blp.route("/event/<slug>/manage/talks/new/", methods=["GET", "POST"])
@with_managed_event
def new_talk_page(event):
    form = TalkForm(event)
    if not form.is_submitted():
        form.process(data=_values_of_new_talk(event, form))
        return _page(event, form)
    if not form.validate() or not form.check_speakers():
        return _page(event, form)
    if is_repeated_form():
        return redirect(manage_path(event, "talks/"), 303)

    if not _check_time(form, event, form.details().starts_at):
        return _page(event, form)

    def store():
        return add_placed_talk(db.session, event.id, form.details(), form.placement, actor=require_user()).id

    talk_id = _store(form, store)
    if talk_id is None:
        return _page(event, form)
    flash_success(gettext("The talk is added."))
    if request.form.get("then") == "another":
        return redirect(manage_path(event, f"talks/new/?after={talk_id}"), 303)
    return redirect(manage_path(event, "talks/"), 303)


@blp.route("/event/<slug>/manage/talks/<row_id:talk_id>/", methods=["GET", "POST"])
@with_managed_event
def talk_page(event, talk_id):
    form = TalkForm(event)
    if form.is_submitted():
        lock_talk(db.session, talk_id)
    talk = find_programme_talk(db.session, event.id, talk_id)
    present = talk_values(talk, event)
    shown = present | {"speakers": [name for name, _ in speaker_rows_of(talk)]}
    if not form.is_submitted():
        form.process(data=present | {"version": fingerprint(shown)})
        form.speaker_rows = speaker_rows_of(talk)
        return _page(event, form, talk)
    if not form.validate() or not form.check_speakers():
        return _page(event, form, talk)
    if is_repeated_form():
        return redirect(manage_path(event, "talks/"), 303)
    if changed := _find_changed_values(form, present, shown):
        return _page(event, form, talk, 409, changed)
    details = form.details(talk)
    if details.starts_at != talk.starts_at and not _check_time(form, event, details.starts_at):
        return _page(event, form, talk)
    if (move := find_unchecked_move(form, event, talk)) is not None:
        return _page(event, form, talk, move=move)

    def store():
        edit_placed_talk(db.session, talk_id, details, form.placement, actor=require_user(), now=utc_now())
        return talk_id

    if _store(form, store) is None:
        return _page(event, form, find_programme_talk(db.session, event.id, talk_id))
    flash_success(gettext("The talk is changed."))
    return redirect(manage_path(event, "talks/"), 303)


def _find_changed_values(form, present, shown):
    """Return the fields, and the speakers, whose stored value is another than the entered one, if values were stored meanwhile."""
    current = fingerprint(shown)
    if form.version.data == current:
        return []
    changed = find_changed_values(form, present)
    form.version.data = current
    if form.speaker_names != shown["speakers"]:
        names = (", ".join(shown["speakers"]), ", ".join(form.speaker_names))
        changed.append(ChangedValue(gettext("Speakers"), *names))
    return changed


def _check_time(form, event, starts_at):
    """Return whether the talk is within the event; else add an error to the field of its start."""
    try:
        check_talk_time(event, starts_at)
    except InvalidInput as error:
        form.add_error(gettext(str(error)), form.starts_at)
        return False
    return True


def _store(form, operation):
    """Perform and commit the operation; return the id of the talk, or None after an error, which the form then has."""
    name = None
    try:
        talk_id = operation()
        for name, account in form.accounts:
            assign_speaker(db.session, talk_id, name, account, caller=require_user(), now=utc_now())
        db.session.commit()
    except REFUSALS as error:
        db.session.rollback()
        message = gettext(str(error))
        if name is None:
            form.add_error(message)
        else:
            form.add_speaker_error(f"{name}: {message}")
        return None
    return talk_id


def _values_of_new_talk(event: Event, form) -> dict:
    """Return the first values: those of the talk before, and the next start; else the start of the event."""
    before_id = parse_id(request.args.get("after", ""))
    if before_id is None:
        values = {"starts_at": to_local(event.starts_at, event.timezone), "duration": DEFAULT_DURATION_MINUTES}
        return values | {"language_id": form.default_language_id}
    before = find_programme_talk(db.session, event.id, before_id)
    values = talk_values(before, event)
    kept = {name: values[name] for name in ("type_id", "language_id", "level", "duration", "track_ids", "room_id")}
    starts_at = before.starts_at + dt.timedelta(minutes=max(before.duration, 0))
    return kept | {"starts_at": to_local(starts_at, event.timezone)}


def _page(event, form, talk=None, status=None, changed=(), move=None):
    return organiser_page(
        "talk.html",
        event,
        status or (400 if form.errors else 200),
        form=form,
        talk=talk,
        changed=changed,
        move=move,
        speaker_rows=form.list_speaker_rows(talk),
        invitations=list_invitations_of_talk(db.session, talk, utc_now()) if talk else (),
        history=list_talk_history(db.session, talk.id) if talk else (),
    )
