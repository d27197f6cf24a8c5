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

from joindin.errors import RateLimited
from joindin.models import BrowserSession, RateLimitCounter, User
from joindin.operations.accounts.security_mails import mail_second_factor_failed, mail_sign_in_throttled
from joindin.queries.accounts.users import get_user_by_login
from joindin.utils.text import fold_case_accents

MSG_TRY_LATER = "That was tried too often. Please try again later"


@dataclass(frozen=True)
class RateLimit:
    """At most ``most`` times within a window, which begins with the first."""

    name: str
    max_count: int
    window: dt.timedelta


# Guesses at passwords. All accounts from one address: a whole conference may sit behind it, and only
# failures count. One account from one address; one account from everywhere it is not at home.
SIGN_IN_NETWORK = RateLimit("sign-in address", 100, dt.timedelta(minutes=15))
SIGN_IN_ACCOUNT_FROM_NETWORK = RateLimit("sign-in here", 10, dt.timedelta(minutes=15))
SIGN_IN_ACCOUNT = RateLimit("sign-in account", 50, dt.timedelta(hours=1))
# What is left to each strange address once an account is under attack: its owner may be on a journey.
SIGN_IN_LAST_RESORT = RateLimit("sign-in last resort", 1, dt.timedelta(minutes=15))

# Codes, by whoever has the password already: at one place, and at all that the account is not at home in.
SECOND_FACTOR = RateLimit("second factor", 10, dt.timedelta(minutes=15))
SECOND_FACTOR_ACCOUNT = RateLimit("second factor account", 30, dt.timedelta(hours=1))
# So many wrong ones after the right password are told to the owner; and of guesses they hear once a day.
WRONG_CODES = RateLimit("wrong codes", 3, dt.timedelta(days=1))
SIGN_IN_WARNING_MAIL = RateLimit("sign-in letter", 1, dt.timedelta(days=1))
EXTERNAL_SIGN_IN = RateLimit("external sign-in", 300, dt.timedelta(hours=1))
# A challenge to a device is answered once.
CHALLENGE = RateLimit("challenge", 1, dt.timedelta(hours=1))
REGISTRATION = RateLimit("registration", 60, dt.timedelta(hours=1))
# What Gancio counts together, of those it does not know.
SPAM = RateLimit("spam", 6, dt.timedelta(minutes=5))
# A web site registers all its people from one address.
API_REGISTRATION = RateLimit("API registration", 300, dt.timedelta(hours=1))
MAIL_NETWORK = RateLimit("mail address", 60, dt.timedelta(hours=1))
MAIL_ACCOUNT = RateLimit("mail account", 5, dt.timedelta(hours=1))


def consume_attempt(session, limit: RateLimit, *subject: object, now: dt.datetime) -> None:
    """Count one more attempt of ``subject``. Commit whatever comes of it, or the count is lost.

    :raises RateLimited: with the seconds until the window ends, when there were enough already.
    """
    count, ends_at = _count(session, limit, subject, now)
    if count > limit.max_count:
        raise RateLimited(MSG_TRY_LATER, max(1, int((ends_at - now).total_seconds())))


def refund_attempt(session, limit: RateLimit, *subject: object) -> None:
    """Uncount an attempt that turned out to be honest."""
    session.execute(
        update(RateLimitCounter)
        .where(RateLimitCounter.key == _key(limit, subject), RateLimitCounter.count > 0)
        .values(count=RateLimitCounter.count - 1)
        .execution_options(synchronize_session=False)
    )


def reset_attempts(session, limit: RateLimit, *subject: object) -> None:
    """Forget all that was counted of ``subject``: it was the right one after all."""
    session.execute(
        delete(RateLimitCounter)
        .where(RateLimitCounter.key == _key(limit, subject))
        .execution_options(synchronize_session=False)
    )


def consume_sign_in_attempt(session, *, name: str, ip_address: str | None, now: dt.datetime) -> None:
    """Count an attempt to sign in as ``name`` (a username or an e-mail address, known or not).

    Guesses from many places cannot lock an account's owner out: wherever they were signed in before,
    only what happens there counts, and everywhere else one attempt in a quarter of an hour is left.
    An account's owner hears of it by mail when there were too many.

    :raises RateLimited: when there were enough.
    """
    account, place = _account(session, name), client_network(ip_address)
    consume_attempt(session, SIGN_IN_NETWORK, place, now=now)
    try:
        _admit_guess(session, account, place, now)
    except RateLimited:
        # Counted for names that nobody has, too, so that both take the same time.
        count, _ = _count(session, SIGN_IN_WARNING_MAIL, [account], now)
        if count == 1 and isinstance(account, int):
            mail_sign_in_throttled(session, session.get_one(User, account))
        raise


