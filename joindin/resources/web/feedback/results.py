"""Results of a talk for its speakers and hosts, as a page, CSV and JSON; speakers may share a read-only address."""

import csv
import io
import json
from secrets import compare_digest, token_urlsafe

from flask import Response, redirect, request
from markupsafe import Markup

from joindin.errors import Forbidden
from joindin.extensions import db, reader
from joindin.http.pages.html_pages import flash_success, render_page
from joindin.http.pages.languages import gettext, set_page_language
from joindin.http.sessions import require_user, session_user, sign_in_required
from joindin.operations.talks import lock_talk
from joindin.permissions import can_edit_talk
from joindin.queries.event_settings import load_event_settings
from joindin.queries.feedback.talk_results import list_texts, load_distribution
from joindin.queries.viewer_relations import load_viewer_for_talk_editing
from joindin.representations.figures import draw_bars
from joindin.representations.links import talk_path
from joindin.resources.web.feedback.common import scale_words
from joindin.resources.web.feedback.talk_access import with_talk
from joindin.resources.web.public.event_frame import load_event_frame
from joindin.resources.web.public.pages import blp, website_links
from joindin.security.tokens import hash_token

MSG_NO_RESULTS = "The results of a talk are for its speakers and the hosts of the event"
FORMULA_CHARS = ("=", "+", "-", "@", "\t")


@blp.get("/event/<slug>/<talk_slug>/results")
@blp.get("/talk/<stub>/results")
@with_talk
def results_page(event, talk):
    """Show the results to those who may edit the talk, and by a shared address to others."""
    set_page_language()
    is_shared = _has_share_token(talk)
    if not is_shared:
        if session_user() is None:
            return _sign_in()
        _check_reader(talk)
    ratings = load_distribution(db.session, talk.id)
    words = scale_words(load_event_settings(reader(), event.id))
    bars = [(str(number), ratings.number(number)) for number, _ in words]
    texts = list_texts(db.session, talk.id)
    response = render_page(
        "web/feedback/results.html",
        event=event,
        talk=talk,
        frame=load_event_frame(event, None),
        ratings=ratings,
        words=words,
        figure=Markup(draw_bars(gettext("Distribution of the ratings"), bars)),  # noqa: S704
        # A shared address shows what everyone may read, and the numbers.
        texts=[text for text in texts if not text.is_private] if is_shared else texts,
        is_shared=is_shared,
        has_share=talk.results_share_hash is not None,
    )
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blp.post("/event/<slug>/<talk_slug>/results/share")
@blp.post("/talk/<stub>/results/share")
@sign_in_required
@with_talk
def share_results_action(event, talk):
    """Make a new shared address, which ends the former one; or end it."""
    set_page_language()
    _check_reader(talk)
    path, token = f"{talk_path(event, talk)}/results", token_urlsafe(16)
    is_on = request.form.get("on") == "1"
    lock_talk(db.session, talk.id).results_share_hash = hash_token(token) if is_on else None
    db.session.commit()
    if is_on:
        address = f"{website_links().website}{path}?share={token}"
        flash_success(gettext("Share this address. It is shown only now: %(address)s", address=address))
    else:
        flash_success(gettext("The shared address has ended."))
    return redirect(path, 303)


@blp.get("/event/<slug>/<talk_slug>/results.csv")
@blp.get("/talk/<stub>/results.csv")
@sign_in_required
@with_talk
def results_csv(event, talk):
    _check_reader(talk)
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    rows = _rows(talk)
    writer.writerow(rows[0] if rows else _row_of(None))
    writer.writerows([_plain_cell(value) for value in row.values()] for row in rows)
    return _download(out.getvalue(), "text/csv", f"results-{talk.stub}.csv")


@blp.get("/event/<slug>/<talk_slug>/results.json")
@blp.get("/talk/<stub>/results.json")
@sign_in_required
@with_talk
def results_json(event, talk):
    _check_reader(talk)
    ratings = load_distribution(db.session, talk.id)
    body = {
        "talk": talk.title,
        "ratings": {str(number): ratings.number(number) for number in range(1, 6)},
        "with_account": ratings.users.total(),
        "without_account": ratings.guests.total(),
        "on_site": ratings.on_site,
        "texts": _rows(talk),
    }
    return _download(json.dumps(body, ensure_ascii=False), "application/json", f"results-{talk.stub}.json")


def _rows(talk):
    return [_row_of(text) for text in list_texts(db.session, talk.id)]


def _row_of(text):
    """Return what an export has of a text. Hidden names are not in it."""
    if text is None:
        return dict.fromkeys(("written_at", "level", "name", "rating", "text", "answer"))
    name = text.user.full_name if text.user and not text.is_name_hidden else ""
    return {
        "written_at": text.created_at.isoformat(),
        "level": text.visibility,
        "name": name or "",
        "rating": text.rating or "",
        "text": text.text,
        "answer": text.answer or "",
    }


def _plain_cell(value):
    """Return a cell that spreadsheets do not take for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_CHARS) else value


def _download(text, mimetype, name):
    response = Response(text, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _has_share_token(talk):
    token = request.args.get("share", "")
    return bool(token and talk.results_share_hash) and compare_digest(hash_token(token), talk.results_share_hash)


def _check_reader(talk):
    if not can_edit_talk(load_viewer_for_talk_editing(db.session, require_user(), [talk]), talk):
        raise Forbidden(MSG_NO_RESULTS)


def _sign_in():
    return sign_in_required(lambda: None)()
