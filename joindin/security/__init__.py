"""Passwords, tokens, encryption, scopes and redirect addresses."""
