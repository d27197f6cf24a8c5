"""Every setting: its name, what it is when nobody says, and what it means.

This is the only place that reads settings. They come from these defaults, then
``<instance>/config.py``, then ``JOINDIN_*`` variables, then what ``create_app`` is given. Inside
the application a setting goes by its name without the prefix. A value that makes no sense stops
the start with the variable's name.
"""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from joindin.text import is_e_mail


class SettingError(ValueError):
    """A setting is missing or makes no sense; the text names its variable."""


@dataclass(frozen=True)
class Setting:
    name: str
    default: Any
    read: Callable[[str], Any]
    meaning: str

    @property
    def variable(self) -> str:
        return f"JOINDIN_{self.name}"


def _yes_or_no(text):
    answers = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if text.strip().lower() not in answers:
        raise ValueError("say yes or no")
    return answers[text.strip().lower()]


def _number(least, most):
    def read(text):
        if not text.strip().isdecimal() or not least <= int(text) <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return int(text)

    return read


def _one_of(*words):
    def read(text):
        if text not in words:
            raise ValueError(f"one of {', '.join(words)}")
        return text

    return read


def _url(*schemes):
    def read(text):
        parts = urlsplit(text)
        if parts.scheme not in schemes or not (parts.netloc or parts.path):
            raise ValueError(f"an address that starts with {' or '.join(f'{s}://' for s in schemes)}")
        parts.port  # noqa: B018 - raises ValueError for a port that is no port
        return text.rstrip("/")

    return read


def _optional(read):
    return lambda text: read(text) if text.strip() else None


def _e_mail(text):
    if not is_e_mail(text.strip()):
        raise ValueError("an e-mail address")
    return text.strip()


def _words(text):
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _secret(text):
    if len(text) < 16:
        raise ValueError("at least 16 characters")
    return text


SETTINGS = (
    Setting("MODE", "development", _one_of("development", "production"), "`production` refuses to start on defaults that are only fit for trying out"),
    Setting("INSTANCE", "instance", str, "folder of the database, media, mail and the generated secret"),
    Setting("DATABASE_URL", None, _optional(_url("sqlite", "postgresql", "postgresql+psycopg")), "SQLAlchemy address; default a SQLite file `joindin.sqlite` in the instance folder"),
    Setting("SECRET_KEY", None, _optional(_secret), "signs what is handed out; default the file `secret-key` in the instance folder, which `joindin setup` makes in development"),
    Setting("WEBSITE_URL", "http://127.0.0.1:8000", _url("http", "https"), "public web site, the start of `website_uri`, image addresses and links in mails"),
    Setting("MEDIA_DIR", None, _optional(str), "where images are kept; default `media` in the instance folder"),
    Setting("MAIL_URL", None, _optional(_url("smtp", "smtps", "smtp+starttls")), "`smtp://user:password@host:25`, `smtps://` or `smtp+starttls://`; without it mails become files in `mail` in the instance folder"),
    Setting("MAIL_FROM", "info@joind.in", _e_mail, "sender of all mail, and told of rejections"),
    Setting("MAIL_FORWARD_ALL_TO", None, _optional(_e_mail), "sends every mail to this address instead (for test platforms)"),
    Setting("QUEUE_URL", None, _optional(_url("redis", "rediss", "sqlite")), "where waiting jobs are announced; default a SQLite file `queue.sqlite` in the instance folder"),
    Setting("ALLOW_AUTO_VERIFY_USERS", False, _yes_or_no, "lets registrations ask for `auto_verify_user` (for test platforms)"),
    Setting("ALLOW_AUTO_APPROVE_EVENTS", False, _yes_or_no, "lets submissions ask for `auto_approve_event` (for test platforms)"),
    Setting("MAX_PENDING_EVENTS", 3, _number(1, 1_000_000), "events one person may have waiting for approval at a time"),
    Setting("EXPIRABLE_CLIENTS", ("web2",), _words, "keys of clients, with commas between, whose tokens lapse after a day without use"),
    Setting("TOKENS_NEED_TLS", False, _yes_or_no, "ignores tokens that come over plain http, as Joind.in did in production"),
    Setting("AKISMET_KEY", None, _optional(str), "turns on Akismet's spam check of comments"),
    Setting("AKISMET_BLOG", None, _optional(_url("http", "https")), "the site named to Akismet; default the web site"),
    Setting("AKISMET_URL", "https://rest.akismet.com/1.1/comment-check", _url("http", "https"), "where Akismet answers"),
    Setting("TRUSTED_PROXIES", 0, _number(0, 10), "how many proxies in front are believed about the caller's address, scheme and host"),
    Setting("MAX_BODY_BYTES", 8 * 1024 * 1024, _number(1024, 1 << 30), "largest request body, images included"),
    Setting("MAX_IMAGE_BYTES", 2 * 1024 * 1024, _number(1024, 1 << 30), "largest image file"),
    Setting("MAX_JSON_BYTES", 1024 * 1024, _number(1024, 1 << 30), "largest JSON body"),
    Setting("FRAGMENT_CACHE_BYTES", 32 * 1024 * 1024, _number(0, 1 << 34), "memory of each worker for rendered pieces of answers; 0 turns it off"),
)  # fmt: skip

