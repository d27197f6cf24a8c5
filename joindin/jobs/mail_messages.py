"""Every mail we send: its subject here, its words in ``templates/mail/<kind>.md``."""

from collections.abc import Mapping
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP

from joindin.jobs.mail_templates import render_html, render_text, single_line
from joindin.jobs.mail_transport import PermanentDeliveryError
from joindin.models import TOPIC_BY_MAIL_KIND, Mail
from joindin.security.tokens import unsubscribe_token

# The braces take facts of the mail.
SUBJECTS = {
    "verification": "Welcome to joind.in",
    "username_reminder": "Your joind.in username",
    "password_reset": "Resetting your joind.in password",
    "external_connected": "Your joind.in account can be opened with another one",
    "registration": "Welcome to joind.in",
    "registration_existing_account": "Your joind.in account",
    "password_forgotten": "Resetting your joind.in password",
    "password_changed": "Your joind.in password was changed",
    "email_change": "Confirm your new address for joind.in",
    "email_changed": "Your joind.in address was changed",
    "sign_in_throttled": "Many attempts to sign in to your joind.in account",
    "second_factor_failed": "Somebody knows the password of your joind.in account",
    "second_factor": "Signing in to joind.in: {what}",
    "event_submitted": "New event submitted to joind.in",
    "event_approved": "Event approved",
    "event_rejected": "Event Rejected",
    "event_comment_reported": "Joind.in: A comment was reported",
    "talk_claimed": "Joind.in: A talk has been claimed",
    "talk_assigned": "Joind.in: A talk has been assigned to you",
    "claim_approved": "Joind.in: Your talk claim has been approved",
    "claim_rejected": "Joind.in: Your talk claim has been rejected",
    "talk_comment": "New feedback on {talk}",
    "talk_comment_reported": "Joind.in: A comment was reported",
    "contact": "Joind.in contact: {subject}",
}


class UnfoldedHeader(UnstructuredHeader):
    """A header that is never folded, for an address in it would be taken apart or encoded."""

    def fold(self, *, policy):
        return f"{self.name}: {self}{policy.linesep}"


HEADERS = HeaderRegistry()
HEADERS.map_to_type("list-unsubscribe", UnfoldedHeader)


def build_message(mail: Mail, settings: Mapping) -> EmailMessage:
    """The message for a row of the outbox: the same one at each attempt, down to its Message-ID.

    :raises Undeliverable: if the recipient is no address.
    """
    message = EmailMessage(policy=SMTP.clone(header_factory=HEADERS))
    message["From"] = _address(settings["MAIL_FROM"])
    message["To"] = _address(settings["MAIL_FORWARD_ALL_TO"] or mail.recipient)
    if settings["MAIL_FORWARD_ALL_TO"]:
        message["X-Original-To"] = single_line(mail.recipient)
    if answers_to := _addresses(mail.reply_to or ""):
        message["Reply-To"] = answers_to
    message["Subject"] = single_line(SUBJECTS[mail.kind].format(**mail.context))
    message["Date"] = mail.created_at
    # A number may come again in a new database, together with its second it does not.
    message["Message-ID"] = f"<mail.{mail.id}.{mail.created_at:%Y%m%d%H%M%S}@{message['From'].addresses[0].domain}>"
    message["Auto-Submitted"] = "auto-generated"
    stop = _where_to_stop(mail, settings)
    if stop is not None:
        # One click in the reader's program is enough (RFC 8058).
        message["List-Unsubscribe"] = f"<{stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    places = (settings["WEBSITE_URL"], settings["PUBLIC_URL"], stop)
    message.set_content(render_text(mail.kind, mail.context, *places))
    message.add_alternative(render_html(mail.kind, mail.context, *places), subtype="html")
    return message


def _where_to_stop(mail, settings):
    """The page that ends mails like this to its reader; None where they answer what the reader did."""
    topic = TOPIC_BY_MAIL_KIND.get(mail.kind)
    if topic is None or mail.user_id is None or not settings["SECRET_KEY"]:
        return None
    token = unsubscribe_token(settings["SECRET_KEY"], mail.user_id, topic)
    return f"{settings['PUBLIC_URL']}/accounts/mails/{token}"


def _addresses(text):
    """The addresses in a list with commas, without what is none (people write what they like)."""
    found = []
    for part in text.split(","):
        try:
            found.append(_address(part.strip()))
        except PermanentDeliveryError:
            continue
    return found


def _address(text):
    name, _, domain = text.rpartition("@")
    try:
        return Address(addr_spec=f"{name}@{domain.encode('idna').decode()}")
    except Exception:  # The parser raises all kinds of things on what is no address.
        raise PermanentDeliveryError("the recipient is no e-mail address") from None
