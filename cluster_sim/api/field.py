"""Field errors: what is wrong with which field of an object, in the words of apimachinery.

Upstream: k8s.io/apimachinery/pkg/util/validation/field/errors.go. A body reads `Invalid value: "Mixed": detail`;
strings are quoted, numbers and booleans are bare, objects are JSON.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

NOT_FOUND = "FieldValueNotFound"
REQUIRED = "FieldValueRequired"
DUPLICATE = "FieldValueDuplicate"
INVALID = "FieldValueInvalid"
NOT_SUPPORTED = "FieldValueNotSupported"
FORBIDDEN = "FieldValueForbidden"
TOO_LONG = "FieldValueTooLong"
TOO_MANY = "FieldValueTooMany"
TYPE_INVALID = "FieldValueTypeInvalid"
INTERNAL = "InternalError"

WORDS = {
    NOT_FOUND: "Not found",
    REQUIRED: "Required value",
    DUPLICATE: "Duplicate value",
    INVALID: "Invalid value",
    NOT_SUPPORTED: "Unsupported value",
    FORBIDDEN: "Forbidden",
    TOO_LONG: "Too long",
    TOO_MANY: "Too many",
    TYPE_INVALID: "Invalid value",
    INTERNAL: "Internal error",
}
VALUELESS = (REQUIRED, FORBIDDEN, TOO_LONG, INTERNAL)

IMMUTABLE = "field is immutable"


class _Omit:
    """A value that a complaint does not show."""

    def __repr__(self) -> str:
        return "OMIT"


OMIT = _Omit()


def quote(text: str) -> str:
    """A string as Go's %q writes it."""
    return json.dumps(text, ensure_ascii=False)


def show(value: Any) -> str:
    """A bad value as upstream prints it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, (int, float)):
        return str(value)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class FieldError:
    """One complaint. `type` is the cause's reason (INVALID, REQUIRED, …)."""

    type: str
    field: str
    value: Any = ""
    detail: str = ""

    def body(self) -> str:
        """Everything after the field's name."""
        words = WORDS[self.type]
        if self.value is OMIT:
            return f"{words}: {self.detail}" if self.detail else words
        if self.type not in VALUELESS and self.type != TOO_MANY:
            words = f"{words}: {show(self.value)}"
        elif self.type == TOO_MANY and self.value != "":
            words = f"{words}: {show(self.value)}"
        return f"{words}: {self.detail}" if self.detail else words

    def cause(self) -> dict[str, str]:
        """The entry of Status.details.causes."""
        return {"reason": self.type, "message": self.body(), "field": self.field}


def invalid(field: str, value: Any, detail: str) -> FieldError:
    return FieldError(INVALID, field, value, detail)


def type_invalid(field: str, value: Any, detail: str) -> FieldError:
    return FieldError(TYPE_INVALID, field, value, detail)


def required(field: str, detail: str = "") -> FieldError:
    return FieldError(REQUIRED, field, "", detail)


def forbidden(field: str, detail: str) -> FieldError:
    return FieldError(FORBIDDEN, field, "", detail)


def duplicate(field: str, value: Any) -> FieldError:
    return FieldError(DUPLICATE, field, value)


def not_found(field: str, value: Any) -> FieldError:
    return FieldError(NOT_FOUND, field, value)


def not_supported(field: str, value: Any, supported: list[str] | tuple[str, ...]) -> FieldError:
    """The supported values are listed as given; upstream sorts them when they come from a set."""
    detail = "supported values: " + ", ".join(quote(word) for word in supported) if supported else ""
    return FieldError(NOT_SUPPORTED, field, value, detail)


def too_long(field: str, limit: int) -> FieldError:
    detail = f"may not be more than {limit} byte{'' if limit == 1 else 's'}" if limit >= 0 else "value is too long"
    return FieldError(TOO_LONG, field, "", detail)


def too_many(field: str, actual: int, limit: int) -> FieldError:
    detail = f"must have at most {limit} item{'' if limit == 1 else 's'}" if limit >= 0 else "has too many items"
    return FieldError(TOO_MANY, field, actual if actual >= 0 else "", detail)
