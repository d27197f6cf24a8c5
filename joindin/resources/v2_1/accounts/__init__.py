"""Endpoints of v2.1 about accounts: users, registration, tokens, applications and mails."""
