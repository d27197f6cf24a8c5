"""Declarative base, naming convention of constraints, and the column type of timestamps."""

import datetime as dt

from sqlalchemy import DateTime, MetaData, Table, event
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from joindin.db.dialects import dialect_of

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)


@event.listens_for(Table, "after_parent_attach")
def _use_autoincrement(table, _metadata):
    # SQLite reuses the id of a deleted last row otherwise: old links and cached fragments would show another row.
    # PostgreSQL's sequences never go back.
    table.dialect_options["sqlite"]["autoincrement"] = "id" in table.c


class UtcDateTime(TypeDecorator):
    """A timestamp: aware in Python, UTC in the database. Naive values raise ``TypeError``."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value, dialect):
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a timestamp needs a time zone")
        if value.tzinfo is not dt.UTC:
            value = value.astimezone(dt.UTC)
        return value if dialect_of(dialect).has_time_zones else value.replace(tzinfo=None)

    def process_result_value(self, value, _dialect):
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)
