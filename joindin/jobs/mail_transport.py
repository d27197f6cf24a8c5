"""Taking a mail out of the house: to an SMTP server, or into a folder where there is none."""

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

# Seconds for each answer of a server.
TIMEOUT = 20

PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
LONGEST_REASON = 500

log = logging.getLogger(__name__)


class DeliveryError(Exception):
    """It did not work this time; the text says why and holds nothing secret."""


class ServerUnreachable(DeliveryError):
    """The server does not talk to us at all, whatever the mail."""


class PermanentDeliveryError(DeliveryError):
    """It will never work."""


def deliver(message: EmailMessage, mail: Mail, settings) -> None:
    """Send ``message``, or write it to a file if no server is set.

    :raises NotDelivered: if it is not known to have arrived.
    """
    if settings["MAIL_URL"]:
        _send(message, settings["MAIL_URL"])
        log.info("Sent mail %s (%s)", mail.id, mail.kind)
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
            code, said = refused.recipients[recipient]
            kind = PermanentDeliveryError if 500 <= code < 600 else DeliveryError
            raise kind(_reason(f"recipient refused: {code} {_words(said)}")) from None
        except smtplib.SMTPSenderRefused as refused:
            raise DeliveryError(_reason(f"sender refused: {refused.smtp_code} {_words(refused.smtp_error)}")) from None
        except smtplib.SMTPResponseException as refused:
            # A filter may quote what it dislikes about the text, which may be a link with a token.
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
        # The mail is delivered by now, however the farewell goes.
        with suppress(OSError):
            server.quit()
    finally:
        if server is not None:
            server.close()


def _connect(url):
    place = {"host": url.hostname, "port": url.port or PORTS[url.scheme], "timeout": TIMEOUT}
    if url.scheme == "smtps":
        server = smtplib.SMTP_SSL(**place, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(**place)
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
    """Put the file there whole or not at all. It may hold a token, so it is the owner's alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(message.as_bytes())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _words(said):
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)


def _reason(text):
    return " ".join(text.split())[:LONGEST_REASON]
