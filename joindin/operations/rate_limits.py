"""Slowing down those who try too often: counted in the database, so that all workers count together.

An attempt is counted before it is made, and the count is committed at once: of a hundred guesses at
the same moment no more get through than of a hundred in a row, and what is refused afterwards stays
counted. An honest caller whose attempt succeeds gets it back.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from joindin.errors import TooOften
from joindin.models import BrowserSession, Throttle, User
from joindin.operations.accounts.security_mails import tell_of_guesses, tell_of_wrong_codes
from joindin.queries.accounts.users import user_called
from joindin.utils.text import fold

TRY_LATER = "That was tried too often. Please try again later"


@dataclass(frozen=True)
class Limit:
    """At most ``most`` times within a window, which begins with the first."""

    name: str
    most: int
    window: dt.timedelta


# Guesses at passwords. All accounts from one address: a whole conference may sit behind it, and only
# failures count. One account from one address; one account from everywhere it is not at home.
SIGN_IN_ADDRESS = Limit("sign-in address", 100, dt.timedelta(minutes=15))
SIGN_IN_HERE = Limit("sign-in here", 10, dt.timedelta(minutes=15))
SIGN_IN_ACCOUNT = Limit("sign-in account", 50, dt.timedelta(hours=1))
# What is left to each strange address once an account is under attack: its owner may be on a journey.
SIGN_IN_LAST_RESORT = Limit("sign-in last resort", 1, dt.timedelta(minutes=15))

# Codes, by whoever has the password already: at one place, and at all that the account is not at home in.
SECOND_FACTOR = Limit("second factor", 10, dt.timedelta(minutes=15))
SECOND_FACTOR_ACCOUNT = Limit("second factor account", 30, dt.timedelta(hours=1))
# So many wrong ones after the right password are told to the owner; and of guesses they hear once a day.
WRONG_CODES = Limit("wrong codes", 3, dt.timedelta(days=1))
SIGN_IN_LETTER = Limit("sign-in letter", 1, dt.timedelta(days=1))
EXTERNAL_SIGN_IN = Limit("external sign-in", 300, dt.timedelta(hours=1))
# A challenge to a device is answered once.
CHALLENGE = Limit("challenge", 1, dt.timedelta(hours=1))
REGISTRATION = Limit("registration", 60, dt.timedelta(hours=1))
# What Gancio counts together, of those it does not know.
SPAM = Limit("spam", 6, dt.timedelta(minutes=5))
# A web site registers all its people from one address.
API_REGISTRATION = Limit("API registration", 300, dt.timedelta(hours=1))
MAIL_ADDRESS = Limit("mail address", 60, dt.timedelta(hours=1))
MAIL_ACCOUNT = Limit("mail account", 5, dt.timedelta(hours=1))


def admit(session, limit: Limit, *subject: object, now: dt.datetime) -> None:
    """Count one more attempt of ``subject``. Commit whatever comes of it, or the count is lost.

    :raises TooOften: with the seconds until the window ends, when there were enough already.
    """
    count, ends_at = _count(session, limit, subject, now)
    if count > limit.most:
        raise TooOften(TRY_LATER, max(1, int((ends_at - now).total_seconds())))


def take_back(session, limit: Limit, *subject: object) -> None:
    """Uncount an attempt that turned out to be honest."""
    session.execute(
        update(Throttle)
        .where(Throttle.key == _key(limit, subject), Throttle.count > 0)
        .values(count=Throttle.count - 1)
        .execution_options(synchronize_session=False)
    )


def forgive(session, limit: Limit, *subject: object) -> None:
    """Forget all that was counted of ``subject``: it was the right one after all."""
    session.execute(
        delete(Throttle).where(Throttle.key == _key(limit, subject)).execution_options(synchronize_session=False)
    )


def admit_sign_in(session, *, name: str, address: str | None, now: dt.datetime) -> None:
    """Count an attempt to sign in as ``name`` (a username or an e-mail address, known or not).

    Guesses from many places cannot lock an account's owner out: wherever they were signed in before,
    only what happens there counts, and everywhere else one attempt in a quarter of an hour is left.
    An account's owner hears of it by mail when there were too many.

    :raises TooOften: when there were enough.
    """
    account, place = _account(session, name), network(address)
    admit(session, SIGN_IN_ADDRESS, place, now=now)
    try:
        _admit_guess(session, account, place, now)
    except TooOften:
        # Counted for names that nobody has, too, so that both take the same time.
        count, _ = _count(session, SIGN_IN_LETTER, [account], now)
        if count == 1 and isinstance(account, int):
            tell_of_guesses(session, session.get_one(User, account))
        raise


def forgive_sign_in(session, *, name: str, address: str | None) -> None:
    """The password was right: what was counted for this attempt, and what was mistyped here before, is forgotten."""
    account, place = _account(session, name), network(address)
    take_back(session, SIGN_IN_ADDRESS, place)
    take_back(session, SIGN_IN_ACCOUNT, account)
    keys = [_key(SIGN_IN_HERE, (account, place)), _key(SIGN_IN_LAST_RESORT, (account, place))]
    session.execute(delete(Throttle).where(Throttle.key.in_(keys)).execution_options(synchronize_session=False))


def admit_code(session, *, user_id: int, address: str | None, now: dt.datetime) -> None:
    """Count an attempt at somebody's second factor. As with passwords, nobody is locked out at home by others.

    :raises TooOften: when there were enough.
    """
    place = network(address)
    admit(session, SECOND_FACTOR, user_id, place, now=now)
    if not _is_at_home(session, user_id, place):
        admit(session, SECOND_FACTOR_ACCOUNT, user_id, now=now)


def forgive_code(session, *, user_id: int, address: str | None) -> None:
    forgive(session, SECOND_FACTOR, user_id, network(address))
    take_back(session, SECOND_FACTOR_ACCOUNT, user_id)
    forgive(session, WRONG_CODES, user_id)


def note_wrong_code(session, user: User, *, now: dt.datetime) -> None:
    """Remember that whoever knows somebody's password had no right code; its owner hears of the third in a day."""
    count, _ = _count(session, WRONG_CODES, [user.id], now)
    if count == WRONG_CODES.most:
        tell_of_wrong_codes(session, user)


