"""Operations on accounts and on access to them.

Users and their profiles, registration, sign-in, second factors, browser sessions, roles, groups, permissions,
OAuth clients, grants and tokens. Operations on events and talks stay one level above.
"""
