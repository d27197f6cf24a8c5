"""Results of a talk for its speakers and hosts, as a page, picture, CSV, XLSX and JSON; speakers may share a read-only address."""

import datetime as dt
import json
from collections import Counter
from secrets import compare_digest, token_urlsafe
from urllib.parse import urlencode

from flask import Response, redirect, request
from markupsafe import Markup

from joindin.errors import Forbidden, InvalidInput, NotFound
from joindin.extensions import db, reader
from joindin.http.pages.html_pages import flash_success, render_page
from joindin.http.pages.languages import event_dates, gettext, lazy_gettext, set_page_language
from joindin.http.sessions import require_user, session_user, sign_in_required
from joindin.models.event_settings import TWO_RATINGS
from joindin.models.talk_comments import ANONYMOUS, EVERYONE, SPEAKERS
from joindin.operations.feedback.comment_changes import MAX_ANSWER_LENGTH, answer_talk_comment
from joindin.operations.talks import lock_talk
from joindin.permissions import can_edit_talk
from joindin.queries.event_settings import load_event_settings
from joindin.queries.feedback.feedback_rows import list_feedback
from joindin.queries.feedback.rated_talks import find_answerable_comment
from joindin.queries.feedback.talk_results import list_texts, load_distribution
from joindin.queries.talks import is_speaker
from joindin.queries.viewer_relations import load_viewer_for_talk_editing
from joindin.representations.feedback_exports import represent_feedback, to_csv, to_xlsx
from joindin.representations.figures import draw_bars
from joindin.representations.links import talk_path
from joindin.representations.xlsx import MIMETYPE as XLSX
from joindin.resources.web.feedback.comment_actions import answer_form_page
from joindin.resources.web.feedback.common import parse_text, scale_words
from joindin.resources.web.feedback.talk_access import with_talk, with_talk_or_preview
from joindin.resources.web.personal.actions import read_switch
from joindin.resources.web.public.event_frame import load_event_frame
from joindin.resources.web.public.pages import blp, website_links
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import utc_now
from joindin.utils.text import parse_id

MSG_NO_RESULTS = "The results of a talk are for its speakers and the hosts of the event"
MSG_NOT_SPEAKER = "Only the speakers of the talk can do this"
LEVEL_NAMES = {
    EVERYONE: lazy_gettext("Everyone, with the name"),
    ANONYMOUS: lazy_gettext("Everyone, without the name"),
    SPEAKERS: lazy_gettext("The speakers and the hosts"),
}
# Ratings of a longer time are counted by day, others by hour.
MAX_TIME_BY_HOUR = dt.timedelta(hours=24)


