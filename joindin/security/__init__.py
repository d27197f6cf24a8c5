"""Passwords, tokens, encryption, scopes and redirect URIs: security helpers without database and Flask."""
