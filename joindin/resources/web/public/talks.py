"""A talk's page, and the older address that leads to it."""

from flask import redirect

from joindin.extensions import db, reader
from joindin.queries.comment_records import read_talk_comments
from joindin.queries.keyed_lists import read_whole
from joindin.queries.paging import Paging
from joindin.queries.talk_comments import list_talk_comments
from joindin.queries.talks import find_talk_alone, find_talk_by_stub
from joindin.resources.web.public.pages import at_home, blp, readable, show, website

EVERYTHING = Paging(size=0)

LINK_NAMES = {
    "slides_link": "Slides",
    "video_link": "Video",
    "audio_link": "Audio",
    "code_link": "Code",
    "joindin_link": "Joind.in",
}


@blp.get("/talk/view/<row_id:talk_id>")
def send_to_talk(talk_id):
    talk = find_talk_alone(db.session, talk_id)
    return redirect(website().talk_page(talk.stub), 301)


@blp.get("/talk/<rest:stub>")
@at_home
def show_talk(stub):
    talk = find_talk_by_stub(db.session, readable(stub))
    return show(
        "web/talk.html",
        website().talk_page(talk.stub),
        talk=talk,
        event=talk.event,
        links=_links(talk),
        comments=read_whole(reader(), list_talk_comments(reader(), talk.id, EVERYTHING), read_talk_comments),
    )


def _links(talk):
    """Names and addresses; the address of the slides from old data where no link has it."""
    links = [(LINK_NAMES.get(link.type, link.type), link.url) for link in talk.links]
    has_slides = any(link.type == "slides_link" for link in talk.links)
    return links if has_slides or not talk.slides_url else [("Slides", talk.slides_url), *links]
