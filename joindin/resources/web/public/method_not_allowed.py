"""405 responses for other methods than GET at the URLs of public pages."""

from werkzeug.exceptions import MethodNotAllowed

from joindin.http.pages.csrf import csrf
from joindin.resources.web.public.pages import blp


@blp.route("/event/<rest:path>", methods=["POST", "PUT", "PATCH", "DELETE"])
@blp.route("/e/<rest:path>", methods=["POST", "PUT", "PATCH", "DELETE"])
@blp.route("/talk/<rest:path>", methods=["POST", "PUT", "PATCH", "DELETE"])
@blp.route("/user/<rest:path>", methods=["POST", "PUT", "PATCH", "DELETE"])
@csrf.exempt
def reject_non_get(path):
    raise MethodNotAllowed(["GET", "HEAD"])
