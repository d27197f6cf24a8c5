"""Contact form: messages to the operators of the platform."""

from collections.abc import Sequence

from joindin.operations.outbox import enqueue_mail
from joindin.utils.email_addresses import is_email


def send_contact_message(
    session, *, recipients: Sequence[str], name: str, email: str, subject: str, comment: str
) -> None:
    """Mail a message to each of ``recipients``. Replies go to the sender and to that address.

    An invalid address of the sender stands in the text only.
    """
    for recipient in recipients:
        reply_addresses = [email, recipient] if is_email(email) else [recipient]
        enqueue_mail(
            session,
            "contact",
            [recipient],
            reply_to=", ".join(reply_addresses),
            name=name,
            email=email,
            subject=subject,
            comment=comment,
        )
