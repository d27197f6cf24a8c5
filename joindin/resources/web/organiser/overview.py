"""The first page of the organiser's area: the checklist of an event with its open decisions."""

from joindin.extensions import db, reader
from joindin.operations.feedback.windows import event_feedback_window
from joindin.queries.event_settings import load_event_settings
from joindin.queries.organiser.checklist import load_checklist
from joindin.resources.web.organiser.common import blp, organiser_page, with_managed_event
from joindin.utils.datetimes import utc_now


@blp.get("/event/<slug>/manage/")
@with_managed_event
def overview_page(event):
    settings = load_event_settings(reader(), event.id)
    return organiser_page(
        "overview.html",
        event,
        checklist=load_checklist(db.session, event),
        feedback=event_feedback_window(event, settings, now=utc_now()),
    )
