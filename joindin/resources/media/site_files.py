"""Files that browsers and crawlers request at fixed paths of a site: ``/robots.txt`` and ``/favicon.ico``."""

from flask import Blueprint, Response, current_app, send_from_directory

MAX_AGE_S = 86_400

# Pages of events, talks and users may be indexed. The APIs contain the same, account pages are of no use to others.
ROBOTS_TXT = """User-agent: *
Disallow: /accounts/
Disallow: /api/
Disallow: /desk/
Disallow: /oauth/
Disallow: /v2.1/
"""

blp = Blueprint("site_files", __name__)


@blp.get("/robots.txt")
def serve_robots_txt():
    response = Response(ROBOTS_TXT, mimetype="text/plain")
    response.cache_control.public, response.cache_control.max_age = True, MAX_AGE_S
    return response


@blp.get("/favicon.ico")
@blp.get("/Favicon.ico")
def serve_favicon():
    return send_from_directory(current_app.static_folder, "favicon.ico", mimetype="image/x-icon", max_age=MAX_AGE_S)
