"""Changes of the settings of the site (Gancio contract, section 14).

The settings of the contract have checked values. Clients may keep others here: they have no effect, and their number and size
are limited.
"""

import datetime as dt
import re

import orjson
from sqlalchemy import func, select

from joindin.db.locking import lock_table
from joindin.errors import InvalidInput
from joindin.models import SiteSetting, User
from joindin.operations.agenda.site_setting_values import CHECKS
from joindin.operations.audit import log_action
from joindin.queries.agenda.site_settings import DEFAULT_SETTINGS, IDENTITY_URL, SECRET_SETTINGS
from joindin.viewer import UserSnapshot

# Decided by the configuration of the server, or set in another way.
FIXED_SETTINGS = ("baseurl", "hostname", "publicKey", IDENTITY_URL, *SECRET_SETTINGS)
OTHER_KEY = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
MAX_OTHER_SETTINGS = 100
MAX_OTHER_SIZE = 10_000
MAX_AUDITED_LENGTH = 200


def set_site_setting(
    session, key: str, value, *, is_secret: bool = False, actor: User | UserSnapshot | None, now: dt.datetime
) -> None:
    """Store a JSON value; null restores the default. A secret one is never listed again.

    :raises InvalidInput: if the key or the value is refused.
    """
    if key in FIXED_SETTINGS:
        raise InvalidInput(f"{key} cannot be set here")
    if value is not None and key in CHECKS:
        value = _check_value(key, value)
    elif value is not None:
        _check_other(session, key, value)
    store_site_setting(session, key, value, is_secret=is_secret, actor=actor, now=now)


def store_site_setting(session, key: str, value, *, is_secret: bool, actor, now: dt.datetime) -> None:
    """Store a value that was checked, or delete it if it is null. Simultaneous changes of a setting follow each other."""
    lock_table(session, SiteSetting)
    setting = session.get(SiteSetting, key, populate_existing=True)
    is_new = setting is None
    if is_new:
        setting = SiteSetting(key=key, value=DEFAULT_SETTINGS.get(key), is_secret=is_secret)
    # A value that was secret once stays secret.
    is_secret = is_secret or setting.is_secret
    old, setting.value, setting.is_secret, setting.updated_at = setting.value, value, is_secret, now
    changes = {} if is_secret else {"value": [_shorten(old), _shorten(value)]}
    log_action(session, "site.set", setting, actor=actor, changes=changes)
    if value is not None:
        session.add(setting)
    elif not is_new:
        session.delete(setting)
    session.flush()


def store_identity_url(session, url: str, *, now: dt.datetime) -> None:
    """Store the address from which identifiers are made, unless there is one already."""
    lock_table(session, SiteSetting)
    if session.get(SiteSetting, IDENTITY_URL) is None:
        store_site_setting(session, IDENTITY_URL, url, is_secret=True, actor=None, now=now)


def _check_value(key, value):
    try:
        return CHECKS[key](value)
    except ValueError as error:
        raise InvalidInput(f"{key} must be {error}") from None


def _check_other(session, key, value):
    if not OTHER_KEY.fullmatch(key):
        raise InvalidInput("key must have 1 to 100 letters, digits and simple signs")
    try:
        size = len(orjson.dumps(value))
    except (TypeError, ValueError):
        raise InvalidInput("value is nested too deeply") from None
    if size > MAX_OTHER_SIZE:
        raise InvalidInput(f"value must not be longer than {MAX_OTHER_SIZE} bytes")
    others = select(func.count()).where(SiteSetting.key.not_in(list(CHECKS)), SiteSetting.key != key)
    if session.scalar(others) >= MAX_OTHER_SETTINGS:
        raise InvalidInput(f"There are {MAX_OTHER_SETTINGS} other settings already")


def _shorten(value):
    text = orjson.dumps(value).decode()
    return value if len(text) <= MAX_AUDITED_LENGTH else f"{text[:MAX_AUDITED_LENGTH]}…"
