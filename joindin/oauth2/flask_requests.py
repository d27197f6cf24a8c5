"""Flask requests with the interface of Authlib: the query of a ``GET``, or the form of a ``POST``, never both.

Secrets in addresses end up in logs, therefore the query of a ``POST`` is ignored.
"""

import re
from collections import defaultdict

from authlib.oauth2.rfc6749 import OAuth2Payload, OAuth2Request
from flask import Request
from werkzeug.datastructures import MultiDict


class FlaskOAuth2Payload(OAuth2Payload):
    def __init__(self, data: MultiDict):
        self._data = data

    @property
    def data(self):
        return self._data

    @property
    def datalist(self):
        return defaultdict(list, self._data.lists())


class FlaskOAuth2Request(OAuth2Request):
    """``changes`` replace parameters that an API names differently."""

    def __init__(self, request: Request, **changes: str):
        # Authlib refuses plain http unless an environment variable allows it. The setting TOKENS_NEED_TLS is checked by the
        # endpoints instead.
        super().__init__(request.method, re.sub("^http:", "https:", request.url), headers=request.headers)
        self._args, self._form = _changed(request.args, changes), _changed(request.form, changes)
        self.payload = FlaskOAuth2Payload(self._args if request.method in ("GET", "HEAD") else self._form)

    @property
    def args(self):
        return self._args

    @property
    def form(self):
        return self._form


def _changed(data, changes):
    changed = MultiDict(data)
    for name, value in changes.items():
        changed[name] = value
    return changed
