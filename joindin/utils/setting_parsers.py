"""Parsers of setting values: each turns text into the value that the application uses.

A parser raises ``ValueError`` with the expected form of the value; ``config.py`` adds the name of the variable.
"""

import re
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from joindin.utils.email_addresses import is_email
from joindin.utils.hosts import ANY_HOST, host_name
from joindin.utils.timezones import find_timezone_name

Parser = Callable[[str], Any]

BOOLEANS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
MIN_SECRET_LENGTH = 16
MAX_LINE_LENGTH = 500

# The value of a mail server's URL that writes mails to a folder.
MAIL_TO_FILES = "files"


def optional(parser: Parser) -> Parser:
    """Return a parser that maps empty text to None."""
    return lambda text: parser(text) if text.strip() else None


def boolean(text: str) -> bool:
    if text.strip().lower() not in BOOLEANS:
        raise ValueError("yes or no")
    return BOOLEANS[text.strip().lower()]


def timezone(text: str) -> str:
    name = find_timezone_name(text.strip())
    if name is None:
        raise ValueError("the name of a time zone, such as Europe/Berlin")
    return name


def integer(minimum: int, maximum: int) -> Parser:
    def parse(text):
        if not text.strip().isdecimal() or not minimum <= int(text) <= maximum:
            raise ValueError(f"a whole number from {minimum} to {maximum}")
        return int(text)

    return parse


def one_of(*choices: str) -> Parser:
    def parse(text):
        if text not in choices:
            raise ValueError(f"one of {', '.join(choices)}")
        return text

    return parse


def single_line(text: str) -> str:
    if not text.strip() or not text.isprintable() or len(text) > MAX_LINE_LENGTH:
        raise ValueError("a line of text")
    return text.strip()


def comma_separated(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def secret(text: str) -> str:
    if len(text) < MIN_SECRET_LENGTH:
        raise ValueError(f"at least {MIN_SECRET_LENGTH} characters")
    return text


def secret_list(text: str) -> tuple[str, ...]:
    return tuple(secret(part) for part in comma_separated(text))


def mail_url(text: str) -> str:
    if text.strip() == MAIL_TO_FILES:
        return MAIL_TO_FILES
    try:
        return web_url("smtp", "smtps", "smtp+starttls")(text)
    except ValueError as error:
        raise ValueError(f"{error}, or `{MAIL_TO_FILES}`") from None


def twitter_name(text: str) -> str:
    if not re.fullmatch(r"@?\w{1,15}", text.strip(), re.ASCII):
        raise ValueError("a name of up to 15 letters, digits and underscores")
    return text.strip().removeprefix("@")


def folder(text: str) -> str:
    if not text.strip() or "\0" in text or (Path(text).exists() and not Path(text).is_dir()):
        raise ValueError("a folder")
    return text


def storage_url(text: str) -> str:
    """Return the URL of a folder or bucket. The message of the error does not repeat the text, which may contain a password."""
    url = text.strip().rstrip("/")
    parts = urlsplit(url)
    segments = unquote(parts.path).split("/")[1:]
    has_path = all(segment not in ("", ".", "..") and segment.isprintable() for segment in segments)
    if parts.scheme == "file" and parts.netloc == "" and segments and has_path and not (parts.query or parts.fragment):
        folder(unquote(parts.path))
        return url
    if not (
        parts.scheme in ("s3", "gs", "az")
        and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]+", parts.netloc)
        and has_path
        and not (parts.query or parts.fragment)
    ):
        raise ValueError("a URL like file:///folder, s3://bucket/prefix, gs://bucket/prefix or az://container/prefix")
    if find_spec("obstore") is None:
        raise ValueError("a URL whose library is installed: install joindin[storage]")
    return url


def sentry_dsn(text: str) -> str:
    """Return the DSN of a Sentry project. The message of the error does not repeat the text, which contains a key."""
    parts = urlsplit(text.strip())
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or not re.fullmatch(r"[A-Za-z0-9]+", parts.username or "")
        or not re.fullmatch(r"(/[A-Za-z0-9._-]+)*/[0-9]+", parts.path)
        or parts.query
        or parts.fragment
    ):
        raise ValueError("a DSN like https://key@sentry.example.org/7")
    parts.port  # noqa: B018 - raises ValueError for an invalid port
    return _require_module("sentry_sdk", "sentry", text.strip())


def email(text: str) -> str:
    if not is_email(text.strip()):
        raise ValueError("an e-mail address")
    return text.strip()


def emails(text: str) -> tuple[str, ...]:
    addresses = tuple(email(part) for part in text.split(",") if part.strip())
    if not addresses:
        raise ValueError("an e-mail address, or several separated by commas")
    return addresses


def web_url(*schemes: str) -> Parser:
    def parse(text):
        text = text.strip()
        parts = urlsplit(text)
        if parts.scheme not in schemes or not parts.hostname or re.search(r"[\s\x00-\x1f]", text):
            raise ValueError(f"a URL that starts with {' or '.join(f'{scheme}://' for scheme in schemes)}")
        parts.port  # noqa: B018 - raises ValueError for an invalid port
        return text.rstrip("/")

    return parse


def host_names(text: str) -> tuple[str, ...]:
    names = comma_separated(text)
    if any(name != ANY_HOST and host_name(name) is None for name in names):
        raise ValueError("host names separated by commas, or *")
    return tuple(name if name == ANY_HOST else host_name(name) for name in names)


def issuer(text: str) -> str | None:
    """Return the issuer URL unchanged, because ID tokens are compared with it."""
    return text.strip() if web_url("http", "https")(text) else None


def openid_scope(text: str) -> str:
    if "openid" not in text.split():
        raise ValueError("scopes separated by spaces, one of them openid")
    return " ".join(text.split())


def database_url(text: str) -> str:
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):
        raise ValueError("a URL like sqlite:////folder/file or postgresql://user:password@host/name") from None
    if url.drivername not in ("sqlite", "postgresql", "postgresql+psycopg"):
        raise ValueError("a URL that starts with sqlite:// or postgresql://")
    if url.drivername == "sqlite":
        return _sqlite_file(text)
    return _require_module("psycopg", "postgresql", text.strip())


def replica_urls(text: str) -> tuple[str, ...]:
    urls = tuple(database_url(url) for url in text.split(",") if url.strip())
    if any(url.startswith("sqlite") for url in urls):
        raise ValueError("URLs that start with postgresql://, separated by commas")
    return urls


def queue_url(text: str) -> str:
    if text.strip().startswith("sqlite:"):
        return _sqlite_file(text)
    return _require_module("redis", "redis", web_url("redis", "rediss", "sqlite")(text))


def _sqlite_file(text):
    text = text.strip()
    if not re.match(r"sqlite:///[^/?]|sqlite:////[^/?]", text) or ":memory:" in text:
        raise ValueError("a URL like sqlite:////folder/file; a database in memory is not supported")
    return text


def _require_module(module, extra, value):
    if find_spec(module) is None:
        raise ValueError(f"a URL whose driver is installed: install joindin[{extra}]")
    return value
