"""Links to slides, recordings and code of a talk (spec 7.10)."""

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
from joindin.resources.v2_1.authorization import with_talk
from joindin.resources.v2_1.body_fields import required_text
from joindin.resources.v2_1.links import links
from joindin.resources.v2_1.openapi import accepts_body, fails_with, returns, returns_empty
from joindin.resources.v2_1.request_params import get_params
from joindin.resources.v2_1.responses import empty_response, error_response, object_response
from joindin.resources.v2_1.web_addresses import MSG_INVALID_WEB_ADDRESS, check_web_address, clean_web_address
from joindin.utils.text import to_plain_text

blp = Blueprint("talk links", __name__, url_prefix="/v2.1", description="Slides, recordings and code of a talk")

MAX_URL_LENGTH = 2_000

MSG_FORBIDDEN = "You do not have permission to add links to this talk"
MSG_INCOMPLETE_LINK = "Missing required fields URL OR Display Name"
MSG_UNKNOWN_LINK_TYPE = "The Link has not been inserted"
MSG_LINK_NOT_CHANGED = "Update of Link ID Failed"
MSG_INVALID_URL = MSG_INVALID_WEB_ADDRESS.format("url")

# The contract has one message for all callers without the right, visitors included.
with_editable_talk = with_talk(can_edit_talk, login_message=MSG_FORBIDDEN, refusal=MSG_FORBIDDEN, error_class=Forbidden)


class TalkLinkBodySchema(ObjectSchema):
    display_name = string("slides_link", "The type of the link.", enum=list(LINK_TYPES))
    url = required_text("https://slides.example/42", max_length=MAX_URL_LENGTH)


@blp.route("/talks/<positive:talk_id>/links")
class TalkLinks(MethodView):
    @returns(TalkLinksSchema)
    @fails_with({404: "Talk not found"})
    def get(self, talk_id):
        """List the links of a talk, without pages."""
        talk_links = [represent_link(link) for link in list_links(db.session, talk_id)]
        return object_response({"talk_links": talk_links, "meta": {"count": len(talk_links)}})

    @with_editable_talk
    @accepts_body(TalkLinkBodySchema)
    @returns_empty(204, location="/v2.1/talks/42/links/15")
    @fails_with({400: (MSG_INCOMPLETE_LINK, MSG_UNKNOWN_LINK_TYPE, MSG_INVALID_URL)})
    def post(self, talk, viewer):
        """Add a link to a talk, as one of its hosts or claimed speakers."""
        link = add_link(db.session, talk.id, **_parse_link())
        db.session.commit()
        return empty_response(204, _link_url(talk.id, link.id))


@blp.route("/talks/<positive:talk_id>/links/<row_id:link_id>")
class TalkLinkDetail(MethodView):
    @returns(OneTalkLinkSchema)
    @fails_with({404: ("ID not found", "Talk not found")})
    def get(self, talk_id, link_id):
        """Show a link of a talk."""
        return object_response(represent_link(find_link(db.session, talk_id, link_id)))

    @with_editable_talk
    @accepts_body(TalkLinkBodySchema)
    @returns_empty(204, location="/v2.1/talks/42/links/15")
    @fails_with({400: (MSG_INCOMPLETE_LINK, MSG_INVALID_URL), 500: MSG_LINK_NOT_CHANGED})
    def put(self, talk, viewer, link_id):
        """Change a link of a talk."""
        if not edit_link(db.session, talk.id, link_id, **_parse_link()):
            # The contract's status, although it is an error of the caller.
            return error_response(MSG_LINK_NOT_CHANGED, 500)
        db.session.commit()
        return empty_response(204, _link_url(talk.id, link_id))

    @with_editable_talk
    @returns_empty(204, location="/v2.1/talks/42/links")
    def delete(self, talk, viewer, link_id):
        """Remove a link from a talk. Succeeds too if there is no such link."""
        remove_link(db.session, talk.id, link_id)
        db.session.commit()
        return empty_response(204, f"{links().talk(talk.id)}/links")


def _parse_link():
    params = get_params()
    link_type, url = to_plain_text(params.text("display_name")), clean_web_address(params.text("url"))
    if not link_type or not url:
        raise InvalidInput(MSG_INCOMPLETE_LINK)
    check_web_address("url", url, MAX_URL_LENGTH)
    return {"type": link_type, "url": url}


def _link_url(talk_id, link_id):
    return f"{links().talk(talk_id)}/links/{link_id}"
