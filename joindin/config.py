"""Every setting: its name, what it is when nobody says, and what it means.

This is the only place that reads settings. They come from these defaults, then
``<instance>/config.py``, then ``JOINDIN_*`` variables, then what ``create_app`` is given. Inside
the application a setting goes by its name without the prefix. A value that makes no sense stops
the start with the variable's name, wherever it came from.
"""

import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from joindin.utils.text import is_email


class SettingError(ValueError):
    """A setting is missing or makes no sense; the text names its variable."""


@dataclass(frozen=True)
class Setting:
    name: str
    default: Any
    read: Callable[[str], Any]
    help: str

    @property
    def variable(self) -> str:
        return f"JOINDIN_{self.name}"

    def check(self, value: Any) -> Any:
        """The value as the application wants it, be it text or what Python code would write.

        :raises ValueError: with what it should be.
        """
        if value is None and self.default is None:
            return None
        if isinstance(value, tuple | list):
            value = ",".join(str(part) for part in value)
        if not isinstance(value, str | int | Path):
            raise ValueError(f"a text or a whole number, not {type(value).__name__}")
        return self.read(str(value))


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
        text = text.strip()
        parts = urlsplit(text)
        if parts.scheme not in schemes or not parts.hostname or re.search(r"[\s\x00-\x1f]", text):
            raise ValueError(f"an address that starts with {' or '.join(f'{s}://' for s in schemes)}")
        parts.port  # noqa: B018 - raises ValueError for a port that is no port
        return text.rstrip("/")

    return read


def _database(text):
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):
        raise ValueError("an address like sqlite:////folder/file or postgresql://user:password@host/name") from None
    if url.drivername not in ("sqlite", "postgresql", "postgresql+psycopg"):
        raise ValueError("an address that starts with sqlite:// or postgresql://")
    if url.drivername == "sqlite":
        return _sqlite_file(text)
    return _needing("psycopg", "postgresql", text.strip())


def _replicas(text):
    urls = tuple(_database(url) for url in text.split(",") if url.strip())
    if any(url.startswith("sqlite") for url in urls):
        raise ValueError("addresses that start with postgresql://, with commas between")
    return urls


def _queue(text):
    if text.strip().startswith("sqlite:"):
        return _sqlite_file(text)
    return _needing("redis", "redis", _url("redis", "rediss", "sqlite")(text))


def _sqlite_file(text):
    text = text.strip()
    if not re.match(r"sqlite:///[^/?]|sqlite:////[^/?]", text) or ":memory:" in text:
        raise ValueError("an address like sqlite:////folder/file, for SQLite has to keep what it is told")
    return text


def _needing(module, extra, value):
    if find_spec(module) is None:
        raise ValueError(f"for that address install joindin[{extra}]")
    return value


def _folder(text):
    if not text.strip() or "\0" in text or (Path(text).exists() and not Path(text).is_dir()):
        raise ValueError("a folder")
    return text


def _optional(read):
    return lambda text: read(text) if text.strip() else None


def _e_mail(text):
    if not is_email(text.strip()):
        raise ValueError("an e-mail address")
    return text.strip()


def _e_mails(text):
    addresses = tuple(_e_mail(part) for part in text.split(",") if part.strip())
    if not addresses:
        raise ValueError("an e-mail address, or several with commas between")
    return addresses


def _issuer(text):
    """Kept to the letter: tokens are compared with it."""
    return text.strip() if _url("http", "https")(text) else None


def _line(text):
    if not text.strip() or not text.isprintable() or len(text) > 500:
        raise ValueError("a line of text")
    return text.strip()


def _scope(text):
    if "openid" not in text.split():
        raise ValueError("words with spaces between, one of them openid")
    return " ".join(text.split())


def _words(text):
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _secret(text):
    if len(text) < 16:
        raise ValueError("at least 16 characters")
    return text


