"""Authorization server metadata (RFC 8414)."""

from flask import Blueprint, Response

from joindin.http.oauth.responses import issuer, json_response
from joindin.oauth2.grants import ALL_METHODS, CONFIDENTIAL_METHODS
from joindin.security.scopes import SCOPES

blp = Blueprint("oauth_metadata", __name__)


@blp.get("/.well-known/oauth-authorization-server")
def get_metadata() -> Response:
    base = issuer()
    response = json_response(
        200,
        {
            "issuer": base,
            "authorization_endpoint": f"{base}/api/oauth/authorize/",
            "token_endpoint": f"{base}/api/oauth/token/",
            "revocation_endpoint": f"{base}/api/oauth/revoke_token/",
            "introspection_endpoint": f"{base}/api/oauth/introspect/",
            "scopes_supported": list(SCOPES),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials", "password"],
            "token_endpoint_auth_methods_supported": ALL_METHODS,
            "revocation_endpoint_auth_methods_supported": ALL_METHODS,
            "introspection_endpoint_auth_methods_supported": CONFIDENTIAL_METHODS,
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "service_documentation": f"{base}/docs",
        },
    )
    response.headers["Cache-Control"] = "public, max-age=3600"
    del response.headers["Pragma"]
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
