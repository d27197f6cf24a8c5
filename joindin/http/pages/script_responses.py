"""Responses of forms to scripts.

A script sends the form of a page with ``Accept: application/json``. It gets ``{"state", "said"}`` in place of the page that a
browser would show: ``said`` is the message for the reader; ``state`` is the new state of a switch, and for other forms whether
they were executed.
"""

from flask import Blueprint, Response, g, get_flashed_messages, jsonify, request

from joindin.http.pages.languages import gettext

# The status of a form that redirects with the message why nothing was done.
REFUSED_STATUS = 409


def init_blueprint(blp: Blueprint) -> None:
    blp.after_request(answer_script)


def is_sent_by_script() -> bool:
    """Return whether the request asks for JSON rather than for a page."""
    accepted = request.accept_mimetypes
    return request.method == "POST" and accepted["application/json"] > accepted["text/html"]


def answer_script(response: Response) -> Response:
    """Replace the redirect or the page of a form, if a script has sent it."""
    if not is_sent_by_script() or response.is_json:
        return response
    if response.status_code == 303:
        flashes = get_flashed_messages(with_categories=True)
        is_done = all(category != "warning" for category, _ in flashes)
        said = " ".join(str(message) for _, message in flashes) or gettext("Saved.")
        return _replace(response, 200 if is_done else REFUSED_STATUS, is_done, said)
    if response.status_code == 302:
        return _replace(response, 401, False, gettext("You must be signed in"))
    if response.mimetype == "text/html" and response.status_code >= 400:
        return _replace(response, response.status_code, False, _refusal(g.get("refused_page", {})))
    return response


def _replace(response, status, state, said):
    response.status_code = status
    response.headers.pop("Location", None)
    response.set_data(jsonify(state=state, said=said).get_data())
    response.mimetype = "application/json"
    return response


def _refusal(variables):
    """Return why the page with these variables refuses a form."""
    if variables.get("changed"):
        return gettext("Another person has changed this meanwhile")
    errors = variables["form"].errors.values() if "form" in variables else ()
    texts = [str(text) for of_field in errors for text in of_field]
    texts = texts or [str(variables[name]) for name in ("problem", "about", "title") if variables.get(name)][:1]
    return " ".join(texts) or gettext("That did not work")
