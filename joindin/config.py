"""Settings: names, defaults, parsers and help texts. No other module reads settings.

Later sources win: the defaults below, ``<instance>/config.py``, ``JOINDIN_*`` variables, the argument of ``create_app``. Inside the
application a setting has its name without the prefix. An invalid value raises ``SettingError`` with the name of its variable,
whichever source it comes from, and stops the start.
"""

import difflib
import ipaddress
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from joindin.utils import setting_parsers as parsers
from joindin.utils.hosts import allowed_hosts


class SettingError(ValueError):
    """A setting is missing or invalid; the message names its variable."""


@dataclass(frozen=True)
class Setting:
    name: str
    default: Any
    parse: Callable[[str], Any]
    help: str

    @property
    def variable(self) -> str:
        return f"JOINDIN_{self.name}"

    def check(self, value: Any) -> Any:
        """Return the parsed value; ``value`` is text or a Python value.

        :raises ValueError: with the expected form.
        """
        if value is None and self.default is None:
            return None
        if isinstance(value, tuple | list):
            value = ",".join(str(part) for part in value)
        if not isinstance(value, str | int | Path):
            raise ValueError(f"a text or a whole number, not {type(value).__name__}")
        return self.parse(str(value))


SETTINGS = (
    Setting("SITE_NAME", "joindin", parsers.single_line, "name of the site on pages, in mails and in authenticator apps"),
    Setting("SITE_TWITTER", None, parsers.optional(parsers.twitter_name), "Twitter account of the site, named in mails"),
    Setting("MODE", "development", parsers.one_of("development", "production"), "`production` refuses to start with insecure defaults"),
    Setting("INSTANCE", "instance", parsers.folder, "folder for the database, images, mails and the generated secret"),
    Setting("DATABASE_URL", None, parsers.optional(parsers.database_url), "database URL of SQLAlchemy; default is the SQLite file `joindin.sqlite` in the instance folder"),
    Setting("REPLICA_URLS", (), parsers.replica_urls, "read replicas of the PostgreSQL database, separated by commas"),
    Setting("SECRET_KEY", None, parsers.optional(parsers.secret), "key for signatures and encryption; in development the default is the file `secret-key` in the instance folder, which `joindin setup` creates"),
    Setting("SECRET_KEY_PREVIOUS", (), parsers.secret_list, "former secret keys, separated by commas: what they encrypted or signed stays valid while they are listed"),
    Setting("WEBSITE_URL", None, parsers.optional(parsers.web_url("http", "https")), "base URL of the public web site: `website_uri`, image URLs and links in mails start with it; default is the address that `joindin serve` listens on"),
    Setting("PUBLIC_URL", None, parsers.optional(parsers.web_url("http", "https")), "base URL of this server for links to account pages in mails, if another server is the web site; default is the web site"),
    Setting("ALLOWED_HOSTS", (), parsers.host_names, "host names, separated by commas, under which this server is requested, besides those of the web site and the public URL and the loopback names; requests with another `Host` are refused with 400; `*` accepts every host, which is the default while neither URL is set"),
    Setting("MEDIA_DIR", None, parsers.optional(parsers.folder), "folder for images and for generated cards; default is `media` in the instance folder"),
    Setting("MEDIA_URL", None, parsers.optional(parsers.storage_url), "storage of images, `s3://bucket/prefix`, `gs://bucket/prefix`, `az://container/prefix` or `file:///folder`; default is the folder of `JOINDIN_MEDIA_DIR`"),
    Setting("MEDIA_TIMEOUT", 5, parsers.integer(1, 300), "seconds after which a request to an object storage is aborted"),
    Setting("MAIL_URL", None, parsers.optional(parsers.mail_url), "mail server, `smtp://user:password@host:25`, `smtps://` or `smtp+starttls://`; `files` (the default in development) writes mails to `mail` in the instance folder"),
    Setting("MAIL_FROM", None, parsers.optional(parsers.email), "sender of all mails; also receives a copy of every rejection; required in production"),
    Setting("MAIL_CONTACT", None, parsers.optional(parsers.emails), "addresses for questions, separated by commas: recipients of the contact form, named in mails; default is the sender"),
    Setting("MAIL_FORWARD_ALL_TO", None, parsers.optional(parsers.email), "sends every mail to this address instead of its recipient (for test platforms)"),
    Setting("QUEUE_URL", None, parsers.optional(parsers.queue_url), "job queue, `redis://host/0` or a SQLite file; default is `queue.sqlite` in the instance folder"),
    Setting("ALLOW_AUTO_VERIFY_USERS", False, parsers.boolean, "accepts `auto_verify_user` in registrations (for test platforms)"),
    Setting("ALLOW_AUTO_APPROVE_EVENTS", False, parsers.boolean, "accepts `auto_approve_event` in submissions (for test platforms)"),
    Setting("MAX_PENDING_EVENTS", 3, parsers.integer(1, 1_000_000), "maximum number of pending events of one user"),
    Setting("TALK_COMMENT_LIMIT", 30, parsers.integer(1, 1_000_000), "maximum number of talk comments of one user within the window"),
    Setting("TALK_COMMENT_WINDOW", 60, parsers.integer(1, 1_000_000), "length of that window in minutes"),
    Setting("MAX_COMMENT_EDIT_MINUTES", 15, parsers.integer(0, 1_000_000), "minutes in which authors may edit a talk comment"),
    Setting("EXPIRABLE_CLIENTS", ("web2",), parsers.comma_separated, "client keys, separated by commas, whose tokens expire after a day without use"),
    Setting("FORWARDING_CLIENTS", ("web2",), parsers.comma_separated, "client keys, separated by commas, of trusted servers that forward the user's address; rate limits of sign-ins count that address"),
    Setting("TOKENS_NEED_TLS", False, parsers.boolean, "ignores tokens that are sent over plain HTTP, as Joind.in did in production"),
    Setting("SESSION_DAYS", 30, parsers.integer(1, 365), "maximum lifetime of a browser session in days"),
    Setting("SESSION_IDLE_DAYS", 14, parsers.integer(1, 365), "days without use after which a browser session ends"),
    Setting("CREW_TIMEZONE", "Europe/Berlin", parsers.timezone, "time zone of shifts: in responses of the ephios API, and of times without an offset that it receives"),
    Setting("AKISMET_KEY", None, parsers.optional(str), "API key that enables Akismet's spam check of comments"),
    Setting("AKISMET_BLOG", None, parsers.optional(parsers.web_url("http", "https")), "site URL sent to Akismet; default is the web site"),
    Setting("AKISMET_URL", "https://rest.akismet.com/1.1/comment-check", parsers.web_url("http", "https"), "URL of Akismet's API"),
    Setting("AUDIT_DAYS", 730, parsers.integer(0, 36_500), "days after which audit log entries are deleted; 0 keeps them"),
    Setting("AUDIT_ADDRESS_DAYS", 30, parsers.integer(0, 36_500), "days after which IP addresses in the audit log are shortened to their network; 0 keeps them"),
    Setting("ALLOW_PRIVATE_FETCHES", False, parsers.boolean, "allows outgoing requests to private addresses, such as an identity provider in an intranet"),
    Setting("OIDC_ISSUER", None, parsers.optional(parsers.issuer), "exact issuer URL of an OpenID provider for sign-in; its redirect URI is `/accounts/external/callback/` below the public URL"),
    Setting("OIDC_CLIENT_ID", None, parsers.optional(parsers.single_line), "client id of this server at the provider"),
    Setting("OIDC_CLIENT_SECRET", None, parsers.optional(parsers.single_line), "client secret of this server at the provider, if there is one"),
    Setting("OIDC_NAME", "your organisation", parsers.single_line, "name of the provider on the sign-in page"),
    Setting("OIDC_SCOPE", "openid email profile", parsers.openid_scope, "scopes requested from the provider"),
    Setting("OIDC_REGISTRATION", True, parsers.boolean, "creates an account for a user whose e-mail address the provider has verified"),
    Setting("OIDC_LINK_BY_EMAIL", False, parsers.boolean, "signs in to the existing account with the same e-mail address, if the provider and this server have both verified it; the provider can then open every account"),
    Setting("TRUSTED_PROXIES", 0, parsers.integer(0, 10), "number of trusted reverse proxies whose forwarding headers give client address, scheme and host; rate limits count that address, so behind a proxy all visitors share the limits of one network without it"),
    Setting("LOG_FORMAT", "off", parsers.one_of("off", "text", "json"), "writes a line for each request to standard output, as `text` or `json` (see `docs/logging.md`)"),
    Setting("SENTRY_DSN", None, parsers.optional(parsers.sentry_dsn), "DSN of Sentry: unexpected errors of requests and jobs are sent there, without contents of requests and personal data (see `docs/logging.md`); needs `joindin[sentry]`"),
    Setting("METRICS_TOKEN", None, parsers.optional(parsers.secret), "Bearer token with which other machines read `/metrics` and the reasons of `/readyz`, at least 16 characters; without it only this machine may (see `docs/monitoring.md`)"),
    Setting("MAX_BODY_BYTES", 9 * 1024 * 1024, parsers.integer(1024, 1 << 30), "maximum size of a request body, with an image; a form with two may have `JOINDIN_MAX_IMAGE_BYTES` more"),
    Setting("MAX_IMAGE_BYTES", 8 * 1024 * 1024, parsers.integer(1024, 1 << 30), "maximum size of an image file"),
    Setting("MAX_JSON_BYTES", 1024 * 1024, parsers.integer(1024, 1 << 30), "maximum size of a JSON body, and of a form without files"),
    Setting("STATEMENT_TIMEOUT", 60, parsers.integer(1, 3600), "seconds after which the database cancels a statement of a request, which is answered with 503; reads of lists end after 10 seconds on PostgreSQL"),
    Setting("FRAGMENT_CACHE_BYTES", 32 * 1024 * 1024, parsers.integer(0, 1 << 34), "memory of each worker for rendered fragments; 0 disables the cache"),
    Setting("QUERY_CACHE_BYTES", 1024 * 1024, parsers.integer(0, 1 << 34), "memory of each worker for cached totals of searches; 0 disables the cache"),
    Setting("OLD_API_BASE", None, parsers.optional(parsers.web_url("http", "https")), "address of the Joind.in API whose comments were imported, such as `https://api.joind.in`: links of web2 to single comments then lead to them"),
    Setting("PLAIN_SQL", False, parsers.boolean, "executes all SQL through SQLAlchemy, without the fast path of `joindin/performance/sql`; for troubleshooting"),
    Setting("ANSWER_CACHE_BYTES", 16 * 1024 * 1024, parsers.integer(0, 1 << 34), "memory of each worker for cached responses; 0 disables the cache"),
)  # fmt: skip


