"""Pages of the signed-in user's own account: sign-in, registration, security, tokens, applications, personal data.

Every form submits to its own URL and redirects after success. A view named ``x_page`` shows HTML; a view named
``x_action`` handles a submitted form and redirects.
"""
