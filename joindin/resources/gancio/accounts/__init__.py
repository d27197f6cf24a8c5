"""Users of the Gancio API: administration, registration, new passwords."""