SECRET_FILE = "secret-key"
DEFAULT_PORT = 8000
DEFAULT_MAIL_FROM = "joindin@localhost"

# Variables of the tests.
FOREIGN_PREFIXES = ("JOINDIN_TEST_",)


def load_settings(
    overrides: Mapping[str, Any] | None = None, environment: Mapping[str, str] = os.environ
) -> dict[str, Any]:
    """Return the settings by name, and the configuration of Flask and its extensions that follows from them.

    :raises SettingError: if a value is invalid, or production has an insecure default.
    """
    overrides = _parse_all(overrides or {})
    variables = _parse_all({each.name: environment[each.variable] for each in SETTINGS if each.variable in environment})
    settings = {setting.name: setting.default for setting in SETTINGS}
    instance = Path({**settings, **variables, **overrides}["INSTANCE"]).resolve()
    settings |= _read_file(instance / "config.py") | variables | overrides
    settings["ALLOWED_HOSTS"] = allowed_hosts(
        settings["ALLOWED_HOSTS"], [url for url in (settings["WEBSITE_URL"], settings["PUBLIC_URL"]) if url]
    )
    settings["INSTANCE"] = str(instance)
    settings["DATABASE_URL"] = _with_driver(settings["DATABASE_URL"] or f"sqlite:///{instance / 'joindin.sqlite'}")
    settings["HAS_WEBSITE_URL"] = settings["WEBSITE_URL"] is not None
    settings["WEBSITE_URL"] = settings["WEBSITE_URL"] or local_website_url("127.0.0.1", DEFAULT_PORT)
    settings["PUBLIC_URL"] = settings["PUBLIC_URL"] or settings["WEBSITE_URL"]
    settings["REPLICA_URLS"] = tuple(map(_with_driver, settings["REPLICA_URLS"]))
    if settings["REPLICA_URLS"] and settings["DATABASE_URL"].startswith("sqlite"):
        raise SettingError("JOINDIN_REPLICA_URLS is wrong: SQLite has no replicas")
    settings["MEDIA_DIR"] = str(Path(settings["MEDIA_DIR"] or instance / "media").resolve())
    settings["MEDIA_URL"] = settings["MEDIA_URL"] or Path(settings["MEDIA_DIR"]).as_uri()
    settings["MAIL_FROM"] = settings["MAIL_FROM"] or DEFAULT_MAIL_FROM
    settings["MAIL_CONTACT"] = settings["MAIL_CONTACT"] or (settings["MAIL_FROM"],)
    settings["SECRET_KEY"] = settings["SECRET_KEY"] or _stored_secret(instance, settings["MODE"])
    if settings["MODE"] == "production":
        _check_production(settings)
    settings["MAIL_URL"] = None if settings["MAIL_URL"] == parsers.MAIL_TO_FILES else settings["MAIL_URL"]
    settings["MAIL_DIR"] = str(instance / "mail")
    settings["QUEUE_URL"] = settings["QUEUE_URL"] or f"sqlite:///{instance / 'queue.sqlite'}"
    settings["SECRET_KEYS"] = tuple(filter(None, (settings["SECRET_KEY"], *settings["SECRET_KEY_PREVIOUS"])))
    # Flask's own setting: former keys that still verify its cookies.
    settings["SECRET_KEY_FALLBACKS"] = list(settings["SECRET_KEY_PREVIOUS"])
    if settings["OIDC_ISSUER"] and not settings["OIDC_CLIENT_ID"]:
        raise SettingError("JOINDIN_OIDC_CLIENT_ID is missing: it identifies this server at the provider")
    # Flask's own setting.
    settings["MAX_FORM_MEMORY_SIZE"] = settings["MAX_JSON_BYTES"]
    return settings


