"""Slides, recordings and code of a talk (spec 7.10)."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Invalid, NotAllowed
from joindin.extensions import db
from joindin.models import LINK_TYPES
from joindin.operations.talk_links import add_link, edit_link, remove_link
from joindin.permissions import can_edit_talk
from joindin.queries.talks import find_link, list_links
from joindin.representations.schema_fields import Shape, text
from joindin.representations.v2_1.talks import OneTalkLinkSchema, TalkLinksSchema, represent_link
from joindin.resources.v2_1.authentication import links
from joindin.resources.v2_1.authorization import for_talk
from joindin.resources.v2_1.openapi import does, refuses, shows, takes
from joindin.resources.v2_1.request_params import params
from joindin.resources.v2_1.responses import empty, refusal, thing
from joindin.utils.text import plain_text

blp = Blueprint("talk links", __name__, url_prefix="/v2.1", description="Slides, recordings and code of a talk")

LONGEST_URL = 2_000

NOT_YOURS = "You do not have permission to add links to this talk"
INCOMPLETE = "Missing required fields URL OR Display Name"
UNKNOWN_TYPE = "The Link has not been inserted"
NOT_CHANGED = "Update of Link ID Failed"

# The original tells visitors and strangers the same, whatever they want of a link.
for_its_editors = for_talk(can_edit_talk, sign_in=NOT_YOURS, refusal=NOT_YOURS, refuse=NotAllowed)


class TalkLinkBodySchema(Shape):
    display_name = text("slides_link", "What it leads to.", enum=list(LINK_TYPES))
    url = text("https://slides.example/42", maxLength=LONGEST_URL)


@blp.route("/talks/<positive:talk_id>/links")
class TalkLinks(MethodView):
    @shows(TalkLinksSchema)
    def get(self, talk_id):
        """List the links of a talk, all at once."""
        shown = [represent_link(link) for link in list_links(db.session, talk_id)]
        return thing({"talk_links": shown, "meta": {"count": len(shown)}})

    @for_its_editors
    @takes(TalkLinkBodySchema)
    @does(204, location="/v2.1/talks/42/links/15")
    @refuses({400: (INCOMPLETE, UNKNOWN_TYPE)})
    def post(self, talk, viewer):
        """Add a link to a talk, as one of its hosts or claimed speakers."""
        link = add_link(db.session, talk.id, **_read_link())
        db.session.commit()
        return empty(204, _address(talk.id, link.id))


@blp.route("/talks/<positive:talk_id>/links/<row_id:link_id>")
class OneTalkLink(MethodView):
    @shows(OneTalkLinkSchema)
    @refuses({404: "ID not found"})
    def get(self, talk_id, link_id):
        """Show one link of a talk, bare."""
        return thing(represent_link(find_link(db.session, talk_id, link_id)))

    @for_its_editors
    @takes(TalkLinkBodySchema)
    @does(204, location="/v2.1/talks/42/links/15")
    @refuses({400: INCOMPLETE, 500: NOT_CHANGED})
    def put(self, talk, viewer, link_id):
        """Change a link of a talk."""
        if not edit_link(db.session, talk.id, link_id, **_read_link()):
            # The contract's status, though it is the caller who is mistaken.
            return refusal(NOT_CHANGED, 500)
        db.session.commit()
        return empty(204, _address(talk.id, link_id))

    @for_its_editors
    @does(204, location="/v2.1/talks/42/links")
    def delete(self, talk, viewer, link_id):
        """Take a link off a talk. One that is not there is taken off already."""
        remove_link(db.session, talk.id, link_id)
        db.session.commit()
        return empty(204, f"{links().talk(talk.id)}/links")


def _read_link():
    given = params()
    type, url = (plain_text(given.text(field)) for field in ("display_name", "url"))
    if not type or not url:
        raise Invalid(INCOMPLETE)
    if len(url) > LONGEST_URL:
        raise Invalid(f"The field 'url' must not be longer than {LONGEST_URL} characters")
    return {"type": type, "url": url}


def _address(talk_id, link_id):
    return f"{links().talk(talk_id)}/links/{link_id}"
