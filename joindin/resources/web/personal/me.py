"""The pages of the signed-in user about their own events, stars, comments and talks (site 2.6)."""

import datetime as dt

from flask import current_app, redirect, request

from joindin.extensions import db, reader
from joindin.http.pages.languages import set_page_language
from joindin.http.pages.paging import pager_arguments, read_page_number
from joindin.http.sessions import require_user, sign_in_required
from joindin.models import User
from joindin.queries.claims import list_claims_of_user
from joindin.queries.events import list_attended_events, list_hosted_events, load_events
from joindin.queries.own_feedback import (
    list_own_event_comments,
    list_own_talk_comments,
    list_spoken_talks,
    list_unrated_talks,
)
from joindin.queries.paging import Page, Paging
from joindin.queries.personal.overview import load_event_tasks, load_talk_news
from joindin.queries.stars import list_starred_talks
from joindin.resources.web.account.claims import decide_assignment
from joindin.resources.web.personal.pages import LONGEST_TALK, paging_of, private_page
from joindin.resources.web.public.pages import blp
from joindin.utils.datetimes import utc_now
from joindin.viewer import UserSnapshot

# Feedback of the last days counts as new.
NEWS_TIME = dt.timedelta(days=7)
NEXT_TALKS, SHOWN_EVENTS, SHOWN_TALKS, PAGE_SIZE = 5, 20, 5, 50


@blp.get("/me/")
@sign_in_required
def me_page():
    user, now = require_user(), utc_now()
    upcoming = list_starred_talks(db.session, user.id, starts_from=now - LONGEST_TALK, limit=NEXT_TALKS)
    attended, hosted = _list_own_events(user)
    claims = list_claims_of_user(db.session, user.id)
    talks, since = list_spoken_talks(db.session, user.id, Paging(0, SHOWN_TALKS)), now - NEWS_TIME
    return private_page(
        "web/personal/me.html",
        now=now,
        upcoming=[talk for talk in upcoming if talk.starts_at + dt.timedelta(minutes=talk.duration) > now],
        unrated=list_unrated_talks(db.session, user.id, now),
        talks=talks,
        news=load_talk_news(db.session, [talk.id for talk in talks.items], since),
        news_since=since.date(),
        attended=sorted((event for event in attended if event.ends_at >= now), key=lambda event: event.starts_at),
        hosted=hosted,
        tasks=load_event_tasks(db.session, [event.id for event in hosted]),
        assignments=[claim for claim in claims if claim.user_approved_at is None],
    )


@blp.get("/me/stars/")
@sign_in_required
def own_stars_page():
    talks = list_starred_talks(db.session, require_user().id)
    return private_page("web/personal/stars.html", talks=talks, starred=frozenset(talk.id for talk in talks))


@blp.get("/me/comments/")
@sign_in_required
def own_comments_page():
    user, number = require_user(), read_page_number()
    paging = paging_of(number, PAGE_SIZE)
    on_talks = list_own_talk_comments(db.session, user.id, paging)
    on_events = list_own_event_comments(db.session, user.id, paging)
    links = pager_arguments(number, PAGE_SIZE, max(on_talks.total, on_events.total))
    editable_since = utc_now() - dt.timedelta(minutes=current_app.config["MAX_COMMENT_EDIT_MINUTES"])
    return private_page(
        "web/personal/comments.html",
        on_talks=on_talks.items,
        on_events=on_events.items,
        editable_since=editable_since,
        **links,
    )


@blp.get("/me/talks/")
@sign_in_required
def own_talks_page():
    number = read_page_number()
    page = list_spoken_talks(db.session, require_user().id, paging_of(number, PAGE_SIZE))
    links = pager_arguments(number, PAGE_SIZE, page.total)
    return private_page("web/personal/talks.html", talks=page.items, **links)


@blp.get("/me/claims/")
@sign_in_required
def redirect_own_claims():
    """Redirect to the page of claims, which is among the account pages."""
    return redirect("/accounts/claims/", 302)


@blp.post("/me/claims/<row_id:claim_id>/")
@sign_in_required
def answer_assignment_action(claim_id):
    set_page_language()
    return decide_assignment(claim_id, request.form.get("answer", ""))


def _list_own_events(user: User):
    """Return the events that the user attends and hosts, newest first."""
    viewer = UserSnapshot(*(getattr(user, name) for name in UserSnapshot._fields))
    pages: list[Page] = [
        list_attended_events(reader(), user.id, Paging(0, SHOWN_EVENTS)),
        list_hosted_events(reader(), user.id, Paging(0, SHOWN_EVENTS), viewer),
    ]
    events = load_events(db.session, {key.id for page in pages for key in page.items})
    return [[events[key.id] for key in page.items if key.id in events] for page in pages]
