"""Limits of URL-encoded form bodies. Werkzeug has limits for ``multipart/form-data`` only.

Decoding takes some seconds for each 10 MB, and the interpreter lock is held meanwhile.
"""

from io import BytesIO

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser


class LimitedFormParser(FormDataParser):
    """A parser that applies ``MAX_FORM_MEMORY_SIZE`` and ``MAX_FORM_PARTS`` to URL-encoded bodies too."""

    def parse(self, stream, mimetype, content_length, options=None):
        """:raises RequestEntityTooLarge: if the body exceeds a limit."""
        if mimetype == "application/x-www-form-urlencoded":
            body = stream.read()
            if len(body) > self.max_form_memory_size or body.count(b"&") >= self.max_form_parts:
                raise RequestEntityTooLarge
            stream = BytesIO(body)
        return super().parse(stream, mimetype, content_length, options)


class LimitedRequest(Request):
    form_data_parser_class = LimitedFormParser
