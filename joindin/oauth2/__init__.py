"""The authorization server: Authlib's, taught what this house keeps and how strict it is.

RFC 6749 with RFC 7636 (S256 only), 7009, 7662, 8414, 8252, 9207 and the advice of 9700. One
implementation serves several dialects: what they differ in are their terms (how long things live)
and how they word their answers, which is the business of ``resources/oauth2``. Nothing here commits.
"""
