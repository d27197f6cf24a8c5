"""Transport of mails to an SMTP server, or to a folder if no server is configured."""

import logging
import os
import smtplib
import ssl
import tempfile
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

from joindin.models import Mail
from joindin.utils.smtp_client import SmtpFailed, SmtpServer, send_through

# For each reply of the server.
TIMEOUT_S = 20

PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
MAX_REASON_LENGTH = 500

log = logging.getLogger(__name__)


class DeliveryError(Exception):
    """A delivery failed and may be retried. The message gives the reason without secrets."""


class ServerUnreachable(DeliveryError):
    """The mail server cannot be reached, so no mail can be delivered now."""


class PermanentDeliveryError(DeliveryError):
    """The mail can never be delivered."""


def deliver(message: EmailMessage, mail: Mail, settings, site_server: SmtpServer | None = None) -> None:
    """Send the message, or write it to a file if no server is configured.

    ``site_server`` is the server that admins of the site have set, for installations whose operator has configured none.

    :raises DeliveryError: if the server has not accepted it.
    """
    if settings["MAIL_URL"]:
        _send(message, settings["MAIL_URL"])
        log.info("Sent mail %s (%s)", mail.id, mail.kind)
    elif site_server is not None:
        try:
            send_through(site_server, message, allow_private=settings["ALLOW_PRIVATE_FETCHES"])
        except SmtpFailed as failure:
            raise DeliveryError(_reason(str(failure))) from None
        log.info("Sent mail %s (%s) through the server of the site", mail.id, mail.kind)
    else:
        path = Path(settings["MAIL_DIR"]) / f"{mail.created_at:%Y%m%dT%H%M%SZ}-{mail.id}-{mail.kind}.eml"
        _write(message, path)
        log.info("No mail server is set (JOINDIN_MAIL_URL): mail %s is in %s", mail.id, path)


def _send(message, url):
    sender, recipient = (message[name].addresses[0].addr_spec for name in ("From", "To"))
    with _connection(url) as server:
        try:
            server.send_message(message, from_addr=sender, to_addrs=[recipient])
        except smtplib.SMTPRecipientsRefused as refused:
            code, reply = refused.recipients[recipient]
            error_class = PermanentDeliveryError if 500 <= code < 600 else DeliveryError
            raise error_class(_reason(f"recipient refused: {code} {_text(reply)}")) from None
        except smtplib.SMTPSenderRefused as refused:
            raise DeliveryError(_reason(f"sender refused: {refused.smtp_code} {_text(refused.smtp_error)}")) from None
        except smtplib.SMTPResponseException as refused:
            # The reply is omitted: a filter may quote the text, which may contain a link with a token.
            raise DeliveryError(f"message refused: {refused.smtp_code}") from None
        except OSError as error:
            raise DeliveryError(_reason(f"{type(error).__name__}: {error}")) from None


@contextmanager
def _connection(url):
    server = None
    try:
        try:
            server = _connect(urlsplit(url))
        except smtplib.SMTPResponseException as refused:
            raise ServerUnreachable(f"{type(refused).__name__}: {refused.smtp_code}") from None
        except OSError as error:
            raise ServerUnreachable(_reason(f"{type(error).__name__}: {error}")) from None
        yield server
        # The mail is already delivered; errors of QUIT do not matter.
        with suppress(OSError):
            server.quit()
    finally:
        if server is not None:
            server.close()


def _connect(url):
    options = {"host": url.hostname, "port": url.port or PORTS[url.scheme], "timeout": TIMEOUT_S}
    if url.scheme == "smtps":
        server = smtplib.SMTP_SSL(**options, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(**options)
    try:
        if url.scheme == "smtp+starttls":
            server.starttls(context=ssl.create_default_context())
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _write(message, path):
    """Write the file atomically. Only its owner may read it, because it may contain a token."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(message.as_bytes())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _text(reply):
    return reply.decode(errors="replace") if isinstance(reply, bytes) else str(reply)


def _reason(text):
    return " ".join(text.split())[:MAX_REASON_LENGTH]
