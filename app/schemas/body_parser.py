"""Parses a body of one element or a list of them, and validates each element by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from app.errors import TOO_LARGE
from app.schemas.fields import TIMESTAMP_FORMAT

MAX_ELEMENTS = 1_000

_TIMESTAMPS = ("timestamp", "published_at", "expires_at")
#: Fields of events and items that may be whole numbers in a body.
IDS = ("user_id", "item_id", "event_id", "session_id")

#: The validated fields of an event or an item.
Element = dict[str, Any]


@dataclass(frozen=True, slots=True)
class InvalidElement:
    """The first invalid field of an element and why it is invalid; `field` is empty for the whole element."""

    field: str
    message: str


class BodyError(Exception):
    """A body that is not JSON, is neither an element nor a list, or has too many elements.

    Attributes:
        status: the HTTP status of the problem.
        remedy: what the client can do.
    """

    def __init__(self, message: str, status: int, remedy: str) -> None:
        self.status, self.remedy = status, remedy
        super().__init__(message)


class BodyParser:
    """Validates a body at once if it is valid, and element by element if it is not.

    Args:
        element: typed dictionary of an element.
        noun: names an element in messages, e.g. "event".
        ids: fields that may be whole numbers.
    """

    def __init__(self, element: Any, noun: str, ids: Sequence[str] = IDS) -> None:
        self._noun, self._required, self._ids = noun, element.__required_keys__, ids
        self._element: TypeAdapter[Element] = TypeAdapter(element)
        elements = Annotated[list[element], Field(max_length=MAX_ELEMENTS)]
        self._list: TypeAdapter[list[Element]] = TypeAdapter(elements)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of a body: one element, or a list."""
        element = self._element.json_schema()
        for name, schema in element["properties"].items():
            labels = {key: schema.pop(key) for key in ("description", "title") if key in schema}
            forms = [schema]
            if name in self._ids:
                forms.append({"type": "integer"})
            if name not in element["required"]:
                forms += [{"type": "null"}, {"type": "string", "maxLength": 0}]
            element["properties"][name] = labels | ({"anyOf": forms} if len(forms) > 1 else schema)
        # Pydantic's schema of the list has references, which do not resolve in the API's document.
        return {"anyOf": [element, {"type": "array", "items": element, "maxItems": MAX_ELEMENTS}]}

    def parse(self, body: bytes, *, is_normalised: bool = False) -> Sequence[Element | InvalidElement]:
        """Return the elements of a body in their order.

        Args:
            body: JSON.
            is_normalised: whether `_normalise` made the body.

        Raises:
            BodyError: the body is not JSON, is neither an element nor a list, or has too many elements.
        """
        try:
            return [self._element.validate_json(body)] if _is_object(body) else self._list.validate_json(body)
        except ValidationError as error:
            normalised = None if is_normalised else self._normalise(body)
            if normalised is not None:
                return self.parse(normalised, is_normalised=True)
            invalid = self._invalid_elements(error, is_list=not _is_object(body))
        if _is_object(body):
            return [invalid[0]]
        elements = from_json(body)
        rest = to_json([element for index, element in enumerate(elements) if index not in invalid])
        valid = iter(self._list.validate_json(rest))
        return [invalid[index] if index in invalid else next(valid) for index in range(len(elements))]

    def _normalise(self, body: bytes) -> bytes | None:
        """Drop optional fields that are null or empty, and turn whole numbers of ids into texts.

        Returns:
            The body; None when it is not JSON.
        """
        try:
            value = from_json(body)
        except ValueError:
            return None
        if isinstance(value, list):
            return to_json([self._normalise_element(element) for element in value])
        return to_json(self._normalise_element(value))

    def _normalise_element(self, element: Any) -> Any:
        if not isinstance(element, dict):
            return element
        return {
            name: str(value) if name in self._ids and type(value) is int else value
            for name, value in element.items()
            if name in self._required or value not in (None, "")
        }

    def _invalid_elements(self, error: ValidationError, is_list: bool) -> Mapping[int, InvalidElement]:
        """Return the invalid elements by their index."""
        invalid: dict[int, InvalidElement] = {}
        for detail in error.errors(include_url=False, include_context=False, include_input=False):
            location = detail["loc"] if is_list else (0, *detail["loc"])
            if detail["type"] in ("json_invalid", "list_type") or not location:
                raise self._body_error(detail["type"], detail["msg"])
            field = str(location[1])[:100] if len(location) > 1 else ""
            message = TIMESTAMP_FORMAT if field in _TIMESTAMPS else detail["msg"]
            invalid.setdefault(int(location[0]), InvalidElement(field, message))
        return invalid

    def _body_error(self, kind: str, message: str) -> BodyError:
        if kind == "too_long":
            return BodyError(f"there are more than {MAX_ELEMENTS} {self._noun}s", 413, TOO_LARGE)
        if kind == "list_type":
            message = f"the body is neither one {self._noun} nor a list of {self._noun}s"
        return BodyError(message, 422, f"send one {self._noun} or a list of them as JSON")


def _is_object(body: bytes) -> bool:
    return body.lstrip()[:1] == b"{"
