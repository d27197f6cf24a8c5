"""Fields and responses of the small forms: a star, an attendance."""

from flask import Response, jsonify, redirect, request

from joindin.errors import InvalidInput
from joindin.http.pages.languages import gettext, set_page_language
from joindin.http.pages.script_responses import is_sent_by_script
from joindin.http.sessions import is_safe_redirect_path

SWITCHES = {"1": True, "on": True, "0": False, "off": False}


def read_switch(name: str, default: bool) -> bool:
    """Return a parameter that is on or off; :raises InvalidInput: for other values."""
    value = request.values.get(name)
    if value is None:
        return default
    if value not in SWITCHES:
        raise InvalidInput(f"{name} must be 1 or 0")
    return SWITCHES[value]


def read_page(default: str) -> str:
    """Return the path of the page that had the form, from the field ``page``."""
    page = request.values.get("page", "")
    return page if is_safe_redirect_path(page) else default


def action_response(location: str, state: bool, message: str) -> Response:
    """Redirect to the page that shows the new state; scripts, which ask for JSON, get the state itself."""
    set_page_language()
    if is_sent_by_script():
        return jsonify(state=state, said=gettext(message))
    return redirect(location, 303)
