"""The declarative base, column types, engines, locks and upserts: what differs between SQLite and PostgreSQL."""
