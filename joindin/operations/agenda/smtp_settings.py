"""Mail server that admins of the site have set (Gancio contract, section 14).

It is used only while the operator has configured none: the operator's server is for all mails of this installation, and admins
must not redirect them. The password is encrypted, and never leaves again.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from email.message import EmailMessage

from joindin.errors import InvalidInput
from joindin.extensions import secret_keys
from joindin.models import SiteSetting
from joindin.operations.agenda.site_settings import store_site_setting
from joindin.queries.agenda.site_settings import load_site_settings
from joindin.security.encryption import decrypt, encrypt
from joindin.utils.hosts import host_name
from joindin.utils.smtp_client import SmtpFailed, SmtpServer, send_through
from joindin.utils.text import to_single_line

KEY = "smtp"
PURPOSE = "smtp password"
MAX_CREDENTIAL_LENGTH = 500
DEFAULT_PORTS = {True: 465, False: 587}
TEST_TEXT = "This mail shows that the mail server of {} works.\n"


def parse_smtp_server(session, value) -> SmtpServer:
    """Return the server that a client describes. Without a password it keeps that of the stored server, if it is the same.

    :raises InvalidInput: if the description has another form.
    """
    if not isinstance(value, dict):
        raise InvalidInput("smtp must be an object")
    auth = value.get("auth") or {}
    if not isinstance(auth, dict):
        raise InvalidInput("auth must be an object")
    host, is_tls = value.get("host"), value.get("secure") in (True, "true")
    if not isinstance(host, str) or len(host) > 255 or host_name(host) is None:
        raise InvalidInput("host must be the name of a mail server")
    server = SmtpServer(
        host=host_name(host),
        port=_read_port(value.get("port", DEFAULT_PORTS[is_tls])),
        is_tls=is_tls,
        username=_read_credential(auth, "user"),
        password=_read_credential(auth, "pass"),
    )
    stored = load_smtp_server(session)
    if stored is not None and not server.password and replace(stored, password="") == server:
        return stored
    return server


def load_smtp_server(session) -> SmtpServer | None:
    """Return the stored server, or None. A password of a lost secret key is empty."""
    stored = load_site_settings(session)[KEY]
    if not stored:
        return None
    password = stored["password"] and decrypt(secret_keys(), PURPOSE, stored["password"])
    return SmtpServer(**stored | {"password": password or ""})


def store_smtp_server(session, server: SmtpServer, *, actor, now: dt.datetime) -> None:
    password = server.password and encrypt(secret_keys()[0], PURPOSE, server.password)
    store_site_setting(session, KEY, vars(server) | {"password": password}, is_secret=True, actor=actor, now=now)


def reencrypt_smtp_password(session, keys: Sequence[str]) -> None:
    """Encrypt the password with the current secret key."""
    setting = session.get(SiteSetting, KEY, with_for_update=True)
    password = setting and setting.value["password"] and decrypt(keys, PURPOSE, setting.value["password"])
    if password:
        setting.value = setting.value | {"password": encrypt(keys[0], PURPOSE, password)}
        session.flush()


def send_test_mail(server: SmtpServer, *, title: str, sender: str, recipient: str, allow_private: bool) -> None:
    """Send a mail that shows that the server works.

    :raises InvalidInput: with the reason, if it does not.
    """
    message = EmailMessage()
    message["From"], message["To"] = sender, recipient
    message["Subject"] = f"[{to_single_line(title)}] Your SMTP configuration is working"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(TEST_TEXT.format(title))
    try:
        send_through(server, message, allow_private=allow_private)
    except SmtpFailed as failure:
        raise InvalidInput(f"Error: {failure}") from None


def _read_port(value):
    value = int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 6 else value
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 65_536:
        raise InvalidInput("port must be a number from 1 to 65535")
    return value


def _read_credential(auth, name):
    value = auth.get(name) or ""
    if not isinstance(value, str) or len(value) > MAX_CREDENTIAL_LENGTH or not value.isprintable():
        raise InvalidInput(f"auth.{name} must be a text of at most {MAX_CREDENTIAL_LENGTH} characters")
    return value
