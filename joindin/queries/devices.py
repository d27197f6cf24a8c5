"""Devices of people without an account."""

from sqlalchemy import select

from joindin.models import Device
from joindin.security.tokens import hash_token


def get_device_by_token(session, token: str) -> Device | None:
    return session.scalar(select(Device).where(Device.token_hash == hash_token(token)))
