"""The Compute API as Google describes it: which routes exist, and what they take.

The document is `compute.v1.json` inside the package google-api-python-client.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from importlib import resources
from typing import Any

import orjson
from starlette.routing import compile_path

from sandbox.compute_api.errors import ApiError, invalid
from sandbox.compute_api.schemas import Schemas

Json = dict[str, Any]

BASE_PATH = "/compute/v1/"

# Before the API was dated, callers chose partial success by this parameter; with a date in the header
# X-Goog-Api-Version it is gone, and lists always behave so.
_CLASSIC_LIST_PARAMETERS = {"returnPartialSuccess": {"type": "boolean", "location": "query"}}


@dataclass(frozen=True)
class Method:
    """One method of the API.

    Attributes:
        id: such as `compute.instances.insert`.
        parameters: name to discovery parameter, path and query together.
        request: name of the body's schema, or None.
        response: name of the answer's schema, or None.
        api_version: the date a caller may ask for in X-Goog-Api-Version.
    """

    id: str
    http_method: str
    path: str
    parameters: Json
    request: str | None
    response: str | None
    api_version: str


class Description:
    """Routes and schemas of the discovery document."""

    def __init__(self, document: Json) -> None:
        self.revision: str = document["revision"]
        self.schemas = Schemas(document["schemas"])
        self.common_parameters: Json = document["parameters"]
        self.methods = {method.id: method for method in _methods(document["resources"])}
        # Routes by their number of segments; those with more fixed words come first.
        self._routes: dict[int, list[tuple[re.Pattern[str], Method]]] = {}
        for method in sorted(self.methods.values(), key=lambda method: method.path.count("{")):
            pattern = compile_path(BASE_PATH + re.sub(r"\{\+?(\w+)\}", r"{\1}", method.path))[0]
            self._routes.setdefault(method.path.count("/"), []).append((pattern, method))

    def find(self, http_method: str, path: str) -> tuple[Method, dict[str, str]]:
        """The method that serves a request, and the values in its path. Raises ApiError."""
        candidates = self._routes.get(path.removeprefix(BASE_PATH).count("/"), [])
        matches = [(match, method) for pattern, method in candidates if (match := pattern.match(path))]
        for match, method in matches:
            if method.http_method == http_method:
                values = match.groupdict()
                for name, value in values.items():
                    _check_value(name, value, method.parameters.get(name, {}))
                return method, values
        if matches:
            raise ApiError(405, "httpMethodNotAllowed", f"{http_method} is not allowed on {path}.")
        raise ApiError(404, "notFound", f"The requested URL {path} was not found on this server.")

    def check_query(self, method: Method, query: dict[str, list[str]], dated: bool) -> Json:
        """Query parameters with their types. Raises ApiError (400) for one the method does not know."""
        known = {**self.common_parameters, **method.parameters}
        if not dated and method.id.endswith((".list", ".aggregatedList")):
            known.update(_CLASSIC_LIST_PARAMETERS)
        typed: Json = {}
        for name, values in query.items():
            if name not in known or known[name].get("location") != "query":
                raise invalid(
                    f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter. '
                    f"Field '{name}' could not be found in request message."
                )
            parameter = known[name]
            converted = [_check_value(name, value, parameter) for value in values]
            typed[name] = converted if parameter.get("repeated") else converted[-1]
        for name, parameter in method.parameters.items():
            if parameter.get("required") and parameter["location"] == "query" and name not in typed:
                raise ApiError(400, "required", f"Required parameter: {name}")
        return typed


@functools.cache
def load() -> Description:
    """The description that google-api-python-client carries."""
    file = resources.files("googleapiclient.discovery_cache.documents") / "compute.v1.json"
    return Description(orjson.loads(file.read_bytes()))


def _methods(resources_: Json) -> list[Method]:
    found = []
    for resource in resources_.values():
        found += [
            Method(
                id=method["id"],
                http_method=method["httpMethod"],
                path=method["flatPath"],
                parameters=method.get("parameters", {}),
                request=method.get("request", {}).get("$ref"),
                response=method.get("response", {}).get("$ref"),
                api_version=method.get("apiVersion", ""),
            )
            for method in resource.get("methods", {}).values()
        ]
        found += _methods(resource.get("resources", {}))
    return found


def _check_value(name: str, value: str, parameter: Json) -> Any:
    problem = f"Invalid value for field '{name}': '{value}'."
    kind = parameter.get("type", "string")
    if kind == "boolean":
        if value.lower() not in ("true", "false", "1", "0"):
            raise invalid(f"{problem} A boolean is expected.")
        return value.lower() in ("true", "1")
    if kind == "integer" or parameter.get("format") in ("int64", "uint64"):
        if not re.fullmatch(r"-?\d{1,20}", value):
            raise invalid(f"{problem} An integer is expected.")
        number = int(value)
        if "minimum" in parameter and number < int(parameter["minimum"]):
            raise invalid(f"{problem} Must be at least {parameter['minimum']}.")
        return number
    if "enum" in parameter and value not in parameter["enum"]:
        raise invalid(f"{problem} Must be one of {', '.join(parameter['enum'])}.")
    if "pattern" in parameter and not re.fullmatch(parameter["pattern"], value):
        raise invalid(f"{problem} Must be a match of regex '{parameter['pattern']}'")
    return value
