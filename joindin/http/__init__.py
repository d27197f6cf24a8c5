"""HTTP code that all surfaces share: authentication, scopes, sessions, CSRF, forms, errors, paging, conditional requests,
pages, security headers, OpenAPI decorators, surface routing.

It has no addresses and no business rules. Code that only one surface needs belongs to that surface in ``joindin.resources``.
"""
