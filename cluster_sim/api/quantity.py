"""Quantities: "500m", "1Gi", "2" as exact numbers, without floats.

Upstream: k8s.io/apimachinery/pkg/api/resource/quantity.go. A quantity is a signed decimal number with a suffix of one
of three formats; the canonical form keeps the format, has no fraction and uses the largest suffix that fits.
Fractions below a nano are rounded up, as upstream does.
"""

from __future__ import annotations


class QuantityError(ValueError):
    """Not a quantity; the message is Go's."""


def parse(text: str | int | float) -> tuple[int, str]:
    """(number of nanos, format "DecimalSI"|"BinarySI"|"DecimalExponent")."""
    raise NotImplementedError


def milli(text: str | int | float) -> int:
    """In thousandths, rounded up: "100m" → 100, "2" → 2000."""
    raise NotImplementedError


def value(text: str | int | float) -> int:
    """In units, rounded up: "1Gi" → 1073741824, "100m" → 1."""
    raise NotImplementedError


def canonical(text: str | int | float) -> str:
    """As the API server writes it back: "0.5" → "500m", "1024Mi" → "1Gi"."""
    raise NotImplementedError


def format(number: int, style: str = "DecimalSI") -> str:
    """The canonical form of so many units."""
    raise NotImplementedError


def format_milli(number: int, style: str = "DecimalSI") -> str:
    """The canonical form of so many thousandths."""
    raise NotImplementedError
