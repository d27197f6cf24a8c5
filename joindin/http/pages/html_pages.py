"""Rendering of HTML pages: navigation, flash messages, and the variables of every template."""

from flask import Flask, Response, current_app, flash, g, render_template
from werkzeug.local import LocalProxy

from joindin.http.pages import template_formatting
from joindin.http.pages.languages import gettext, translate_message
from joindin.http.sessions import session_user
from joindin.permissions import can_review_event
from joindin.representations.links import Links, event_path, talk_path
from joindin.utils.messages import TranslatableMessage
from joindin.utils.text import is_web_url
from joindin.viewer import Viewer

MAX_FLASHED_LENGTH = 400

# Paths of this site, without scheme and host.
LOCAL_LINKS = Links(base="", website="")


def init_app(app: Flask) -> None:
    app.jinja_env.globals["nav_links"] = nav_links
    # A proxy: templates that do not use it cause no query.
    app.jinja_env.globals["current_user"] = LocalProxy(session_user)
    app.context_processor(_template_variables)


def nav_links() -> list[tuple[str, str]]:
    """Return path and label of the signed-in user's navigation links. Hosts reach the desk from their account page."""
    links = [("/me/", "My events"), ("/events/", "Shifts"), ("/accounts/", "Account")]
    return [*links, ("/desk/", "Desk")] if can_review_event(Viewer(session_user())) else links


def render_page(template: str, status: int = 200, **variables) -> Response:
    if status >= 400:
        # ``script_responses.py`` finds there why the form was refused.
        g.refused_page = variables
    return Response(render_template(template, **variables), status, mimetype="text/html")


def flash_success(message: str) -> None:
    """Show the message on the next page."""
    flash(message)


def flash_ended_access(ended: list[TranslatableMessage]) -> None:
    """Show on the next page what has lost access to an account. The mail to the owner has the whole list.

    Messages travel in a cookie, which browsers limit to 4096 bytes.
    """
    shown, length = [], 0
    for phrase in map(translate_message, ended):
        length += len(phrase)
        if length > MAX_FLASHED_LENGTH:
            shown.append(gettext("%(number)d more", number=len(ended) - len(shown)))
            break
        shown.append(phrase)
    if shown:
        flash_success(gettext("This has ended: %(access)s.", access="; ".join(shown)))


def flash_error(message: str) -> None:
    """Show on the next page why an action was not performed."""
    flash(message, "warning")


def _template_variables():
    return {
        "paths": LOCAL_LINKS,
        "event_path": event_path,
        "talk_path": talk_path,
        "formatting": template_formatting,
        "is_web_url": is_web_url,
        "site_name": current_app.config["SITE_NAME"],
    }
