"""The first page of the organiser's area: the checklist of an event with its open decisions."""

from joindin.extensions import db
from joindin.queries.organiser.checklist import load_checklist
from joindin.resources.web.organiser.common import blp, organiser_page, with_managed_event


@blp.get("/event/<slug>/manage/")
@with_managed_event
def overview_page(event):
    return organiser_page("overview.html", event, checklist=load_checklist(db.session, event))
