"""The page of a talk, and redirects from its other addresses."""

from flask import redirect, request

from joindin.errors import NotFound
from joindin.extensions import db, reader
from joindin.http.pages.qr_codes import qr_code_svg
from joindin.queries.talk_records import find_talk_record_by_slug
from joindin.queries.talks import find_talk_by_stub, find_talk_unloaded
from joindin.queries.web.former_slugs import find_talk_of_former_slug, get_former_talk_slug
from joindin.queries.web.talk_neighbours import load_talk_neighbours
from joindin.representations.json_ld import represent_talk, to_script_text
from joindin.representations.links import talk_path
from joindin.resources.web.feedback.common import LINK_NAMES, link_pairs
from joindin.resources.web.feedback.talk_section import talk_feedback_context
from joindin.resources.web.personal.stars import load_starred_ids
from joindin.resources.web.public.cards import talk_card_url
from joindin.resources.web.public.event_frame import SCHEDULE, event_response, with_event_or_preview
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
        if (former := get_former_talk_slug(db.session, event.id, slug)) is None:
            raise
        return _former_talk_response(event, former)
    return talk_response(event, talk)


@blp.get("/talk/view/<row_id:talk_id>")
def redirect_talk_id(talk_id):
    talk = find_talk_unloaded(db.session, talk_id)
    return redirect(redirect_links().canonical_talk_page(talk.event, talk), 301)


@blp.get("/talk/<rest:stub>")
@on_canonical_host
def redirect_talk_stub(stub):
    """Redirect to the canonical page, or show it if its address is this one. Printed codes of web2 lead to the feedback."""
    talk = find_talk_by_stub(db.session, printable_or_not_found(stub))
    if "qr" in request.args:
        return redirect(f"{redirect_links().website}/f/{talk.stub}", 302)
    if talk_path(talk.event, talk) != request.path:
        return redirect(redirect_links().canonical_talk_page(talk.event, talk), 302)
    return talk_response(talk.event, talk)


def talk_response(event, talk):
    """Show the page of a talk, without its feedback if the event is not public."""
    return event_response(
        "web/talk.html",
        event,
        website_links().canonical_talk_page(event, talk),
        SCHEDULE,
        talk=talk,
        starred=load_starred_ids([talk.id]),
        links=[(LINK_NAMES.get(type_, type_), url) for type_, url in link_pairs(talk)],
        card_url=talk_card_url(event, talk),
        qr_code=qr_code_svg(website_links().talk_page(talk.stub)) if event.is_visible else None,
        neighbours=load_talk_neighbours(reader(), talk),
        json_ld=to_script_text(represent_talk(event, talk, website_links())) if event.is_visible else None,
        **(talk_feedback_context(event, talk) if event.is_visible else {}),
    )


def _former_talk_response(event, former):
    """Redirect to the talk that had the slug, or tell that it was deleted."""
    if former.removed_at is None:
        talk = find_talk_of_former_slug(db.session, former)
        return redirect(redirect_links().canonical_talk_page(event, talk), 301)
    response = event_response("web/talk_removed.html", event, None, SCHEDULE, removed_at=former.removed_at)
    if response.status_code == 200:
        response.status_code = 410
    return response
