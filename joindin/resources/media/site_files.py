"""Files that browsers, crawlers and other web sites request at fixed paths of a site."""

from flask import Blueprint, Response, current_app, send_from_directory

from joindin.http.pages.static_files import send_static_file

MAX_AGE_S = 86_400
# Pages of other sites have no version in the address.
COMPONENT_MAX_AGE_S = 3_600

# Pages of events, talks and users may be indexed. The APIs contain the same; account pages, searches and forms are of no use to others.
# Addresses with parameters show a page in another way. ``v`` is the version of a file.
ROBOTS_TXT = """User-agent: *
Disallow: /*?
Allow: /*?v=
Disallow: /accounts/
Disallow: /api/
Disallow: /desk/
Disallow: /event/*/manage/
Disallow: /f/
Disallow: /guest/
Disallow: /me/
Disallow: /oauth/
Disallow: /r/
Disallow: /search
Disallow: /v2.1/

Sitemap: {website}/sitemap.xml
"""

blp = Blueprint("site_files", __name__)


@blp.get("/robots.txt")
def serve_robots_txt():
    response = Response(ROBOTS_TXT.format(website=current_app.config["WEBSITE_URL"]), mimetype="text/plain")
    response.cache_control.public, response.cache_control.max_age = True, MAX_AGE_S
    return response


@blp.get("/gancio-events.es.js")
def serve_web_component():
    """Send the custom elements that show events on other sites, which may load them as a module."""
    response = send_static_file("gancio-events.es.js")
    response.headers["Cache-Control"] = f"public, max-age={COMPONENT_MAX_AGE_S}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@blp.get("/favicon.ico")
@blp.get("/Favicon.ico")
def serve_favicon():
    return send_from_directory(current_app.static_folder, "favicon.ico", mimetype="image/x-icon", max_age=MAX_AGE_S)
