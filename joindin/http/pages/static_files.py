"""Static files, and their addresses with a hash of the content, under which browsers keep them without asking again."""

import os
import re
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG
from urllib.parse import quote

from flask import Flask, Response, current_app, request, send_from_directory
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

from joindin.http.constant_content import constant_response

MAX_AGE_S = 31_536_000
HASH_LENGTH = 8
BASIC_RULES = re.compile(r"/\* Basic rules \*/\n(.*?)/\* End of the basic rules \*/", re.DOTALL)
TEXT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}


def init_app(app: Flask) -> None:
    app.jinja_env.globals["static_url"] = static_url
    app.view_functions["static"] = _serve


def static_url(filename: str) -> str:
    return _static_url(filename, _path_of(filename))


def read_basic_rules() -> str:
    """Return the parts of the style sheet that a page needs which loads no style sheet."""
    return _basic_rules(_path_of("web.css"))


def send_static_file(filename: str) -> Response:
    """Return a file of the static folder, compressed if that is worth it. Raise NotFound if there is none."""
    content_type = TEXT_TYPES.get(Path(filename).suffix)
    if content_type is None:
        return send_from_directory(current_app.static_folder, filename)
    return constant_response(_read(*_path_of(filename)), content_type, {"Cache-Control": "no-cache"})


def _serve(filename):
    """Let clients keep a file that is requested by the hash of its content."""
    response = send_static_file(filename)
    version = request.args.get("v")
    if version and version == _content_hash(_path_of(filename)):
        response.cache_control.no_cache = None
        response.cache_control.public, response.cache_control.max_age = True, MAX_AGE_S
        response.cache_control.immutable = True
    return response


def _path_of(filename):
    """Return path and time of the last change of a file, the key under which its content is kept."""
    path = safe_join(current_app.static_folder, filename)
    try:
        status = os.stat(path) if path else None
    except (OSError, ValueError):
        status = None
    if status is None or not S_ISREG(status.st_mode):
        raise NotFound
    return path, status.st_mtime_ns


@lru_cache(maxsize=64)
def _read(path, changed_at_ns):
    return Path(path).read_bytes()


@lru_cache(maxsize=1)
def _basic_rules(key):
    return "".join(BASIC_RULES.findall(_read(*key).decode()))


@lru_cache(maxsize=64)
def _static_url(filename, key):
    return f"{current_app.static_url_path}/{quote(filename)}?v={_content_hash(key)}"


@lru_cache(maxsize=64)
def _content_hash(key):
    return sha256(Path(key[0]).read_bytes()).hexdigest()[:HASH_LENGTH]
