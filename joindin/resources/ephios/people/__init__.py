"""Additions to the contract about people: their qualifications, working hours and consequences."""
