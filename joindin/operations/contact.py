"""Letting people write to those who run the platform."""

from collections.abc import Sequence

from joindin.operations.outbox import enqueue_mail
from joindin.utils.text import is_email


def send_contact_message(
    session, *, recipients: Sequence[str], name: str, email: str, subject: str, comment: str
) -> None:
    """Mail a message to each of ``recipients``; an answer goes to the sender and to that address.

    What the sender gave as address need not be one. Then it stands in the text alone.
    """
    for recipient in recipients:
        answer_to = [email, recipient] if is_email(email) else [recipient]
        enqueue_mail(
            session,
            "contact",
            [recipient],
            reply_to=", ".join(answer_to),
            name=name,
            email=email,
            subject=subject,
            comment=comment,
        )
