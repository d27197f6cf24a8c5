"""The clients that exist, spoken for: what they send, what they take for success and what they read (spec 20 to 22)."""