def local_website_url(host: str, port: int) -> str:
    """Return the URL of a server that listens on ``host``, as a browser on the same machine opens it.

    Browsers allow passkeys on ``localhost`` and not on a numeric address.
    """
    if _is_local(host):
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def find_unknown_settings(instance: Path, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Return a sentence for each ``JOINDIN_*`` variable and each name in ``config.py`` that is no setting."""
    known = {setting.variable for setting in SETTINGS}
    variables = {
        name
        for name in environment
        if name.startswith("JOINDIN_") and not name.startswith(FOREIGN_PREFIXES) and name not in known
    }
    names = {f"JOINDIN_{name}" for name in _names_in_file(instance / "config.py") if name.isupper()}
    return [
        *(f"{name} is no setting and has no effect{_suggestion(name, known)}" for name in sorted(variables)),
        *(
            f"{name.removeprefix('JOINDIN_')} in {instance / 'config.py'} is no setting and has no effect{_suggestion(name, known)}"
            for name in sorted(names - known)
        ),
    ]


def create_secret_file(instance: Path) -> bool:
    """Create the instance folder's secret file if there is none; return whether it was created.

    The file is renamed into place, so that readers never see half of it. Callers hold a lock: two concurrent calls would each
    create a secret.
    """
    file = instance / SECRET_FILE
    if file.exists():
        return False
    instance.mkdir(parents=True, exist_ok=True)
    part = instance / f"{SECRET_FILE}.part"
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(secrets.token_urlsafe(48))
    part.replace(file)
    return True


def _parse_all(values, where=""):
    parsed = dict(values)
    for setting in SETTINGS:
        if setting.name in values:
            try:
                parsed[setting.name] = setting.check(values[setting.name])
            except ValueError as error:
                raise SettingError(f"{setting.variable} is wrong{where}: {error}") from None
    return parsed


def _check_production(settings):
    website = settings["WEBSITE_URL"]
    if _is_local(urlsplit(website).hostname):
        raise SettingError(f"JOINDIN_WEBSITE_URL is {website}: production needs the public address of the web site")
    if settings["MAIL_FROM"] == DEFAULT_MAIL_FROM:
        raise SettingError("JOINDIN_MAIL_FROM is missing: production does not send mail from a default address")
    if settings["MAIL_URL"] is None:
        raise SettingError("JOINDIN_MAIL_URL is missing: name a mail server, or `files` to write mails to a folder")


def _is_local(host):
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _suggestion(name, known):
    similar = difflib.get_close_matches(name, known, n=1)
    return f"; is {similar[0]} meant?" if similar else ""


def _names_in_file(path):
    if not path.exists():
        return {}
    names = {}
    try:
        exec(compile(path.read_text(), str(path), "exec"), names)  # noqa: S102 - the operator's own file
    except Exception as error:
        raise SettingError(f"{path} cannot be read: {type(error).__name__}: {error}") from None
    return {name: value for name, value in names.items() if name != "__builtins__"}


def _read_file(path):
    names = _names_in_file(path)
    found = {setting.name: names[setting.name] for setting in SETTINGS if setting.name in names}
    return _parse_all(found, f" in {path}")


def _stored_secret(instance, mode):
    if mode == "production":
        raise SettingError("JOINDIN_SECRET_KEY is missing: production does not start without a secret")
    file = instance / SECRET_FILE
    if not file.exists():
        return None
    try:
        return parsers.secret(file.read_text().strip())
    except ValueError as error:
        raise SettingError(f"the secret in {file} is wrong: {error}; delete it and run `joindin setup`") from None


def _with_driver(url):
    return url.replace("postgresql://", "postgresql+psycopg://", 1)
