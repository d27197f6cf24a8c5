"""The page of a talk, and the redirect from its older URL."""

from flask import redirect

from joindin.extensions import db, reader
from joindin.queries.comment_records import load_talk_comment_records
from joindin.queries.keyed_lists import load_in_order
from joindin.queries.talk_comments import list_talk_comments
from joindin.queries.talks import find_talk_by_stub, find_talk_unloaded
from joindin.resources.web.public.pages import (
    UNPAGED,
    blp,
    on_canonical_host,
    printable_or_not_found,
    public_page,
    redirect_links,
    website_links,
)

LINK_NAMES = {
    "slides_link": "Slides",
    "video_link": "Video",
    "audio_link": "Audio",
    "code_link": "Code",
    "joindin_link": "Joind.in",
}


@blp.get("/talk/view/<row_id:talk_id>")
def redirect_talk_id(talk_id):
    talk = find_talk_unloaded(db.session, talk_id)
    return redirect(redirect_links().talk_page(talk.stub), 301)


@blp.get("/talk/<rest:stub>")
@on_canonical_host
def talk_page(stub):
    talk = find_talk_by_stub(db.session, printable_or_not_found(stub))
    return public_page(
        "web/talk.html",
        website_links().talk_page(talk.stub),
        talk=talk,
        event=talk.event,
        links=_links(talk),
        comments=load_in_order(reader(), list_talk_comments(reader(), talk.id, UNPAGED), load_talk_comment_records),
    )


def _links(talk):
    """Return names and URLs of the links. Old data have the URL of the slides in a field of the talk."""
    links = [(LINK_NAMES.get(link.type, link.type), link.url) for link in talk.links]
    has_slides = any(link.type == "slides_link" for link in talk.links)
    return links if has_slides or not talk.slides_url else [("Slides", talk.slides_url), *links]
