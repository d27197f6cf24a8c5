"""Rate limits stored in the database, so that all workers count together.

An attempt is counted before it is made and the count is committed at once. Simultaneous guesses therefore get no more
attempts than successive ones, and a refused attempt stays counted. A successful attempt is refunded.

Guesses of others cannot lock the owner of an account out. A browser in which the account has been signed in has a limit of its
own. In networks where the account has been signed in, only attempts from there count; every other network keeps one
attempt in 15 minutes.
"""

import datetime as dt
import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from sqlalchemy import case, delete, select, update

from joindin.db.dialects import session_dialect
from joindin.errors import RateLimited
from joindin.models import BrowserSession, RateLimitCounter, User
from joindin.operations.accounts.security_mails import mail_second_factor_failed, mail_sign_in_throttled
from joindin.queries.accounts.users import get_user_by_login
from joindin.utils.text import fold_case_accents

MSG_TRY_LATER = "That was tried too often. Please try again later"


@dataclass(frozen=True)
class RateLimit:
    """At most ``max_count`` attempts within a window, which starts with the first attempt."""

    name: str
    max_count: int
    window: dt.timedelta


class KnownDevice(NamedTuple):
    """A browser in which the user has signed in before."""

    user_id: int
    device_id: str


# Password guesses at one account from a device where it was signed in.
SIGN_IN_DEVICE = RateLimit("sign-in device", 10, dt.timedelta(minutes=15))
# Guesses from other devices: at all accounts from one network (a conference may share one, and only failures count), at one
# account from one network, and at one account from all networks where it was never signed in.
SIGN_IN_NETWORK = RateLimit("sign-in address", 100, dt.timedelta(minutes=15))
SIGN_IN_ACCOUNT_FROM_NETWORK = RateLimit("sign-in here", 10, dt.timedelta(minutes=15))
SIGN_IN_ACCOUNT = RateLimit("sign-in account", 50, dt.timedelta(hours=1))
# The attempts that each unknown network keeps while an account is under attack. The owner may be travelling.
SIGN_IN_LAST_RESORT = RateLimit("sign-in last resort", 1, dt.timedelta(minutes=15))

# Second factor codes: from a known device, from one network, and from all networks where the account was never signed in.
SECOND_FACTOR_DEVICE = RateLimit("second factor device", 10, dt.timedelta(minutes=15))
SECOND_FACTOR = RateLimit("second factor", 10, dt.timedelta(minutes=15))
SECOND_FACTOR_ACCOUNT = RateLimit("second factor account", 30, dt.timedelta(hours=1))
# The number of wrong codes after which the user is warned, and how often a user is warned of password guesses.
WRONG_CODES = RateLimit("wrong codes", 3, dt.timedelta(days=1))
SIGN_IN_WARNING_MAIL = RateLimit("sign-in letter", 1, dt.timedelta(days=1))
EXTERNAL_SIGN_IN = RateLimit("external sign-in", 300, dt.timedelta(hours=1))
# Sign-ins of users of other instances from one network, and views of one user for which hosts are asked.
FEDERATED_SIGN_IN = RateLimit("federated sign-in", 300, dt.timedelta(hours=1))
EXTERNAL_EVENTS = RateLimit("external events", 300, dt.timedelta(hours=1))
# A WebAuthn challenge is answered once.
CHALLENGE = RateLimit("challenge", 1, dt.timedelta(hours=1))
# Mails by which hosts invite: of one user, and to one address from all users.
INVITATIONS_OF_USER = RateLimit("invitations of a user", 100, dt.timedelta(days=1))
INVITATIONS_TO_ADDRESS = RateLimit("invitations to an address", 10, dt.timedelta(days=1))
# Stars from one device without an account.
DEVICE_STARS = RateLimit("device stars", 300, dt.timedelta(hours=1))
MAIL_ACCOUNT = RateLimit("mail account", 5, dt.timedelta(hours=1))


def consume_attempt(session, limit: RateLimit, *subject: object, now: dt.datetime) -> None:
    """Count an attempt of ``subject``. The caller commits in any case, or the count is lost.

    :raises RateLimited: with the seconds until the window ends, if the limit is reached.
    """
    count, ends_at = count_attempt(session, limit, subject, now=now)
    if count > limit.max_count:
        raise RateLimited(MSG_TRY_LATER, max(1, math.ceil((ends_at - now).total_seconds())))


def count_attempt(session, limit: RateLimit, subject: Iterable[object], *, now: dt.datetime) -> tuple[int, dt.datetime]:
    """Count an attempt in one atomic statement; return the count and the end of its window.

    It waits for simultaneous attempts of ``subject`` until their transactions end.
    """
    ends_at = now + limit.window
    is_over = RateLimitCounter.ends_at <= now
    adding = (
        session_dialect(session)
        .insert(RateLimitCounter)
        .values(key=counter_key(limit, subject), count=1, ends_at=ends_at)
    )
    counting = adding.on_conflict_do_update(
        index_elements=[RateLimitCounter.key],
        set_={
            "count": case((is_over, 1), else_=RateLimitCounter.count + 1),
            "ends_at": case((is_over, ends_at), else_=RateLimitCounter.ends_at),
        },
    )
    return session.execute(counting.returning(RateLimitCounter.count, RateLimitCounter.ends_at)).one()


def refund_attempt(session, limit: RateLimit, *subject: object) -> None:
    """Subtract one attempt from the count."""
    session.execute(
        update(RateLimitCounter)
        .where(RateLimitCounter.key == counter_key(limit, subject), RateLimitCounter.count > 0)
        .values(count=RateLimitCounter.count - 1)
        .execution_options(synchronize_session=False)
    )


