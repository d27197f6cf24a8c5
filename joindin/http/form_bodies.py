"""Limits of form bodies: of those with several images, and of URL-encoded ones.

Werkzeug has limits for ``multipart/form-data`` only. Decoding takes some seconds for each 10 MB, and the interpreter lock is held
meanwhile.
"""

from collections.abc import Callable, Mapping
from io import BytesIO

from flask import Request, current_app
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

# Images in the largest form.
MAX_IMAGES = 2


def accepts_two_images(view: Callable) -> Callable:
    """Mark a view whose form has two images. To be applied last, below the route. The bodies of others have room for one."""
    view.max_images = MAX_IMAGES
    return view


def max_body_bytes(settings: Mapping, images: int = MAX_IMAGES) -> int:
    """Return the size of the largest body with that number of images."""
    return settings["MAX_BODY_BYTES"] + (images - 1) * settings["MAX_IMAGE_BYTES"]


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

    @property
    def max_content_length(self) -> int:
        view = current_app.view_functions.get(self.endpoint)
        return max_body_bytes(current_app.config, getattr(view, "max_images", 1))
