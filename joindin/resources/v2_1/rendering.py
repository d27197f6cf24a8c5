"""Pages of events, talks, comments and users, rendered from keys through the fragment cache.

Each function names every input of its representation in the cache key: the row's id and version, columns
of other rows that it shows, the form, the base URL and the viewer's relation to the row.
"""

from dataclasses import replace

from flask import Response, current_app

from joindin.extensions import reader
from joindin.http.request_identity import get_caller
from joindin.models.event_settings import OFF
from joindin.performance.caching.fragment_cache import render_cached
from joindin.permissions import can_edit_event, can_edit_user, can_review_event, can_see_email, is_host, is_own_account
from joindin.queries.accounts.email_changes import get_pending_email
from joindin.queries.accounts.users import load_user_records
from joindin.queries.comment_records import load_event_comment_records, load_talk_comment_records
from joindin.queries.duplicate_events import find_likely_duplicates
from joindin.queries.event_lists.keys import viewer_from_keys
from joindin.queries.event_records import load_event_records
from joindin.queries.paging import Page
from joindin.queries.talk_records import load_talk_records
from joindin.queries.viewer_relations import load_viewer_for_events, load_viewer_for_talks
from joindin.representations.v2_1.comments import represent_event_comment
from joindin.representations.v2_1.events import represent_event
from joindin.representations.v2_1.talk_comments import represent_talk_comment
from joindin.representations.v2_1.talks import represent_talk
from joindin.representations.v2_1.users import represent_user
from joindin.resources.v2_1.links import base_url, links
from joindin.resources.v2_1.responses import collection_response, is_verbose
from joindin.utils.datetimes import day_number, utc_now
from joindin.viewer import Viewer


def render_events(page: Page, *, viewer: Viewer | None = None, with_rating: bool = True) -> Response:
    """Return the response with a page of events.

    Without ``viewer`` the caller's relations to the events are loaded. ``with_rating`` False leaves out the average
    rating, as in lists of a person's events (spec 4.1).
    """
    keys, user, verbose, now = page.items, get_caller().user, is_verbose(), utc_now()
    if viewer is None:
        viewer = viewer_from_keys(keys, user) or load_viewer_for_events(reader(), user, [key.id for key in keys])
    viewer = _without_hidden_data(viewer)
    # Only the verbose form depends on the day, by comments_enabled.
    context = ("v2.1 event", base_url(), verbose, with_rating, day_number(now) if verbose else None)
    # Reviewers see something of their own in every event.
    special_ids = None if can_review_event(viewer) else viewer.attending | viewer.hosting
    duplicate_ids = _load_duplicate_ids(keys, viewer)

    def cache_key(event):
        is_special = special_ids is None or event.id in special_ids
        viewer_variant = (_viewer_variant(event, viewer), duplicate_ids.get(event.id)) if is_special else None
        return event.id, event.version, viewer_variant, context

    def serialize(event):
        representation = represent_event(event, links(), viewer, now, verbose, duplicate_ids.get(event.id, ()))
        if not with_rating:
            representation["event_average_rating"] = None
        return representation

    fragments = _render(keys, cache_key, lambda ids: load_event_records(reader(), ids, with_hosts=verbose), serialize)
    return collection_response("events", fragments, page)


def _load_duplicate_ids(keys, viewer):
    """Return the ids of likely duplicates by pending event, for those who decide about them."""
    pending_ids = [key.id for key in keys if key.is_pending] if can_review_event(viewer) else []
    if not pending_ids:
        return {}
    duplicates = find_likely_duplicates(reader(), pending_ids)
    return {event_id: tuple(other.id for other in others) for event_id, others in duplicates.items()}


def _viewer_variant(event, viewer):
    """Return the part of the cache key that depends on the viewer: the relations that change the representation.

    Viewers without any relation to the event share the visitors' entry (None).
    """
    return (
        event.id in viewer.attending,
        can_edit_event(viewer, event),
        is_host(viewer, event),
        bool(event.is_pending) and can_review_event(viewer, event),
    )


