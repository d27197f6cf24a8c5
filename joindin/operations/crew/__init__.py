"""Writes of the crew: sign-up by the rules of shifts, disposition, waiting lists, events, shifts, and working hours.

Sign-up locks the row of the person, then that of the shift. Writes that may confirm other people lock their rows as well and
are repeated when a lock is not free (``retry_on_lock_timeout``).
"""
