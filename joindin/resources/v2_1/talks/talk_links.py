"""Slides, recordings and code of a talk (spec 7.10)."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Forbidden, InvalidInput
from joindin.extensions import db
from joindin.models import LINK_TYPES
from joindin.operations.talk_links import add_link, edit_link, remove_link
from joindin.permissions import can_edit_talk
from joindin.queries.talks import find_link, list_links
from joindin.representations.schema_fields import ObjectSchema, string
from joindin.representations.v2_1.talks import OneTalkLinkSchema, TalkLinksSchema, represent_link
from joindin.resources.v2_1.authentication import links
from joindin.resources.v2_1.authorization import with_talk
from joindin.resources.v2_1.openapi import accepts_body, fails_with, returns, returns_empty
from joindin.resources.v2_1.request_params import get_params
from joindin.resources.v2_1.responses import empty_response, error_response, object_response
from joindin.utils.text import to_plain_text

blp = Blueprint("talk links", __name__, url_prefix="/v2.1", description="Slides, recordings and code of a talk")

LONGEST_URL = 2_000

NOT_YOURS = "You do not have permission to add links to this talk"
INCOMPLETE = "Missing required fields URL OR Display Name"
UNKNOWN_TYPE = "The Link has not been inserted"
NOT_CHANGED = "Update of Link ID Failed"

# The original tells visitors and strangers the same, whatever they want of a link.
for_its_editors = with_talk(can_edit_talk, login_message=NOT_YOURS, refusal=NOT_YOURS, error_class=Forbidden)


class TalkLinkBodySchema(ObjectSchema):
    display_name = string("slides_link", "What it leads to.", enum=list(LINK_TYPES))
    url = string("https://slides.example/42", maxLength=LONGEST_URL)


@blp.route("/talks/<positive:talk_id>/links")
class TalkLinks(MethodView):
    @returns(TalkLinksSchema)
    def get(self, talk_id):
        """List the links of a talk, all at once."""
        shown = [represent_link(link) for link in list_links(db.session, talk_id)]
        return object_response({"talk_links": shown, "meta": {"count": len(shown)}})

    @for_its_editors
    @accepts_body(TalkLinkBodySchema)
    @returns_empty(204, location="/v2.1/talks/42/links/15")
    @fails_with({400: (INCOMPLETE, UNKNOWN_TYPE)})
    def post(self, talk, viewer):
        """Add a link to a talk, as one of its hosts or claimed speakers."""
        link = add_link(db.session, talk.id, **_read_link())
        db.session.commit()
        return empty_response(204, _address(talk.id, link.id))


@blp.route("/talks/<positive:talk_id>/links/<row_id:link_id>")
class OneTalkLink(MethodView):
    @returns(OneTalkLinkSchema)
    @fails_with({404: "ID not found"})
    def get(self, talk_id, link_id):
        """Show one link of a talk, bare."""
        return object_response(represent_link(find_link(db.session, talk_id, link_id)))

    @for_its_editors
    @accepts_body(TalkLinkBodySchema)
    @returns_empty(204, location="/v2.1/talks/42/links/15")
    @fails_with({400: INCOMPLETE, 500: NOT_CHANGED})
    def put(self, talk, viewer, link_id):
        """Change a link of a talk."""
        if not edit_link(db.session, talk.id, link_id, **_read_link()):
            # The contract's status, though it is the caller who is mistaken.
            return error_response(NOT_CHANGED, 500)
        db.session.commit()
        return empty_response(204, _address(talk.id, link_id))

    @for_its_editors
    @returns_empty(204, location="/v2.1/talks/42/links")
    def delete(self, talk, viewer, link_id):
        """Take a link off a talk. One that is not there is taken off already."""
        remove_link(db.session, talk.id, link_id)
        db.session.commit()
        return empty_response(204, f"{links().talk(talk.id)}/links")


def _read_link():
    given = get_params()
    type, url = (to_plain_text(given.text(field)) for field in ("display_name", "url"))
    if not type or not url:
        raise InvalidInput(INCOMPLETE)
    if len(url) > LONGEST_URL:
        raise InvalidInput(f"The field 'url' must not be longer than {LONGEST_URL} characters")
    return {"type": type, "url": url}


def _address(talk_id, link_id):
    return f"{links().talk(talk_id)}/links/{link_id}"
