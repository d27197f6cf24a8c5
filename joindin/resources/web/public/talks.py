"""The page of a talk, and redirects from its other addresses."""

from flask import redirect, request

from joindin.errors import NotFound
from joindin.extensions import db, reader
from joindin.http.pages.qr_codes import qr_code_svg
from joindin.http.sessions import session_user
from joindin.permissions import can_edit_event
from joindin.queries.talk_previews import (
    find_talk_by_stub_or_preview,
    find_talk_or_preview,
    get_talk_preview_by_slug,
)
from joindin.queries.talk_records import find_talk_record_by_slug
from joindin.queries.viewer_relations import load_viewer_for_events
from joindin.queries.web.former_slugs import find_talk_of_former_slug, get_former_talk_slug
from joindin.queries.web.talk_neighbours import load_talk_neighbours
from joindin.representations.json_ld.documents import to_script_text
from joindin.representations.json_ld.events import represent_talk
from joindin.representations.links import talk_path
from joindin.resources.web.feedback.common import LINK_NAMES, link_pairs
from joindin.resources.web.feedback.talk_section import talk_feedback_context
from joindin.resources.web.personal.stars import load_starred_ids
from joindin.resources.web.public.cards import talk_card_url
from joindin.resources.web.public.event_frame import SCHEDULE, event_breadcrumb, event_response, with_event_or_preview
from joindin.resources.web.public.pages import (
    blp,
    on_canonical_host,
    printable_or_not_found,
    redirect_links,
    website_links,
)


@blp.get("/event/<slug>/<talk_slug>")
@with_event_or_preview
def talk_page(event, talk_slug):
    slug = printable_or_not_found(talk_slug)
    try:
        talk = find_talk_record_by_slug(reader(), event.id, slug)
    except NotFound:
        talk = get_talk_preview_by_slug(db.session, event.id, slug, session_user())
        if talk is None:
            return _former_talk_response(event, slug)
    return talk_response(event, talk)


@blp.get("/talk/view/<row_id:talk_id>")
def redirect_talk_id(talk_id):
    talk = find_talk_or_preview(db.session, talk_id, session_user())
    return redirect(redirect_links().canonical_talk_page(talk.event, talk), 301)


@blp.get("/talk/<rest:stub>")
@on_canonical_host
def redirect_talk_stub(stub):
    """Redirect to the canonical page, or show it if its address is this one. Printed codes of web2 lead to the feedback."""
    talk = find_talk_by_stub_or_preview(db.session, printable_or_not_found(stub), session_user())
    if "qr" in request.args and is_public_talk(talk.event, talk):
        return redirect(f"{redirect_links().website}/f/{talk.stub}", 302)
    if talk_path(talk.event, talk) != request.path:
        return redirect(redirect_links().canonical_talk_page(talk.event, talk), 302)
    return talk_response(talk.event, talk)


def is_public_talk(event, talk) -> bool:
    return event.is_visible and talk.is_active


def talk_response(event, talk):
    """Show the page of a talk; the preview of one that is not public has no feedback."""
    is_public = is_public_talk(event, talk)
    address, card_url = website_links().canonical_talk_page(event, talk), talk_card_url(event, talk)
    neighbours = load_talk_neighbours(reader(), talk)
    structured_data = to_script_text(
        represent_talk(event, talk, neighbours.room, website_links(), image=card_url),
        event_breadcrumb(event, (talk.title, address)),
    )
    return event_response(
        "web/talk.html",
        event,
        address,
        SCHEDULE,
        is_public=is_public,
        can_manage=not talk.is_active and _can_manage(event),
        talk=talk,
        starred=load_starred_ids([talk.id]),
        links=[(LINK_NAMES.get(type_, type_), url) for type_, url in link_pairs(talk)],
        card_url=card_url,
        qr_code=qr_code_svg(website_links().talk_page(talk.stub)) if is_public else None,
        neighbours=neighbours,
        json_ld=structured_data if is_public else None,
        **(talk_feedback_context(event, talk) if is_public else {}),
    )


def _can_manage(event):
    return can_edit_event(load_viewer_for_events(db.session, session_user(), [event.id]), event)


def _former_talk_response(event, slug):
    """Redirect to the talk that had the slug, or tell that it was deleted.

    :raises NotFound: if no talk had it, or the caller may not see the talk.
    """
    former = get_former_talk_slug(db.session, event.id, slug)
    if former is None:
        raise NotFound("Talk not found")
    if former.removed_at is None:
        talk = find_talk_of_former_slug(db.session, former, session_user())
        return redirect(redirect_links().canonical_talk_page(event, talk), 301)
    response = event_response("web/talk_removed.html", event, None, SCHEDULE, removed_at=former.removed_at)
    if response.status_code == 200:
        response.status_code = 410
    return response
