"""Cards that networks show beside links: pictures of an event and of a talk (site 9).

Pages name a card by the version of its contents, so that clients may keep it.
"""

from flask import current_app, request, send_file

from joindin.extensions import media_storage, reader
from joindin.http.security_headers import allow_other_sites
from joindin.operations.agenda.cards import find_card_file
from joindin.queries.agenda.flyers import find_flyer
from joindin.queries.talk_records import find_talk_record_by_slug
from joindin.representations.cards import represent_event_card, represent_talk_card
from joindin.representations.links import talk_path
from joindin.resources.web.public.event_frame import with_event
from joindin.resources.web.public.pages import blp, printable_or_not_found, website_links
from joindin.utils.images.card_contents import Card

MAX_AGE_S, MAX_AGE_OF_VERSION_S = 600, 31_536_000
VERSION_LENGTH = 8


@blp.get("/event/<slug>/card.png")
@with_event
def event_card(event):
    return _send_card(represent_event_card(event, find_flyer(reader(), event.id)))


@blp.get("/event/<slug>/<talk_slug>/card.png")
@with_event
def talk_card(event, talk_slug):
    talk = find_talk_record_by_slug(reader(), event.id, printable_or_not_found(talk_slug))
    return _send_card(represent_talk_card(event, talk, find_flyer(reader(), event.id)))


def event_card_url(event, flyer) -> str:
    address = website_links().event_page(event.slug)
    return _url(address, represent_event_card(event, flyer))


def talk_card_url(event, talk) -> str | None:
    """Return the address of the card of a talk; None if the address of its page is not below that of its event."""
    path = talk_path(event, talk)
    if not path.startswith("/event/"):
        return None
    card = represent_talk_card(event, talk, find_flyer(reader(), event.id))
    return _url(f"{website_links().website}{path}", card)


def _url(address, card):
    return f"{address}/card.png?v={card.version[:VERSION_LENGTH]}"


def _send_card(card: Card):
    allow_other_sites()
    file = find_card_file(current_app.config["MEDIA_DIR"], media_storage(), card)
    response = send_file(file, mimetype="image/png", max_age=MAX_AGE_S)
    response.cache_control.no_cache = None
    response.cache_control.public = True
    if request.args.get("v") == card.version[:VERSION_LENGTH]:
        response.cache_control.max_age = MAX_AGE_OF_VERSION_S
        response.cache_control.immutable = True
    return response