def reset_attempts(session, limit: RateLimit, *subject: object) -> None:
    """Delete the count of ``subject``."""
    session.execute(
        delete(RateLimitCounter)
        .where(RateLimitCounter.key == counter_key(limit, subject))
        .execution_options(synchronize_session=False)
    )


def consume_sign_in_attempt(
    session, *, name: str, ip_address: str | None, device: KnownDevice | None = None, now: dt.datetime
) -> None:
    """Count an attempt to sign in as ``name``, which is a username or an e-mail address, known or not.

    The first refused attempt on an account in a day mails a warning to its owner. A ``device`` of another user is ignored.

    :raises RateLimited: if a limit is reached.
    """
    account, network = _account(session, name), client_network(ip_address)
    is_known = device is not None and device.user_id == account
    if not is_known:
        consume_attempt(session, SIGN_IN_NETWORK, network, now=now)
    try:
        if is_known:
            consume_attempt(session, SIGN_IN_DEVICE, *device, now=now)
        else:
            _consume_guess(session, account, network, now)
    except RateLimited:
        # Also counted for unknown names, so that both take the same time.
        count, _ = count_attempt(session, SIGN_IN_WARNING_MAIL, [account], now=now)
        if count == 1 and isinstance(account, int):
            mail_sign_in_throttled(session, session.get_one(User, account))
        raise


def reset_sign_in_attempts(session, *, name: str, ip_address: str | None, device: KnownDevice | None = None) -> None:
    """Refund this attempt after a correct password, and delete the failures of the account from this network or device."""
    account, network = _account(session, name), client_network(ip_address)
    if device is not None and device.user_id == account:
        reset_attempts(session, SIGN_IN_DEVICE, *device)
        return
    # The network first, as when attempts are counted: two sign-ins cannot wait for each other.
    refund_attempt(session, SIGN_IN_NETWORK, network)
    refund_attempt(session, SIGN_IN_ACCOUNT, account)
    keys = [
        counter_key(SIGN_IN_ACCOUNT_FROM_NETWORK, (account, network)),
        counter_key(SIGN_IN_LAST_RESORT, (account, network)),
    ]
    session.execute(
        delete(RateLimitCounter).where(RateLimitCounter.key.in_(keys)).execution_options(synchronize_session=False)
    )


def consume_second_factor_attempt(
    session, *, user_id: int, ip_address: str | None, device: KnownDevice | None = None, now: dt.datetime
) -> None:
    """Count an attempt at a user's second factor. Attempts elsewhere do not lock out the devices and networks where the
    user was signed in.

    :raises RateLimited: if a limit is reached.
    """
    if device is not None and device.user_id == user_id:
        consume_attempt(session, SECOND_FACTOR_DEVICE, *device, now=now)
        return
    network = client_network(ip_address)
    consume_attempt(session, SECOND_FACTOR, user_id, network, now=now)
    if not _is_known_network(session, user_id, network):
        consume_attempt(session, SECOND_FACTOR_ACCOUNT, user_id, now=now)


def reset_second_factor_attempts(
    session, *, user_id: int, ip_address: str | None, device: KnownDevice | None = None
) -> None:
    """Delete the failures of the user after a correct code."""
    if device is not None and device.user_id == user_id:
        reset_attempts(session, SECOND_FACTOR_DEVICE, *device)
    else:
        reset_attempts(session, SECOND_FACTOR, user_id, client_network(ip_address))
        refund_attempt(session, SECOND_FACTOR_ACCOUNT, user_id)
    reset_attempts(session, WRONG_CODES, user_id)


def record_wrong_code(session, user: User, *, now: dt.datetime) -> None:
    """Count a wrong code after a correct password. The third within 24 hours mails a warning to the user."""
    count, _ = count_attempt(session, WRONG_CODES, [user.id], now=now)
    if count == WRONG_CODES.max_count:
        mail_second_factor_failed(session, user)


def client_network(address: str | None) -> str:
    """Return the network that counts as one client: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        ip = ip_address(address or "")
    except ValueError:
        return "unknown"
    if ip.version == 4:
        return str(ip)
    return str(ip.ipv4_mapped or ip_network((ip, 64), strict=False))


def counter_key(limit: RateLimit, subject: Iterable[object]) -> str:
    """Return the key of the row that counts the attempts of ``subject``."""
    return hashlib.sha256("\n".join([limit.name, *map(str, subject)]).encode()).hexdigest()


def purge_expired_rate_limits(session, now: dt.datetime) -> int:
    """Delete the counts whose window has ended; return their number. Rows that others lock are left for the next time."""
    ended = select(RateLimitCounter.key).where(RateLimitCounter.ends_at <= now).with_for_update(skip_locked=True)
    return session.execute(
        delete(RateLimitCounter).where(RateLimitCounter.key.in_(ended)).execution_options(synchronize_session=False)
    ).rowcount


def _consume_guess(session, account, network, now):
    consume_attempt(session, SIGN_IN_ACCOUNT_FROM_NETWORK, account, network, now=now)
    if _is_known_network(session, account, network):
        return
    try:
        consume_attempt(session, SIGN_IN_ACCOUNT, account, now=now)
    except RateLimited:
        consume_attempt(session, SIGN_IN_LAST_RESORT, account, network, now=now)


def _account(session, name):
    """Return the user id for both names of an account, or the folded name if no account has it."""
    known = get_user_by_login(session, name)
    return f"name {fold_case_accents(name)}" if known is None else known.id


def _is_known_network(session, account, network):
    if not isinstance(account, int):
        return False
    addresses = session.scalars(
        select(BrowserSession.ip_address).where(BrowserSession.user_id == account).distinct().limit(1000)
    )
    return network in {client_network(address) for address in addresses}
