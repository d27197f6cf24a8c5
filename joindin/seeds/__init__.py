"""Seed data: reference data of every installation, and the demo community.

Operations create the rows; nothing here commits. Imports of foreign data are in ``imports/``.
"""