@blp.get("/event/<slug>/<talk_slug>/results")
@blp.get("/talk/<stub>/results")
@with_talk_or_preview
def results_page(event, talk):
    """Show the results to those who may edit the talk, and by a shared address to others."""
    set_page_language()
    is_shared, user = _has_share_token(talk), session_user()
    if not is_shared:
        if user is None:
            return _sign_in()
        _check_reader(talk)
    ratings, settings = load_distribution(db.session, talk.id), load_event_settings(reader(), event.id)
    words, dates = scale_words(settings), event_dates(event.timezone)
    texts = [
        text
        for text in list_texts(db.session, talk.id)
        # A shared address shows what everyone may read, and the numbers.
        if not (is_shared and text.is_private)
    ]
    level, since = request.args.get("level", ""), _read_day("since")
    found = [
        text
        for text in texts
        if (not level or text.visibility == level) and (not since or dates.local(text.created_at).date() >= since)
    ]
    over_time = _count_by_time(ratings.times, dates)
    response = render_page(
        "web/feedback/results.html",
        event=event,
        talk=talk,
        frame=load_event_frame(event, None),
        ratings=ratings,
        words=words,
        has_two=settings.feedback_scheme == TWO_RATINGS,
        figure=_figure(gettext("Distribution of the ratings"), _bars(ratings, words)),
        second_figure=_figure(gettext("Delivery"), [(str(number), ratings.second[number]) for number, _ in words]),
        over_time=over_time,
        time_figure=_figure(gettext("Ratings over time"), over_time),
        texts=found,
        levels=[(name, label) for name, label in LEVEL_NAMES.items() if not (is_shared and name == SPEAKERS)],
        level_numbers=Counter(text.visibility for text in texts),
        level=level,
        since=since,
        are_texts_first=request.args.get("first") == "texts",
        is_shared=is_shared,
        is_speaker=not is_shared and is_speaker(db.session, talk.id, user.id),
        is_public=event.is_visible and talk.is_active,
        has_share=talk.results_share_hash is not None,
        share=request.args.get("share", "") if is_shared else "",
        max_answer_length=MAX_ANSWER_LENGTH,
        query=_query,
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
    _check_speaker(talk)
    path, token = f"{talk_path(event, talk)}/results", token_urlsafe(16)
    is_on = read_switch("on", default=True)
    lock_talk(db.session, talk.id).results_share_hash = hash_token(token) if is_on else None
    db.session.commit()
    if is_on:
        address = f"{website_links().website}{path}?share={token}"
        flash_success(gettext("Share this address. It is shown only now: %(address)s", address=address))
    else:
        flash_success(gettext("The shared address has ended."))
    return redirect(path, 303)


@blp.post("/event/<slug>/<talk_slug>/results/answer")
@blp.post("/talk/<stub>/results/answer")
@sign_in_required
@with_talk
def answer_in_results_action(event, talk):
    """Answer a text as a speaker. An empty text removes the answer."""
    set_page_language()
    _check_speaker(talk)
    comment = find_answerable_comment(db.session, parse_id(request.form.get("comment", "")) or 0)
    if comment.talk_id != talk.id:
        raise NotFound("Comment not found")
    try:
        text = parse_text(request.form, "text", MAX_ANSWER_LENGTH)
    except InvalidInput as error:
        return answer_form_page(comment, request.form.get("text", ""), str(error))
    answer_talk_comment(db.session, comment, speaker=require_user(), text=text, now=utc_now())
    db.session.commit()
    flash_success(gettext("Your answer is stored.") if text else gettext("Your answer is removed."))
    return redirect(f"{talk_path(event, talk)}/results#comment-{comment.id}", 303)


@blp.get("/event/<slug>/<talk_slug>/results.svg")
@blp.get("/talk/<stub>/results.svg")
@sign_in_required
@with_talk_or_preview
def results_svg(event, talk):
    _check_reader(talk)
    set_page_language()
    words = scale_words(load_event_settings(reader(), event.id))
    picture = draw_bars(talk.title, _bars(load_distribution(db.session, talk.id), words))
    return download(picture, "image/svg+xml", f"results-{talk.stub}.svg")


@blp.get("/event/<slug>/<talk_slug>/results.csv")
@blp.get("/talk/<stub>/results.csv")
@sign_in_required
@with_talk_or_preview
def results_csv(event, talk):
    return download(to_csv(_load_rows(event, talk)), "text/csv", f"results-{talk.stub}.csv")


@blp.get("/event/<slug>/<talk_slug>/results.xlsx")
@blp.get("/talk/<stub>/results.xlsx")
@sign_in_required
@with_talk_or_preview
def results_xlsx(event, talk):
    return download(to_xlsx(_load_rows(event, talk)), XLSX, f"results-{talk.stub}.xlsx")


@blp.get("/event/<slug>/<talk_slug>/results.json")
@blp.get("/talk/<stub>/results.json")
@sign_in_required
@with_talk_or_preview
def results_json(event, talk):
    rows, ratings = _load_rows(event, talk), load_distribution(db.session, talk.id)
    body = {
        "talk": talk.title,
        "ratings": {str(number): ratings.number(number) for number in range(1, 6)},
        "with_account": ratings.users.total(),
        "without_account": ratings.guests.total(),
        "on_site": ratings.on_site.total(),
        "feedback": rows,
    }
    return download(json.dumps(body, ensure_ascii=False), "application/json", f"results-{talk.stub}.json")


def download(content: str | bytes, mimetype: str, name: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _load_rows(event, talk):
    _check_reader(talk)
    return [represent_feedback(row, event.timezone) for row in list_feedback(db.session, talk_id=talk.id)]


def _query(values, **changes):
    """Return the query string of a link that changes some values of the page."""
    return f"?{urlencode({name: value for name, value in (values | changes).items() if value})}"


def _bars(ratings, words):
    return [(str(number), ratings.number(number)) for number, _ in words]


def _figure(title, bars):
    return Markup(draw_bars(title, bars))  # noqa: S704


def _count_by_time(times, dates):
    """Return labels and numbers of the ratings: by hour, or by day if they came over a longer time."""
    if not times:
        return []
    is_short = max(times) - min(times) <= MAX_TIME_BY_HOUR
    hours = sorted(dates.local(at).replace(minute=0, second=0, microsecond=0) for at in times)
    return list(Counter(dates.day_and_time(at) if is_short else dates.day(at) for at in hours).items())


def _read_day(name):
    """Return a day of the address; None if there is none, or no real one."""
    try:
        return dt.date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def _has_share_token(talk):
    token = request.args.get("share", "")
    return bool(token and talk.results_share_hash) and compare_digest(hash_token(token), talk.results_share_hash)


def _check_reader(talk):
    if not can_edit_talk(load_viewer_for_talk_editing(db.session, require_user(), [talk]), talk):
        raise Forbidden(MSG_NO_RESULTS)


def _check_speaker(talk):
    if not is_speaker(db.session, talk.id, require_user().id):
        raise Forbidden(MSG_NOT_SPEAKER)


def _sign_in():
    return sign_in_required(lambda: None)()
