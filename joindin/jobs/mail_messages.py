"""Composition of mails: subjects, headers and bodies. The text of each kind is in ``templates/mail/<kind>.md``."""

import re
from collections.abc import Mapping
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP

from joindin.jobs.crew_mails import describe_crew_mail, get_unsubscribe_topic
from joindin.jobs.mail_templates import MailSite, render_html, render_text, single_line
from joindin.jobs.mail_transport import PermanentDeliveryError
from joindin.models import TOPIC_BY_MAIL_KIND, Mail
from joindin.models.crew import CREW_MAIL
from joindin.security.tokens import unsubscribe_token
from joindin.utils.email_addresses import InvalidEmail, to_mailbox

# Placeholders are values of the mail's context, and the name of the site. The beginnings are the contract's
# (spec 16); the name of the event tells mails apart.
SUBJECTS = {
    "verification": "Welcome to {site}",
    "username_reminder": "Your {site} username",
    "password_reset": "Resetting your {site} password",
    "external_connected": "An external account was linked to your {site} account",
    "registration": "Welcome to {site}",
    "registration_existing_account": "Your {site} account",
    "password_forgotten": "Resetting your {site} password",
    "member_invited": "Your {site} account",
    "password_changed": "Your {site} password was changed",
    "account_secured": "Your {site} account was secured",
    "email_change_requested": "A new address for your {site} account",
    "email_change": "Confirm your new address for {site}",
    "email_changed": "Your {site} address was changed",
    "sign_in_throttled": "Many attempts to sign in to your {site} account",
    "second_factor_failed": "Wrong codes after the right password for your {site} account",
    "second_factor": "Signing in to {site}: {what}",
    "event_submitted": "New event submitted to {site}: {title}",
    "event_approved": "Event approved: {title}",
    "event_rejected": "Event Rejected: {title}",
    "event_comment_reported": "{site}: A comment was reported: {event}",
    # In the language of the receiver.
    "host_invited": "{subject}",
    "speaker_invited": "{subject}",
    "invitation_accepted": "{subject}",
    "talk_claimed": "{site}: A talk has been claimed: {event}",
    "talk_assigned": "{site}: A talk has been assigned to you: {event}",
    "claim_approved": "{site}: Your talk claim has been approved: {event}",
    "claim_rejected": "{site}: Your talk claim has been rejected: {event}",
    "talk_comment": "New feedback on {talk}: {event}",
    # In the language of the receiver.
    "feedback_digest": "{subject}: {event}",
    "talk_comment_reported": "{site}: A comment was reported: {event}",
    "contact": "{site} contact: {subject}",
    # Of the agenda: the subjects and the sender's name are Gancio's (contract, section 5).
    "registration_received": "[{site_title}] Registration request received",
    "registration_to_review": "[{site_title}] New registration",
    "account_activated": "[{site_title}] You can now start publishing events",
    "account_created": "[{site_title}] You can now start publishing events",
    "password_recovery": "[{site_title}] Password recovery",
    # Of events in the agenda: the subjects to reviewers are Gancio's (contract, section 5).
    "agenda_event_submitted": "[{site_title}] {title} @{place} {start}",
    "event_reported": "[{site_title}] Event moderation [{title}]",
    "anonymous_event_received": "Your event for {site}",
    "anonymous_event_approved": "Event approved: {title}",
    "anonymous_event_rejected": "Event Rejected: {title}",
    # Of the crew, in the language of the receiver.
    CREW_MAIL: "{subject}",
}


# A mailbox at a host name without a dot, such as the default sender joindin@localhost.
LOCAL_MAILBOX = re.compile(r"[a-zA-Z0-9._+-]+@[a-zA-Z0-9-]+")


class UnfoldedHeader(UnstructuredHeader):
    """A header without line folding, which would split or encode a URL in it."""

    def fold(self, *, policy):
        return f"{self.name}: {self}{policy.linesep}"


HEADERS = HeaderRegistry()
HEADERS.map_to_type("list-unsubscribe", UnfoldedHeader)


def build_message(mail: Mail, settings: Mapping) -> EmailMessage:
    """Compose the message for a row of the outbox. Each attempt gives the same message and Message-ID.

    :raises PermanentDeliveryError: if the recipient is not a valid address.
    """
    context = describe_crew_mail(mail.context, settings["CREW_TIMEZONE"]) if mail.kind == CREW_MAIL else mail.context
    message = EmailMessage(policy=SMTP.clone(header_factory=HEADERS))
    message["From"] = _address(settings["MAIL_FROM"], name=_sender_name(context))
    message["To"] = _address(settings["MAIL_FORWARD_ALL_TO"] or mail.recipient)
    if settings["MAIL_FORWARD_ALL_TO"]:
        message["X-Original-To"] = single_line(mail.recipient)
    if reply_to := _addresses(mail.reply_to or ""):
        message["Reply-To"] = reply_to
    message["Subject"] = single_line(
        SUBJECTS[mail.kind].format(**{"site": settings["SITE_NAME"], "event": ""} | context)
    )
    message["Date"] = mail.created_at
    # The time makes it unique: a new database starts with the same ids.
    message["Message-ID"] = f"<mail.{mail.id}.{mail.created_at:%Y%m%d%H%M%S}@{message['From'].addresses[0].domain}>"
    message["Auto-Submitted"] = "auto-generated"
    unsubscribe_url = _unsubscribe_url(mail, settings)
    if unsubscribe_url is not None:
        # One-click unsubscribe of mail programs (RFC 8058).
        message["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    site = MailSite(
        name=settings["SITE_NAME"],
        website_url=settings["WEBSITE_URL"],
        public_url=settings["PUBLIC_URL"],
        contact=settings["MAIL_CONTACT"][0],
        twitter=settings["SITE_TWITTER"],
    )
    message.set_content(render_text(mail.kind, context, site, unsubscribe_url))
    message.add_alternative(render_html(mail.kind, context, site, unsubscribe_url), subtype="html")
    return message


def _unsubscribe_url(mail, settings):
    """Return the page that stops mails of this topic; None if the mail answers an action of its recipient."""
    topic = get_unsubscribe_topic(mail.context) if mail.kind == CREW_MAIL else TOPIC_BY_MAIL_KIND.get(mail.kind)
    if topic is None or mail.user_id is None or not settings["SECRET_KEY"]:
        return None
    token = unsubscribe_token(settings["SECRET_KEY"], mail.user_id, topic)
    return f"{settings['PUBLIC_URL']}/accounts/mails/{token}/"


def _sender_name(context):
    """Return the name that mails of the agenda have as their sender; other mails have the address alone."""
    return f"📅 {single_line(context['site_title'])}" if "site_title" in context else ""


def _addresses(text):
    """Parse a comma-separated list of addresses. Invalid parts are skipped, because users enter free text."""
    addresses = []
    for part in text.split(","):
        try:
            addresses.append(_address(part.strip()))
        except PermanentDeliveryError:
            continue
    return addresses


def _address(text, name=""):
    # Operators may name a mailbox in their own network, which users cannot.
    if LOCAL_MAILBOX.fullmatch(text):
        return Address(name, addr_spec=text)
    try:
        return Address(name, addr_spec=to_mailbox(text))
    except InvalidEmail:
        raise PermanentDeliveryError("the recipient is not an e-mail address") from None
