"""The OpenAPI document and the HTML page, generated at the first request."""

from functools import cached_property

import orjson
from apispec import APISpec
from flask import current_app, render_template

from joindin.resources.docs.markdown import render_markdown
from joindin.resources.docs.openapi_document import complete_document
from joindin.resources.docs.page_sections import list_schemas, list_sections


class Documentation:
    """Documentation of one application. Results are kept for the lifetime of the process."""

    def __init__(self, spec: APISpec):
        self._spec = spec

    @cached_property
    def document(self) -> dict:
        return complete_document(self._spec.to_dict(), current_app.extensions["route_scopes"], current_app.url_map)

    @cached_property
    def json(self) -> bytes:
        return orjson.dumps(self.document, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)

    @cached_property
    def page(self) -> str:
        return render_template(
            "docs/page.html",
            info=self.document["info"],
            introduction=render_markdown(self.document["info"]["description"]),
            sections=list_sections(self.document),
            schemas=list_schemas(self.document),
        )