def render_talks(page: Page, *, count_all_comments: bool = False) -> Response:
    """Return the response with a page of talks.

    ``count_all_comments`` counts private and hidden comments too, as in lists of a person's talks (spec 7.1).
    """
    viewer = _without_hidden_data(load_viewer_for_talks(reader(), get_caller().user, [key.id for key in page.items]))
    verbose, now = is_verbose(), utc_now()
    # Every form depends on the day, by comments_enabled.
    context = ("v2.1 talk", base_url(), verbose, count_all_comments, day_number(now))

    def cache_key(talk):
        viewer_variant = (talk.id in viewer.starred, viewer.ratings.get(talk.id) if verbose else None)
        return talk.id, talk.version, talk.timezone, talk.feedback_access == OFF, viewer_variant, context

    def serialize(talk):
        representation = represent_talk(talk, links(), viewer, now, verbose)
        if count_all_comments:
            representation["comment_count"] = talk.all_comment_count
        return representation

    fragments = _render(page.items, cache_key, lambda ids: load_talk_records(reader(), ids), serialize)
    return collection_response("talks", fragments, page)


def render_users(page: Page) -> Response:
    """Return the response with a page of users."""
    viewer, verbose = _without_hidden_data(Viewer(get_caller().user)), is_verbose()
    # Only the verbose form depends on the viewer.
    context = ("v2.1 user", base_url(), verbose and (viewer.user is not None, viewer.is_admin), verbose)
    pending_email = _pending_email(page.items, viewer) if verbose else None

    def cache_key(user):
        viewer_variant = verbose and (can_edit_user(viewer, user), can_see_email(viewer, user))
        own_email = pending_email if is_own_account(viewer, user) else None
        return user.id, user.version, viewer_variant, own_email, context

    fragments = _render(
        page.items,
        cache_key,
        lambda ids: load_user_records(reader(), ids),
        lambda user: represent_user(user, links(), viewer, verbose, pending_email=pending_email),
    )
    return collection_response("users", fragments, page)


def _pending_email(keys, viewer):
    """Return the address that the viewer has requested and not confirmed, if the page contains the viewer."""
    if not any(is_own_account(viewer, key) and can_see_email(viewer, key) for key in keys):
        return None
    return get_pending_email(reader(), viewer.user.id, utc_now())


def render_event_comments(page: Page) -> Response:
    """Return the response with a page of comments on events, which are the same for all viewers."""
    verbose = is_verbose()
    context = ("v2.1 event comment", base_url(), verbose)
    fragments = _render(
        page.items,
        lambda comment: (comment.id, comment.version, comment.user_version, comment.timezone, context),
        lambda ids: load_event_comment_records(reader(), ids),
        lambda comment: represent_event_comment(comment, links(), verbose),
    )
    return collection_response("comments", fragments, page)


def render_talk_comments(page: Page) -> Response:
    """Return the response with a page of comments on talks, which are the same for all viewers."""
    verbose = is_verbose()
    context = ("v2.1 talk comment", base_url(), verbose)

    def cache_key(comment):
        return comment.id, comment.version, comment.user_version, comment.talk_title, comment.timezone, context

    fragments = _render(
        page.items,
        cache_key,
        lambda ids: load_talk_comment_records(reader(), ids),
        lambda comment: represent_talk_comment(comment, links(), verbose),
    )
    return collection_response("comments", fragments, page)


def _without_hidden_data(viewer):
    """Return the viewer without their own data if the scopes of the token do not include it."""
    if get_caller().shows_own_data:
        return viewer
    return replace(viewer, attending=frozenset(), starred=frozenset(), ratings={}, shows_own_data=False)


def _render(keys, cache_key, load, serialize):
    return render_cached(current_app.extensions["fragment_cache"], keys, cache_key, load, serialize)