def reset_sign_in_attempts(session, *, name: str, ip_address: str | None) -> None:
    """The password was right: what was counted for this attempt, and what was mistyped here before, is forgotten."""
    account, place = _account(session, name), client_network(ip_address)
    refund_attempt(session, SIGN_IN_NETWORK, place)
    refund_attempt(session, SIGN_IN_ACCOUNT, account)
    keys = [_key(SIGN_IN_ACCOUNT_FROM_NETWORK, (account, place)), _key(SIGN_IN_LAST_RESORT, (account, place))]
    session.execute(
        delete(RateLimitCounter).where(RateLimitCounter.key.in_(keys)).execution_options(synchronize_session=False)
    )


def consume_second_factor_attempt(session, *, user_id: int, ip_address: str | None, now: dt.datetime) -> None:
    """Count an attempt at somebody's second factor. As with passwords, nobody is locked out at home by others.

    :raises RateLimited: when there were enough.
    """
    place = client_network(ip_address)
    consume_attempt(session, SECOND_FACTOR, user_id, place, now=now)
    if not _is_at_home(session, user_id, place):
        consume_attempt(session, SECOND_FACTOR_ACCOUNT, user_id, now=now)


def reset_second_factor_attempts(session, *, user_id: int, ip_address: str | None) -> None:
    reset_attempts(session, SECOND_FACTOR, user_id, client_network(ip_address))
    refund_attempt(session, SECOND_FACTOR_ACCOUNT, user_id)
    reset_attempts(session, WRONG_CODES, user_id)


def record_wrong_code(session, user: User, *, now: dt.datetime) -> None:
    """Remember that whoever knows somebody's password had no right code; its owner hears of the third in a day."""
    count, _ = _count(session, WRONG_CODES, [user.id], now)
    if count == WRONG_CODES.max_count:
        mail_second_factor_failed(session, user)


def client_network(address: str | None) -> str:
    """What counts as one place: an IPv4 address, or the /64 that one household or host has of IPv6."""
    try:
        ip = ip_address(address or "")
    except ValueError:
        return "unknown"
    if ip.version == 4:
        return str(ip)
    return str(ip.ipv4_mapped or ip_network((ip, 64), strict=False))


def purge_expired_rate_limits(session, now: dt.datetime) -> int:
    return session.execute(
        delete(RateLimitCounter).where(RateLimitCounter.ends_at <= now).execution_options(synchronize_session=False)
    ).rowcount


def _admit_guess(session, account, place, now):
    consume_attempt(session, SIGN_IN_ACCOUNT_FROM_NETWORK, account, place, now=now)
    if _is_at_home(session, account, place):
        return
    try:
        consume_attempt(session, SIGN_IN_ACCOUNT, account, now=now)
    except RateLimited:
        consume_attempt(session, SIGN_IN_LAST_RESORT, account, place, now=now)


def _count(session, limit, subject, now):
    """The count and its end after this attempt, in one statement that no other can come between."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    ends_at = now + limit.window
    is_over = RateLimitCounter.ends_at <= now
    adding = dialect.insert(RateLimitCounter).values(key=_key(limit, subject), count=1, ends_at=ends_at)
    counting = adding.on_conflict_do_update(
        index_elements=[RateLimitCounter.key],
        set_={
            "count": case((is_over, 1), else_=RateLimitCounter.count + 1),
            "ends_at": case((is_over, ends_at), else_=RateLimitCounter.ends_at),
        },
    )
    return session.execute(counting.returning(RateLimitCounter.count, RateLimitCounter.ends_at)).one()


def _key(limit, subject):
    return hashlib.sha256("\n".join([limit.name, *map(str, subject)]).encode()).hexdigest()


def _account(session, name):
    """The same for both names of an account; for what is nobody's name, that name."""
    known = get_user_by_login(session, name)
    return f"name {fold_case_accents(name)}" if known is None else known.id


def _is_at_home(session, account, place):
    if not isinstance(account, int):
        return False
    addresses = session.scalars(
        select(BrowserSession.ip_address).where(BrowserSession.user_id == account).distinct().limit(1000)
    )
    return place in {client_network(address) for address in addresses}