SETTINGS = (
    Setting("MODE", "development", _one_of("development", "production"), "`production` refuses to start on defaults that are only fit for trying out"),
    Setting("INSTANCE", "instance", _folder, "folder of the database, media, mail and the generated secret"),
    Setting("DATABASE_URL", None, _optional(_database), "SQLAlchemy address; default a SQLite file `joindin.sqlite` in the instance folder"),
    Setting("REPLICA_URLS", (), _replicas, "PostgreSQL replicas of that database, with commas between, that answer reads"),
    Setting("SECRET_KEY", None, _optional(_secret), "signs what is handed out; in development the file `secret-key` in the instance folder, which `joindin setup` makes, stands in for it"),
    Setting("WEBSITE_URL", "http://127.0.0.1:8000", _url("http", "https"), "public web site, the start of `website_uri`, image addresses and links in mails"),
    Setting("PUBLIC_URL", None, _optional(_url("http", "https")), "where people and applications reach this server, the start of links to account pages in mails; default the web site"),
    Setting("MEDIA_DIR", None, _optional(_folder), "where images are kept; default `media` in the instance folder"),
    Setting("MAIL_URL", None, _optional(_url("smtp", "smtps", "smtp+starttls")), "`smtp://user:password@host:25`, `smtps://` or `smtp+starttls://`; without it mails become files in `mail` in the instance folder"),
    Setting("MAIL_FROM", "info@joind.in", _e_mail, "sender of all mail, and told of rejections"),
    Setting("MAIL_CONTACT", ("feedback@joind.in",), _e_mails, "who gets what people write in the contact form, with commas between"),
    Setting("MAIL_FORWARD_ALL_TO", None, _optional(_e_mail), "sends every mail to this address instead (for test platforms)"),
    Setting("QUEUE_URL", None, _optional(_queue), "where waiting jobs are announced; default a SQLite file `queue.sqlite` in the instance folder"),
    Setting("ALLOW_AUTO_VERIFY_USERS", False, _yes_or_no, "lets registrations ask for `auto_verify_user` (for test platforms)"),
    Setting("ALLOW_AUTO_APPROVE_EVENTS", False, _yes_or_no, "lets submissions ask for `auto_approve_event` (for test platforms)"),
    Setting("MAX_PENDING_EVENTS", 3, _number(1, 1_000_000), "events one person may have waiting for approval at a time"),
    Setting("TALK_COMMENT_LIMIT", 30, _number(1, 1_000_000), "comments on talks that one person may write within the window"),
    Setting("TALK_COMMENT_WINDOW", 60, _number(1, 1_000_000), "how far back that limit looks, in minutes"),
    Setting("MAX_COMMENT_EDIT_MINUTES", 15, _number(0, 1_000_000), "how long authors may change what they wrote about a talk"),
    Setting("EXPIRABLE_CLIENTS", ("web2",), _words, "keys of clients, with commas between, whose tokens lapse after a day without use"),
    Setting("FORWARDING_CLIENTS", ("web2",), _words, "keys of clients, with commas between, that run on a server of their own and are believed about the address of the person behind them when attempts to sign in are counted"),
    Setting("TOKENS_NEED_TLS", False, _yes_or_no, "ignores tokens that come over plain http, as Joind.in did in production"),
    Setting("SESSION_DAYS", 30, _number(1, 365), "how long a browser stays signed in at most"),
    Setting("SESSION_IDLE_DAYS", 14, _number(1, 365), "how long it stays signed in without being used"),
    Setting("AKISMET_KEY", None, _optional(str), "turns on Akismet's spam check of comments"),
    Setting("AKISMET_BLOG", None, _optional(_url("http", "https")), "the site named to Akismet; default the web site"),
    Setting("AKISMET_URL", "https://rest.akismet.com/1.1/comment-check", _url("http", "https"), "where Akismet answers"),
    Setting("AUDIT_DAYS", 730, _number(0, 36_500), "how long the audit log remembers; 0 is for ever"),
    Setting("AUDIT_ADDRESS_DAYS", 30, _number(0, 36_500), "after how long addresses in the audit log are cut down to their network; 0 is never"),
    Setting("ALLOW_PRIVATE_FETCHES", False, _yes_or_no, "lets this server ask others at private addresses, such as an identity provider in an intranet"),
    Setting("OIDC_ISSUER", None, _optional(_issuer), "an OpenID provider that people may sign in with, by its exact issuer address; it sends them back to `/accounts/external/callback/` below the public address"),
    Setting("OIDC_CLIENT_ID", None, _optional(_line), "what this server is called there"),
    Setting("OIDC_CLIENT_SECRET", None, _optional(_line), "its secret there, if it has one"),
    Setting("OIDC_NAME", "your organisation", _line, "what people call the provider"),
    Setting("OIDC_SCOPE", "openid email profile", _scope, "what the provider is asked for"),
    Setting("OIDC_REGISTRATION", True, _yes_or_no, "whether people whose address the provider vouches for get an account when they have none"),
    Setting("OIDC_LINK_BY_EMAIL", False, _yes_or_no, "whether an address that both the provider and this server have proven opens the account that has it; only for a provider that you trust with every account"),
    Setting("TRUSTED_PROXIES", 0, _number(0, 10), "how many proxies in front are believed about the caller's address, scheme and host"),
    Setting("MAX_BODY_BYTES", 8 * 1024 * 1024, _number(1024, 1 << 30), "largest request body, images included"),
    Setting("MAX_IMAGE_BYTES", 2 * 1024 * 1024, _number(1024, 1 << 30), "largest image file"),
    Setting("MAX_JSON_BYTES", 1024 * 1024, _number(1024, 1 << 30), "largest JSON body"),
    Setting("FRAGMENT_CACHE_BYTES", 32 * 1024 * 1024, _number(0, 1 << 34), "memory of each worker for rendered pieces of answers; 0 turns it off"),
    Setting("QUERY_CACHE_BYTES", 1024 * 1024, _number(0, 1 << 34), "memory of each worker for the numbers of search results; 0 turns it off"),
    Setting("PLAIN_SQL", False, _yes_or_no, "executes all SQL through SQLAlchemy, without the fast path of `joindin/performance/sql`; to find out whether the fast path causes a fault"),
    Setting("ANSWER_CACHE_BYTES", 16 * 1024 * 1024, _number(0, 1 << 34), "memory of each worker for whole answers to visitors; 0 turns it off"),
)  # fmt: skip

