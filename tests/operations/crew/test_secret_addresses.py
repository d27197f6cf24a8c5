"""Secret addresses of the calendar and of the export of shifts."""

from joindin.models.crew import CrewProfile
from joindin.operations.accounts.passwords import secure_account
from joindin.operations.crew.secret_addresses import CALENDAR, SHIFTS_EXPORT, create_secret_address
from tests.factories import NOW, make_user

ENDED = "the secret addresses of the calendar and of the shifts"


def test_securing_an_account_ends_its_secret_addresses_only(session):
    ada, ben = make_user(session), make_user(session)
    for user in (ada, ben):
        for kind in (CALENDAR, SHIFTS_EXPORT):
            create_secret_address(session, kind, actor=user)

    _, ended = secure_account(session, ada.id, actor=None, now=NOW)

    of_ada, of_ben = (session.get(CrewProfile, user.id) for user in (ada, ben))
    assert (of_ada.calendar_token_hash, of_ada.shifts_key_hash, ENDED in ended) == (None, None, True)
    assert None not in (of_ben.calendar_token_hash, of_ben.shifts_key_hash)
    assert ENDED not in secure_account(session, make_user(session).id, actor=None, now=NOW)[1]
