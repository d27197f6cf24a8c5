"""The feedback on all talks of an event as a file for its hosts."""

import json

from flask import Response

from joindin.errors import NotFound
from joindin.extensions import db
from joindin.queries.feedback.feedback_rows import list_feedback
from joindin.representations.feedback_exports import represent_feedback, to_csv, to_xlsx
from joindin.representations.xlsx import MIMETYPE as XLSX
from joindin.resources.web.organiser.common import blp, with_managed_event

# The function that writes the rows, and the type of the file, by its ending.
FORMATS = {
    "csv": (to_csv, "text/csv"),
    "json": (lambda rows: json.dumps(rows, ensure_ascii=False), "application/json"),
    "xlsx": (to_xlsx, XLSX),
}


@blp.get("/event/<slug>/manage/feedback/feedback.<ending>")
@with_managed_event
def feedback_file(event, ending):
    if ending not in FORMATS:
        raise NotFound("Page not found")
    write, mimetype = FORMATS[ending]
    rows = [represent_feedback(row, event.timezone) for row in list_feedback(db.session, event_id=event.id)]
    response = Response(write(rows), mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="feedback-{event.id}.{ending}"'
    return response
