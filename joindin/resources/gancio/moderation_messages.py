"""Messages about an event (contract, section 6.6)."""

from joindin.errors import Forbidden, InvalidInput, NotFound
from joindin.extensions import db
from joindin.http.request_identity import get_caller
from joindin.models import Event
from joindin.models.agenda.moderation_messages import ADMIN, ANONYMOUS, AUTHOR
from joindin.operations.agenda.moderation_messages import add_moderation_message
from joindin.permissions import can_moderate_agenda, can_see_agenda_event, is_host
from joindin.queries.agenda.site_settings import load_site_settings
from joindin.queries.viewer_relations import load_viewer_for_events
from joindin.representations.gancio.moderation_messages import represent_message
from joindin.resources.gancio.blueprints import StrictBlueprint
from joindin.resources.gancio.body_values import to_bool, to_text
from joindin.resources.gancio.request_params import read_params
from joindin.resources.gancio.responses import json_response
from joindin.utils.datetimes import utc_now

MAX_MESSAGE_LENGTH = 5_000

blp = StrictBlueprint("gancio_moderation_messages", __name__, url_prefix="/api")


@blp.post("/event/messages/<row_id:event_id>")
def send_message(event_id):
    """Send a message to the reviewers; theirs may be for the author as well. Strangers report events if the site allows it."""
    settings = load_site_settings(db.session)
    if not settings["enable_moderation"]:
        raise Forbidden("Forbidden")
    event, viewer = db.session.get(Event, event_id), load_viewer_for_events(db.session, get_caller().user, [event_id])
    if event is None or not can_see_agenda_event(viewer, event):
        raise NotFound("Not Found")
    author = ADMIN if can_moderate_agenda(viewer) else AUTHOR if is_host(viewer, event) else ANONYMOUS
    if author == ANONYMOUS and not settings["enable_report"]:
        raise Forbidden("Forbidden")
    params = read_params()
    text = to_text("message", params.get("message"), MAX_MESSAGE_LENGTH)
    if not text:
        raise InvalidInput("message required")
    message = add_moderation_message(
        db.session,
        event,
        message=text,
        author=author,
        is_author_visible=author == AUTHOR or (author == ADMIN and to_bool(params.get("is_author_visible"))),
        settings=settings,
        now=utc_now(),
    )
    db.session.commit()
    return json_response(represent_message(message))
