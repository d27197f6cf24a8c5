"""Reads for the crew's pages of volunteers and guests, beyond those of the API."""
