"""Changes of places (contract, section 9)."""

import math

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.http.request_identity import get_caller
from joindin.operations.agenda.places import edit_place
from joindin.permissions import can_administer_site
from joindin.representations.gancio.places import represent_place
from joindin.resources.gancio.authentication import requires
from joindin.resources.gancio.blueprints import StrictBlueprint
from joindin.resources.gancio.body_fields import read_changes, read_id, read_line
from joindin.resources.gancio.request_params import read_params
from joindin.resources.gancio.responses import json_response
from joindin.utils.datetimes import utc_now

blp = StrictBlueprint("gancio_place_writes", __name__, url_prefix="/api")

MAX_NAME_LENGTH = 255
MAX_ADDRESS_LENGTH = 500
COORDINATES = {"latitude": 90, "longitude": 180}


@blp.put("/place")
@requires(can_administer_site)
def update():
    """Change a place, and with it what its events show."""
    params = read_params()
    texts = {
        "name": read_line(params, "name", max_length=MAX_NAME_LENGTH) or None,
        "address": read_line(params, "address", max_length=MAX_ADDRESS_LENGTH),
    }
    coordinates = {name: _read_coordinate(params[name], name) for name in COORDINATES if name in params}
    place = edit_place(
        db.session, read_id(params, "id"), read_changes(texts) | coordinates, actor=get_caller().user, now=utc_now()
    )
    db.session.commit()
    return json_response(represent_place(place))


def _read_coordinate(value, name):
    """Return the number; null and an empty text clear it."""
    if value is None or value == "":
        return None
    try:
        number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not abs(number) <= COORDINATES[name]:
        raise InvalidInput(f"{name} must be a number from -{COORDINATES[name]} to {COORDINATES[name]}")
    return number
