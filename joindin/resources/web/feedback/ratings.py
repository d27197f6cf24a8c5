"""Ratings of talks by users: sent from all scales of signed-in people, shown and taken back on one page."""

from flask import redirect, request

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.http.pages.html_pages import flash_success, render_page
from joindin.http.pages.languages import gettext, set_page_language
from joindin.http.sessions import require_user, sign_in_required
from joindin.operations.feedback.talk_ratings import Rater, delete_rating, get_rating, is_repeated_feedback, rate_talk
from joindin.operations.feedback.windows import check_feedback_open, feedback_window, has_rating_scale
from joindin.queries.feedback.rated_talks import get_rating_of_comments
from joindin.queries.web.talk_neighbours import find_next_in_room
from joindin.resources.web.feedback.comment_form import new_comment_form
from joindin.resources.web.feedback.common import (
    delayed_since,
    find_rated_talk,
    idempotency_key,
    parse_ratings,
    scale_words,
    written_at,
)
from joindin.resources.web.feedback.rate import has_room_key, room_of
from joindin.resources.web.public.pages import blp
from joindin.utils.datetimes import utc_now


@blp.get("/me/ratings/")
@sign_in_required
def own_rating_page():
    """Show the user's rating of one talk, with the form for a comment."""
    return _page(find_rated_talk(request.args.get("talk", "")))


@blp.post("/me/ratings/")
@sign_in_required
def send_rating_action():
    set_page_language()
    user = require_user()
    rated = find_rated_talk(request.form.get("talk", ""))
    window = feedback_window(rated.event, rated.talk, rated.settings, now=utc_now(), written_at=written_at())
    check_feedback_open(window)
    rater = Rater(user_id=user.id)
    if is_repeated_feedback(db.session, rated.talk.id, rater, idempotency_key(), now=utc_now()):
        return _redirect(rated)
    if request.form.get("take_back"):
        if delete_rating(db.session, rated.talk.id, rater, written_at=delayed_since()):
            flash_success(gettext("Your rating is deleted."))
    elif not has_rating_scale(rated.settings):
        return _page(rated, 400, problem=gettext("This event takes texts without ratings"))
    else:
        try:
            rating, rating_2 = parse_ratings(request.form, rated.settings)
        except InvalidInput as error:
            return _page(rated, 400, problem=gettext(str(error)))
        if rating is None:
            return _page(rated, 400, problem=gettext("Choose a rating from 1 to 5"))
        rate_talk(
            db.session,
            rated.talk.id,
            rater,
            rating=rating,
            rating_2=rating_2,
            is_on_site=has_room_key(room_of(rated.talk), request.form.get("k", "")),
            written_at=delayed_since(),
            now=utc_now(),
        )
    db.session.commit()
    return _redirect(rated)


def _redirect(rated):
    return redirect(f"/me/ratings/?talk={rated.talk.stub}", 303)


def _page(rated, status=200, problem=None):
    set_page_language()
    user = require_user()
    return render_page(
        "web/feedback/own_rating.html",
        status,
        talk=rated.talk,
        event=rated.event,
        settings=rated.settings,
        window=feedback_window(rated.event, rated.talk, rated.settings, now=utc_now()),
        words=scale_words(rated.settings),
        rating=get_rating(db.session, rated.talk.id, Rater(user_id=user.id)),
        commented=get_rating_of_comments(db.session, rated.talk.id, user.id),
        form=new_comment_form(rated.settings, user.id, with_rating=False),
        problem=problem,
        next_talk=find_next_in_room(db.session.connection(), rated.talk),
    )
