"""Google's discovery schemas, turned into JSON Schema and compiled to validators.

Objects are closed: a property that Google's description does not know is an error, in requests and
in answers alike. Source: https://developers.google.com/discovery/v1/type-format
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import fastjsonschema

Json = dict[str, Any]

_FORMATS: dict[str, Json] = {
    "int32": {"minimum": -(2**31), "maximum": 2**31 - 1},
    "uint32": {"minimum": 0, "maximum": 2**32 - 1},
    "int64": {"pattern": "^-?[0-9]{1,19}$"},
    "uint64": {"pattern": "^[0-9]{1,20}$"},
    "byte": {"pattern": "^[-A-Za-z0-9+/_]*={0,2}$"},
}


class SchemaError(ValueError):
    """A body that Google's description does not allow."""


class Schemas:
    """Validators for the named schemas of one discovery document."""

    def __init__(self, schemas: Json) -> None:
        self._discovery = schemas
        self._closed: dict[str | None, Json] = {}
        self._compiled: dict[tuple[str, str | None], Callable[[Any], Any]] = {}

    def check(self, name: str, body: Any, required_by: str | None = None) -> None:
        """Raise SchemaError unless `body` is a `name`.

        Args:
            name: a schema of the document, such as `Instance`.
            body: parsed JSON.
            required_by: id of the method a request goes to; the properties the description marks as
                required by that method must then be present.
        """
        key = (name, required_by)
        if key not in self._compiled:
            definitions = self._definitions(required_by)
            document = {"$ref": f"#/definitions/{name}", "definitions": definitions}
            self._compiled[key] = fastjsonschema.compile(document, use_default=False)
        try:
            self._compiled[key](body)
        except fastjsonschema.JsonSchemaValueException as error:
            raise SchemaError(f"not a {name}: {error.message.replace('data', name, 1)}") from error

    def properties(self, name: str) -> list[str]:
        """The names of a schema's properties."""
        return list(self._discovery[name]["properties"])

    def _definitions(self, required_by: str | None) -> Json:
        if required_by not in self._closed:
            self._closed[required_by] = {
                name: _convert(schema, required_by) for name, schema in self._discovery.items()
            }
        return self._closed[required_by]


def _convert(schema: Json, required_by: str | None) -> Json:
    if "$ref" in schema:
        return {"$ref": f"#/definitions/{schema['$ref']}"}
    kind = schema.get("type")
    if kind == "any" or schema.get("format") == "google.protobuf.Any":
        return {}
    result: Json = {"type": kind} if kind else {}
    result.update(_FORMATS.get(schema.get("format", ""), {}))
    if "enum" in schema:
        result["enum"] = schema["enum"]
    if "pattern" in schema:
        result["pattern"] = f"^(?:{schema['pattern'].replace('a-zA-Z0-9-_', 'a-zA-Z0-9_-')})$"
    if kind == "array":
        result["items"] = _convert(schema["items"], required_by)
    if kind == "object":
        result.update(_object(schema, required_by))
    return result


def _object(schema: Json, required_by: str | None) -> Json:
    properties = schema.get("properties", {})
    extra = schema.get("additionalProperties")
    result: Json = {
        "properties": {key: _convert(value, required_by) for key, value in properties.items()},
        "additionalProperties": _convert(extra, required_by) if extra is not None else False,
    }
    required = [
        key
        for key, value in properties.items()
        if required_by and required_by in value.get("annotations", {}).get("required", [])
    ]
    if required:
        result["required"] = required
    return result
