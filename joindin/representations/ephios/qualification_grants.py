"""Qualifications of a user with their expiry (an addition to the contract)."""

import datetime as dt

from joindin.representations.ephios.times import iso_time


def represent_grant(row, *, now: dt.datetime, timezone: str) -> dict:
    return {
        "uuid": row.uuid,
        "title": row.title,
        "abbreviation": row.abbreviation,
        "expires": iso_time(row.expires_at, timezone),
        "is_valid": row.expires_at is None or row.expires_at >= now,
        "is_externally_managed": bool(row.is_externally_managed),
    }