def network(address: str | None) -> str:
    """What counts as one place: an IPv4 address, or the /64 that one household or host has of IPv6."""
    try:
        ip = ip_address(address or "")
    except ValueError:
        return "unknown"
    if ip.version == 4:
        return str(ip)
    return str(ip.ipv4_mapped or ip_network((ip, 64), strict=False))


def forget_old_counts(session, now: dt.datetime) -> int:
    return session.execute(
        delete(Throttle).where(Throttle.ends_at <= now).execution_options(synchronize_session=False)
    ).rowcount


def _admit_guess(session, account, place, now):
    admit(session, SIGN_IN_HERE, account, place, now=now)
    if _is_at_home(session, account, place):
        return
    try:
        admit(session, SIGN_IN_ACCOUNT, account, now=now)
    except TooOften:
        admit(session, SIGN_IN_LAST_RESORT, account, place, now=now)


def _count(session, limit, subject, now):
    """The count and its end after this attempt, in one statement that no other can come between."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    ends_at = now + limit.window
    is_over = Throttle.ends_at <= now
    adding = dialect.insert(Throttle).values(key=_key(limit, subject), count=1, ends_at=ends_at)
    counting = adding.on_conflict_do_update(
        index_elements=[Throttle.key],
        set_={
            "count": case((is_over, 1), else_=Throttle.count + 1),
            "ends_at": case((is_over, ends_at), else_=Throttle.ends_at),
        },
    )
    return session.execute(counting.returning(Throttle.count, Throttle.ends_at)).one()


def _key(limit, subject):
    return hashlib.sha256("\n".join([limit.name, *map(str, subject)]).encode()).hexdigest()


def _account(session, name):
    """The same for both names of an account; for what is nobody's name, that name."""
    known = user_called(session, name)
    return f"name {fold(name)}" if known is None else known.id


def _is_at_home(session, account, place):
    if not isinstance(account, int):
        return False
    addresses = session.scalars(
        select(BrowserSession.address).where(BrowserSession.user_id == account).distinct().limit(1000)
    )
    return place in {network(address) for address in addresses}
