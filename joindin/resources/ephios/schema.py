"""Document of the API, as JSON or as YAML, and a page with it."""

import orjson
from flask import Blueprint, Response, render_template, request

from joindin.http.constant_content import constant_response
from joindin.http.pages.languages import response_language
from joindin.http.trailing_slash import add_trailing_slash_route
from joindin.resources.ephios.context import last_argument
from joindin.resources.ephios.openapi import TITLE, build_document
from joindin.resources.ephios.responses import HEADERS

blp = Blueprint("ephios_schema", __name__, url_prefix="/api/schema")


def get_schema():
    is_json = last_argument("format") == "json" or "json" in request.headers.get("Accept", "")
    # JSON is also YAML.
    response = constant_response(
        orjson.dumps(build_document(), option=orjson.OPT_INDENT_2),
        "application/vnd.oai.openapi+json" if is_json else "application/vnd.oai.openapi; charset=utf-8",
        HEADERS,
    )
    response.headers["Content-Disposition"] = f'inline; filename="{TITLE} (api).{"json" if is_json else "yaml"}"'
    response.headers["Content-Language"] = response_language()
    return response


def get_schema_page():
    text = orjson.dumps(build_document(), option=orjson.OPT_INDENT_2).decode()
    page = render_template("ephios/browse.html", path=request.path, status=200, text=text)
    return Response(page, headers=HEADERS, content_type="text/html; charset=utf-8")


add_trailing_slash_route(blp, "/", get_schema)
add_trailing_slash_route(blp, "/swagger-ui/", get_schema_page)
