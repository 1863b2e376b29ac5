"""Changes of an OpenAPI document that break existing clients.

A request that was valid must stay valid, and a response must keep the fields and types that a client reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]
#: Bounds of a value, by whether a larger bound accepts more.
_BOUNDS = {
    "maximum": True,
    "maxLength": True,
    "maxItems": True,
    "minimum": False,
    "minLength": False,
    "minItems": False,
}
_UNBOUNDED = {True: float("inf"), False: float("-inf")}


def find_breaking_changes(old: Schema, new: Schema) -> list[str]:
    """Return what breaks clients of the old document, one line each; additions break nothing.

    Args:
        old: OpenAPI 3.1 document; its references are to its own components.
        new: the same, later.
    """
    return list(_Comparison(old, new).compare_paths())


@dataclass(slots=True)
class _Comparison:
    old: Schema
    new: Schema
    #: Pairs of references that are being compared, for schemas that contain themselves.
    _compared: set[tuple[str, str, bool]] = field(default_factory=set)

    def compare_paths(self) -> Iterator[str]:
        for path, operations in self.old["paths"].items():
            for method, operation in operations.items():
                label = f"{method.upper()} {path}"
                found = self.new["paths"].get(path, {}).get(method)
                if found is None:
                    yield f"{label}: removed"
                else:
                    yield from self._compare_operations(label, operation, found)

    def _compare_operations(self, label: str, old: Schema, new: Schema) -> Iterator[str]:
        if old["operationId"] != new["operationId"]:
            yield f"{label}: operation id {old['operationId']} became {new['operationId']}"
        yield from self._compare_parameters(label, old, new)
        yield from self._compare_bodies(label, old.get("requestBody"), new.get("requestBody"))
        for status, response in old["responses"].items():
            if status not in new["responses"]:
                if status < "3":
                    yield f"{label}: response {status} removed"
                continue
            for media_type, content in response.get("content", {}).items():
                found = new["responses"][status].get("content", {}).get(media_type)
                place = f"{label}: response {status}"
                if found is None:
                    yield f"{place}: {media_type} removed"
                else:
                    yield from self._compare(place, content.get("schema", {}), found.get("schema", {}), True)

    def _compare_parameters(self, label: str, old: Schema, new: Schema) -> Iterator[str]:
        before, after = _parameters(old), _parameters(new)
        for name, parameter in before.items():
            if name not in after:
                yield f"{label}: parameter {name[1]} removed"
            else:
                place = f"{label}: parameter {name[1]}"
                yield from self._compare(place, parameter["schema"], after[name]["schema"], False)
        for name, parameter in after.items():
            if parameter.get("required") and not before.get(name, {}).get("required"):
                yield f"{label}: parameter {name[1]} became required"

    def _compare_bodies(self, label: str, old: Schema | None, new: Schema | None) -> Iterator[str]:
        if new is not None and new.get("required") and not (old or {}).get("required"):
            yield f"{label}: a body became required"
        for media_type, content in (old or {}).get("content", {}).items():
            found = (new or {}).get("content", {}).get(media_type)
            if found is None:
                yield f"{label}: body: {media_type} removed"
            else:
                yield from self._compare(f"{label}: body", content["schema"], found["schema"], False)

    def _compare(self, place: str, old: Schema, new: Schema, is_response: bool) -> Iterator[str]:
        """Compare two schemas; each alternative that a side may send needs one that the other accepts."""
        names = old.get("$ref", ""), new.get("$ref", ""), is_response
        if names[0] and names[1]:
            if names in self._compared:
                return
            self._compared.add(names)
        before, after = _alternatives(self.old, old), _alternatives(self.new, new)
        sent, accepted = (after, before) if is_response else (before, after)
        for alternative in sent:
            candidates = [found for found in accepted if _accepts_type(found, alternative)]
            if not candidates:
                verb = "became possible" if is_response else "is not accepted any more"
                yield f"{place}: type {alternative.get('type', 'any')} {verb}"
                continue
            pairs = [(found, alternative) if is_response else (alternative, found) for found in candidates]
            yield from min((list(self._compare_values(place, *pair, is_response)) for pair in pairs), key=len)
        if names[0] and names[1]:
            self._compared.discard(names)

    def _compare_values(self, place: str, old: Schema, new: Schema, is_response: bool) -> Iterator[str]:
        """Compare two alternatives of one type."""
        if not is_response:
            yield from _compare_bounds(place, old, new)
        if "items" in old and "items" in new:
            yield from self._compare(f"{place}[]", old["items"], new["items"], is_response)
        yield from self._compare_properties(place, old, new, is_response)

    def _compare_properties(self, place: str, old: Schema, new: Schema, is_response: bool) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        for name, schema in before.items():
            if name in after:
                yield from self._compare(f"{place}.{name}", schema, after[name], is_response)
            elif is_response or new.get("additionalProperties") is False:
                yield f"{place}.{name}: removed"
        required, now_required = set(old.get("required", ())), set(new.get("required", ()))
        changed = required - now_required if is_response else now_required - required
        word = "optional" if is_response else "required"
        yield from (f"{place}.{name}: became {word}" for name in sorted(changed & set(after)))


def _parameters(operation: Schema) -> dict[tuple[str, str], Any]:
    return {(found["in"], found["name"]): found for found in operation.get("parameters", ())}


def _alternatives(document: Schema, schema: Schema) -> Sequence[Schema]:
    """Return the schemas of one type each that a schema consists of."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _alternatives(document, document["components"]["schemas"][name])
    for keyword in ("anyOf", "oneOf", "allOf"):
        if keyword in schema:
            return [found for part in schema[keyword] for found in _alternatives(document, part)]
    if isinstance(schema.get("type"), list):
        return [{**schema, "type": name} for name in schema["type"]]
    return [schema]


def _accepts_type(accepting: Schema, schema: Schema) -> bool:
    kind, other = accepting.get("type"), schema.get("type")
    return kind is None or kind == other or (kind == "number" and other == "integer")


def _compare_bounds(place: str, old: Schema, new: Schema) -> Iterator[str]:
    """Yield the bounds of a request's value that refuse more than before."""
    for name, is_upper in _BOUNDS.items():
        before, after = (schema.get(name, _UNBOUNDED[is_upper]) for schema in (old, new))
        if after < before if is_upper else after > before:
            yield f"{place}: {name} {before:g} became {after:g}"
    for name in ("pattern", "format"):
        if name in new and new[name] != old.get(name):
            yield f"{place}: {name} became {new[name]}"
    before, after = _values(old), _values(new)
    if after is not None and (before is None or not set(before) <= set(after)):
        refused = sorted(set(before or ()) - set(after)) or ["all others"]
        yield f"{place}: not accepted any more: {', '.join(map(str, refused))}"


def _values(schema: Schema) -> Sequence[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")
