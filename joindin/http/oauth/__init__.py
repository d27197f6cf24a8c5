"""Code that the OAuth endpoints of several surfaces share."""
