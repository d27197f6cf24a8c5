"""The captured conversation with Gancio, held with this server."""
