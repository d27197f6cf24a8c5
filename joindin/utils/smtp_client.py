"""Conversation with an SMTP server that an admin of the site has named, guarded as outgoing HTTP requests are.

Every address of the host must be public, the connection goes to the address that was checked, only ports of mail servers are
allowed, and the whole conversation has a time limit. A password is sent over an encrypted connection only. ``allow_private``
lifts these rules for servers in the operator's own network.
"""

import smtplib
import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage

from joindin.utils.http_client import AddressRefused, FetchFailed, resolve_host

TIMEOUT_S = 10
DEADLINE_S = 30
GREETING = 220
MAIL_PORTS = (25, 465, 587, 2525)


class SmtpFailed(Exception):
    """The mail was not accepted. The text says why, without what the server has answered."""


@dataclass(frozen=True)
class SmtpServer:
    host: str
    port: int
    # TLS from the start of the connection; otherwise it is begun if the server offers it.
    is_tls: bool = False
    username: str = ""
    password: str = ""


def send_through(server: SmtpServer, message: EmailMessage, *, allow_private: bool) -> None:
    """Send the message from its ``From`` to its ``To``.

    :raises SmtpFailed: if it was not accepted in time, or the server is not allowed.
    """
    sender, recipient = (message[name].addresses[0].addr_spec for name in ("From", "To"))
    try:
        with _connection(server, allow_private) as connection:
            _begin_tls(connection, server, allow_private)
            if server.username:
                connection.login(server.username, server.password)
            connection.send_message(message, from_addr=sender, to_addrs=[recipient])
    except smtplib.SMTPAuthenticationError:
        raise SmtpFailed("the server does not accept the user and the password") from None
    except smtplib.SMTPRecipientsRefused:
        raise SmtpFailed("the server does not accept the recipient") from None
    except smtplib.SMTPSenderRefused:
        raise SmtpFailed("the server does not accept the sender") from None
    except AddressRefused:
        raise SmtpFailed("the server is not on the public internet") from None
    except (OSError, FetchFailed, smtplib.SMTPException, ValueError) as error:
        raise SmtpFailed(f"the server cannot be used ({type(error).__name__})") from None


class _Smtp(smtplib.SMTP):
    """Connects to the address that was checked. The name of the host is for its certificate."""

    checked_address = ""
    # A copy of the connection's socket: TLS takes the socket itself over, also before its handshake is complete.
    control_socket = None

    def connect_to(self, address, host, port):
        self.checked_address, self._host = address, host
        code, _reply = self.connect(host, port)
        if code != GREETING:
            raise smtplib.SMTPConnectError(code, b"")

    def _get_socket(self, _host, port, timeout):
        connected = super()._get_socket(self.checked_address, port, timeout)
        self.control_socket = connected.dup()
        return connected

    def shut_down(self):
        with suppress(OSError, AttributeError):
            self.control_socket.shutdown(socket.SHUT_RDWR)

    def close(self):
        super().close()
        if self.control_socket is not None:
            self.control_socket.close()


class _SmtpOverTls(smtplib.SMTP_SSL, _Smtp):
    pass


@contextmanager
def _connection(server, allow_private):
    if server.port not in MAIL_PORTS and not allow_private:
        raise SmtpFailed(f"the port must be one of {', '.join(map(str, MAIL_PORTS))}")
    address = resolve_host(server.host, server.port, allow_private, TIMEOUT_S)
    if server.is_tls:
        connection = _SmtpOverTls(timeout=TIMEOUT_S, context=ssl.create_default_context())
    else:
        connection = _Smtp(timeout=TIMEOUT_S)
    # A socket's own timeout starts again with every byte that arrives.
    timer = threading.Timer(DEADLINE_S, connection.shut_down)
    timer.daemon = True
    timer.start()
    try:
        connection.connect_to(address, server.host, server.port)
        yield connection
        with suppress(OSError, smtplib.SMTPException):
            connection.quit()
    finally:
        timer.cancel()
        connection.close()


def _begin_tls(connection, server, allow_private):
    connection.ehlo()
    is_encrypted = server.is_tls
    if not is_encrypted and connection.has_extn("starttls"):
        connection.starttls(context=ssl.create_default_context())
        is_encrypted = True
    if server.username and not is_encrypted and not allow_private:
        raise SmtpFailed("the server offers no encryption for the password")
