"""The talks of an event (spec 4.11, 7.5)."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.extensions import db
from joindin.queries.talks import list_event_talks
from joindin.representations.v2_1.talks import TalkPageSchema, VerboseTalkPageSchema
from joindin.resources.v2_1.documented import lists
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.talk_pieces import show_talks

blp = Blueprint("event talks", __name__, url_prefix="/v2.1", description="The talks of an event")


@blp.route("/events/<positive:event_id>/talks")
class EventTalks(MethodView):
    @lists(TalkPageSchema, VerboseTalkPageSchema)
    def get(self, event_id):
        """List the talks of an event, earliest first."""
        return show_talks(list_event_talks(db.session, event_id, read_paging()))
