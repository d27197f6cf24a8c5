"""What is told to those who ask for something else than reading."""

from werkzeug.exceptions import MethodNotAllowed

from joindin.http.csrf import csrf
from joindin.resources.web.public.pages import blp


@blp.route("/event/<rest:below>", methods=["POST", "PUT", "PATCH", "DELETE"])
@blp.route("/e/<rest:below>", methods=["POST", "PUT", "PATCH", "DELETE"])
@blp.route("/talk/<rest:below>", methods=["POST", "PUT", "PATCH", "DELETE"])
@blp.route("/user/<rest:below>", methods=["POST", "PUT", "PATCH", "DELETE"])
@csrf.exempt
def reject_non_get(below):
    raise MethodNotAllowed(["GET", "HEAD"])
