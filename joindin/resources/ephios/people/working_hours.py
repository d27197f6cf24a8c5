"""Working hours that people request, and decisions about consequences: an addition to the contract, which has pages only."""

import datetime as dt
from decimal import Decimal, InvalidOperation

from flask import Blueprint

from joindin.extensions import db, reader
from joindin.operations.crew.consequences import confirm_consequence, deny_consequence
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.working_hours import MAX_REASON_LENGTH, MSG_INVALID_HOURS, request_working_hours
from joindin.queries.crew.consequences import (
    find_decidable_consequence,
    list_decidable_consequences,
    list_own_consequences,
)
from joindin.queries.crew.filters import MAX_OFFSET
from joindin.queries.crew.people.manual_hours import list_manual_hours
from joindin.representations.ephios.working_hours import represent_consequence, represent_hours
from joindin.resources.ephios.authentication import require_user
from joindin.resources.ephios.bodies import read_body
from joindin.resources.ephios.context import require_row_id
from joindin.resources.ephios.paging import page_response, read_limit, read_offset
from joindin.resources.ephios.responses import allowing, json_response
from joindin.resources.ephios.routes import add_write_route
from joindin.resources.ephios.texts import MSG_INVALID_CHOICE

MSG_INVALID_DAY = "Enter a valid date."
MAX_NUMBER_LENGTH = 20
ACTIONS = {"confirm": confirm_consequence, "deny": deny_consequence}

blp = Blueprint("ephios_working_hours", __name__, url_prefix="/api")


def list_own_hours():
    """List the hours that were entered by hand. Those of participations follow from ``/api/users/me/participations/``."""
    rows, total = list_manual_hours(reader(), require_user().id, **_paging())
    return allowing(page_response([represent_hours(row) for row in rows], total), "GET, HEAD, POST")


def request_own_hours():
    body = read_body()
    consequence = request_working_hours(
        db.session,
        require_user().id,
        worked_on=_read_day(body.text("date", MAX_NUMBER_LENGTH)),
        hours=_read_hours(body.value("hours")),
        reason=body.text("reason", MAX_REASON_LENGTH, may_be_blank=False),
    )
    result = represent_consequence(consequence)
    db.session.commit()
    return allowing(json_response(result, 201), "GET, HEAD, POST")


def list_my_consequences():
    rows, total = list_own_consequences(reader(), require_user().id, **_paging())
    return page_response([represent_consequence(row) for row in rows], total)


def list_consequences():
    """List the open consequences that the caller may decide about."""
    rows, paging = list_decidable_consequences(db.session, require_user()), _paging()
    page = rows[paging["offset"] : paging["offset"] + paging["limit"]]
    return page_response([represent_consequence(row) for row in page], len(rows))


def decide(pk):
    """Confirm or deny a consequence, by ``action``."""
    consequence_id, user = require_row_id(pk), require_user()
    find_decidable_consequence(db.session, user, consequence_id)
    action = ACTIONS.get(read_body().text("action", MAX_NUMBER_LENGTH))
    if action is None:
        raise InvalidCrewField("action", MSG_INVALID_CHOICE)
    consequence = action(db.session, consequence_id, actor_id=user.id)
    result = represent_consequence(consequence)
    db.session.commit()
    return allowing(json_response(result), "POST")


def _paging():
    return {"limit": read_limit(), "offset": min(read_offset(), MAX_OFFSET)}


def _read_day(text):
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InvalidCrewField("date", MSG_INVALID_DAY) from None


def _read_hours(value):
    """Read a number, or a text as ``"4.50"``."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    text = str(value) if is_number or isinstance(value, str) else ""
    try:
        return Decimal(text if len(text) <= MAX_NUMBER_LENGTH else "")
    except InvalidOperation:
        raise InvalidCrewField("hours", MSG_INVALID_HOURS) from None


add_write_route(blp, "/users/me/working-hours/", {"GET": list_own_hours, "POST": request_own_hours})
add_write_route(blp, "/users/me/consequences/", {"GET": list_my_consequences})
add_write_route(blp, "/consequences/", {"GET": list_consequences})
add_write_route(blp, "/consequences/<pk>/", {"POST": decide})
