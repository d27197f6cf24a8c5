"""Database access below the models: base class, column types, engines, locks, upserts, outages.

Differences between SQLite and PostgreSQL belong here, so that other packages need not know the database. No models, no
queries, no Flask.
"""