SECRET_FILE = "secret-key"


def load_settings(
    given: Mapping[str, Any] | None = None, environment: Mapping[str, str] = os.environ
) -> dict[str, Any]:
    """The settings by name, and the ones Flask and its extensions want, worked out from them.

    :raises SettingError: if a value makes no sense, or production lacks its secret.
    """
    given = _checked(given or {})
    said = _checked({each.name: environment[each.variable] for each in SETTINGS if each.variable in environment})
    settings = {setting.name: setting.default for setting in SETTINGS}
    instance = Path({**settings, **said, **given}["INSTANCE"]).resolve()
    settings |= _from_file(instance / "config.py") | said | given
    settings["INSTANCE"] = str(instance)
    settings["DATABASE_URL"] = _with_driver(settings["DATABASE_URL"] or f"sqlite:///{instance / 'joindin.sqlite'}")
    settings["PUBLIC_URL"] = settings["PUBLIC_URL"] or settings["WEBSITE_URL"]
    settings["REPLICA_URLS"] = tuple(map(_with_driver, settings["REPLICA_URLS"]))
    if settings["REPLICA_URLS"] and settings["DATABASE_URL"].startswith("sqlite"):
        raise SettingError("JOINDIN_REPLICA_URLS is wrong: SQLite has no replicas")
    settings["MEDIA_DIR"] = str(Path(settings["MEDIA_DIR"] or instance / "media").resolve())
    settings["MAIL_DIR"] = str(instance / "mail")
    settings["QUEUE_URL"] = settings["QUEUE_URL"] or f"sqlite:///{instance / 'queue.sqlite'}"
    settings["SECRET_KEY"] = settings["SECRET_KEY"] or _kept_secret(instance, settings["MODE"])
    if settings["OIDC_ISSUER"] and not settings["OIDC_CLIENT_ID"]:
        raise SettingError("JOINDIN_OIDC_CLIENT_ID is missing: the provider has to know this server")
    settings["MAX_CONTENT_LENGTH"] = settings["MAX_BODY_BYTES"]
    return settings


def create_secret_file(instance: Path) -> bool:
    """Make the instance folder's secret if it has none; whether one was made.

    It appears whole or not at all, so that nobody who starts meanwhile reads half of it. Two at
    once would each make their own: see to it that there is one.
    """
    kept = instance / SECRET_FILE
    if kept.exists():
        return False
    instance.mkdir(parents=True, exist_ok=True)
    part = instance / f"{SECRET_FILE}.part"
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(48))
    part.replace(kept)
    return True


def _checked(values, where=""):
    """``values`` with every setting among them read."""
    checked = dict(values)
    for setting in SETTINGS:
        if setting.name in values:
            try:
                checked[setting.name] = setting.check(values[setting.name])
            except ValueError as wrong:
                raise SettingError(f"{setting.variable} is wrong{where}: {wrong}") from None
    return checked


def _from_file(path):
    if not path.exists():
        return {}
    names = {}
    try:
        exec(compile(path.read_text(), str(path), "exec"), names)  # noqa: S102 - the operator's own file
    except Exception as wrong:
        raise SettingError(f"{path} cannot be read: {type(wrong).__name__}: {wrong}") from None
    found = {setting.name: names[setting.name] for setting in SETTINGS if setting.name in names}
    return _checked(found, f" in {path}")


def _kept_secret(instance, mode):
    if mode == "production":
        raise SettingError("JOINDIN_SECRET_KEY is missing: production does not start without a secret")
    kept = instance / SECRET_FILE
    if not kept.exists():
        return None
    try:
        return _secret(kept.read_text().strip())
    except ValueError as wrong:
        raise SettingError(f"the secret in {kept} is wrong: {wrong}; delete it and run `joindin setup`") from None


def _with_driver(url):
    return url.replace("postgresql://", "postgresql+psycopg://", 1)
