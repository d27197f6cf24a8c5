"""Recurrence rules (RFC 5545, section 3.3.10) with limits: their text, the dates that they give, and Gancio's form of them."""
