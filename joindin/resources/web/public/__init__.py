"""Read-only pages for visitors: events, talks, users, and redirects from older URLs."""
