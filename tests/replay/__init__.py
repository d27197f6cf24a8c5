"""Responses of the original server, compared with those of this one.

The captures and their dataset lie beside the repository. Without them these tests are skipped, except in CI, where their
absence is a failure.
"""
