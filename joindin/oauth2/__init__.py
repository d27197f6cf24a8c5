"""OAuth 2.0 authorization server, built on Authlib.

RFC 6749 with RFC 7636 (S256 only), 7009, 7662, 8414, 8252, 9207 and the recommendations of 9700. One implementation serves
two APIs: a ``TokenPolicy`` holds the lifetimes, and callbacks translate errors and responses. Endpoints are in
``resources/ephios/oauth.py`` and ``resources/gancio/oauth.py``. Nothing here commits.
"""
