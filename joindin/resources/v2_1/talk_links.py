"""Slides, recordings and code of a talk (spec 7.10)."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.extensions import db
from joindin.queries.talks import find_link, list_links
from joindin.representations.v2_1.talks import OneTalkLinkSchema, TalkLinksSchema, represent_link
from joindin.resources.v2_1.answers import thing
from joindin.resources.v2_1.documented import refuses, shows

blp = Blueprint("talk links", __name__, url_prefix="/v2.1", description="Slides, recordings and code of a talk")


@blp.route("/talks/<positive:talk_id>/links")
class TalkLinks(MethodView):
    @shows(TalkLinksSchema)
    def get(self, talk_id):
        """List the links of a talk, all at once."""
        shown = [represent_link(link) for link in list_links(db.session, talk_id)]
        return thing({"talk_links": shown, "meta": {"count": len(shown)}})


@blp.route("/talks/<positive:talk_id>/links/<row_id:link_id>")
class OneTalkLink(MethodView):
    @shows(OneTalkLinkSchema)
    @refuses({404: "ID not found"})
    def get(self, talk_id, link_id):
        """Show one link of a talk, bare."""
        return thing(represent_link(find_link(db.session, talk_id, link_id)))
