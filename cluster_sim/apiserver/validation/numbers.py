"""Numbers and percentages.

Upstream: k8s.io/apimachinery/pkg/api/validation/generic.go, kubernetes/pkg/apis/apps/validation/validation.go.
"""

from __future__ import annotations

import re
from typing import Any

from cluster_sim.api import field, names
from cluster_sim.api.field import FieldError

Errors = list[FieldError]

NOT_NEGATIVE = "must be greater than or equal to 0"
MAX_INT32 = 2147483647
PERCENT = ("a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', "
           "regex used for validation is '[0-9]+%')")


def not_negative(value: Any, path: str) -> Errors:
    """ValidateNonnegativeField; None is fine."""
    return [field.invalid(path, value, NOT_NEGATIVE)] if value is not None and value < 0 else []


def positive(value: Any, path: str) -> Errors:
    """Greater than zero."""
    return [field.invalid(path, value, "must be greater than zero")] if value is not None and value <= 0 else []


def int_or_percent(value: Any, path: str) -> Errors:
    """ValidatePositiveIntOrPercent: a number that is not negative, or a text like "25%"."""
    if isinstance(value, str):
        return [] if re.fullmatch("[0-9]+%", value) else [field.invalid(path, value, PERCENT)]
    return not_negative(value, path)


def at_most_whole(value: Any, path: str) -> Errors:
    """IsNotMoreThan100Percent."""
    if isinstance(value, str) and re.fullmatch("[0-9]+%", value) and int(value[:-1]) > 100:
        return [field.invalid(path, value, "must not be greater than 100%")]
    return []


def is_zero(value: Any) -> bool:
    """0 or "0%"; a text that is no percentage counts as nothing, too (getIntOrPercentValue)."""
    if isinstance(value, str):
        return not re.fullmatch("[0-9]+%", value) or int(value[:-1]) == 0
    return value == 0


def port_or_name(value: Any, path: str) -> Errors:
    """ValidatePortNumOrName."""
    complaints = names.port_name(value) if isinstance(value, str) else names.port_number(value or 0)
    return [field.invalid(path, value or 0, text) for text in complaints]


def label_name(text: str, path: str) -> Errors:
    """ValidateLabelName."""
    return [field.invalid(path, text, complaint) for complaint in names.qualified_name(text)]


def one_of(value: Any, path: str, supported: tuple[str, ...]) -> Errors:
    """One of a few words; "" is missing."""
    if not value:
        return [field.required(path)]
    return [] if value in supported else [field.not_supported(path, value, supported)]