SECRET_FILE = "secret-key"  # noqa: S105 - its name, not its content


def load_settings(
    given: Mapping[str, Any] | None = None, environment: Mapping[str, str] = os.environ
) -> dict[str, Any]:
    """The settings by name, and the ones Flask and its extensions want, worked out from them.

    :raises SettingError: if a value makes no sense, or production lacks its secret.
    """
    given = dict(given or {})
    instance = Path(given.get("INSTANCE") or environment.get("JOINDIN_INSTANCE") or "instance").resolve()
    settings = {setting.name: setting.default for setting in SETTINGS}
    settings |= _from_file(instance / "config.py")
    settings |= _from_environment(environment)
    settings |= given
    settings["INSTANCE"] = str(instance)
    settings["DATABASE_URL"] = _with_driver(settings["DATABASE_URL"] or f"sqlite:///{instance / 'joindin.sqlite'}")
    settings["MEDIA_DIR"] = str(Path(settings["MEDIA_DIR"] or instance / "media").resolve())
    settings["MAIL_DIR"] = str(instance / "mail")
    settings["QUEUE_URL"] = settings["QUEUE_URL"] or f"sqlite:///{instance / 'queue.sqlite'}"
    settings["SECRET_KEY"] = settings["SECRET_KEY"] or _kept_secret(instance, settings["MODE"])
    settings["MAX_CONTENT_LENGTH"] = settings["MAX_BODY_BYTES"]
    return settings


def make_secret(instance: Path) -> bool:
    """Make the instance folder's secret if it has none; whether one was made."""
    instance.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(instance / SECRET_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return True


def _from_file(path):
    if not path.exists():
        return {}
    names = {}
    exec(compile(path.read_text(), str(path), "exec"), names)  # noqa: S102 - the operator's own file
    return {setting.name: names[setting.name] for setting in SETTINGS if setting.name in names}


def _from_environment(environment):
    known = {setting.variable: setting for setting in SETTINGS}
    found = {}
    for variable, setting in known.items():
        if variable in environment:
            try:
                found[setting.name] = setting.read(environment[variable])
            except ValueError as wrong:
                raise SettingError(f"{variable} is wrong: {wrong}") from None
    return found


def _kept_secret(instance, mode):
    kept = instance / SECRET_FILE
    if kept.exists():
        return kept.read_text().strip()
    if mode == "production":
        raise SettingError("JOINDIN_SECRET_KEY is missing: production does not start without a secret")
    return None


def _with_driver(url):
    return url.replace("postgresql://", "postgresql+psycopg://", 1)
