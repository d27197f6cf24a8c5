"""The document and the page, made when first asked for."""

from functools import cached_property

import orjson
from apispec import APISpec
from flask import render_template

from joindin.resources.docs.markdown import as_html
from joindin.resources.docs.openapi_document import complete
from joindin.resources.docs.page_sections import list_sections, list_shapes


class Documentation:
    """All there is to read, of one application."""

    def __init__(self, spec: APISpec):
        self._spec = spec

    @cached_property
    def document(self) -> dict:
        return complete(self._spec.to_dict())

    @cached_property
    def json(self) -> bytes:
        return orjson.dumps(self.document, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)

    @cached_property
    def page(self) -> str:
        return render_template(
            "docs/page.html",
            info=self.document["info"],
            introduction=as_html(self.document["info"]["description"]),
            sections=list_sections(self.document),
            shapes=list_shapes(self.document),
        )
