"""Queries about accounts and about access to them: users, sessions, groups, permissions, OAuth clients and tokens.

The files have the names of their counterparts in ``operations/accounts``.
"""
