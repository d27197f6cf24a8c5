"""Letting people write to those who run the platform."""

from collections.abc import Sequence

from joindin.operations.outbox import send_later
from joindin.utils.text import is_e_mail


def write_to_us(session, *, recipients: Sequence[str], name: str, email: str, subject: str, comment: str) -> None:
    """Mail a message to each of ``recipients``; an answer goes to the sender and to that address.

    What the sender gave as address need not be one. Then it stands in the text alone.
    """
    for recipient in recipients:
        answer_to = [email, recipient] if is_e_mail(email) else [recipient]
        send_later(
            session,
            "contact",
            [recipient],
            reply_to=", ".join(answer_to),
            name=name,
            email=email,
            subject=subject,
            comment=comment,
        )
