"""Quantities, against the table of k8s.io/apimachinery/pkg/api/resource/quantity_test.go."""

from __future__ import annotations

import pytest

from cluster_sim.api import quantity

CANONICAL = [
    ("0", "0"), ("0n", "0"), ("0.0", "0"), ("-0", "0"),
    ("1", "1"), ("0.5", "500m"), ("500m", "500m"), ("1000m", "1"), ("1500m", "1500m"), ("1.5", "1500m"),
    ("100", "100"), ("1000", "1k"), ("1k", "1k"), ("1024", "1024"), ("12000000", "12M"), ("1000k", "1M"),
    ("1Ki", "1Ki"), ("1024Mi", "1Gi"), ("1025Mi", "1025Mi"), ("1536Mi", "1536Mi"), ("1.5Gi", "1536Mi"),
    ("8Gi", "8Gi"), ("2048Ki", "2Mi"), ("0.5Mi", "512Ki"), ("0.3Mi", "314572800m"), ("0.5Ki", "512"),
    ("1e3", "1e3"), ("1E3", "1E3"), ("1000e3", "1e6"), ("100e-3", "100e-3"), ("1e-9", "1e-9"),
    ("1.1n", "2n"), ("0.0000001m", "1n"), ("-1", "-1"), ("-500m", "-500m"), ("-1.5Gi", "-1536Mi"),
    ("10Ei", "9223372036854775807"), (2, "2"), (0.5, "500m"), (1.5, "1500m"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "canonical"), CANONICAL)
def test_it_writes_the_canonical_form_upstream_writes(text: str, canonical: str) -> None:
    assert quantity.canonical(text) == canonical


@pytest.mark.parametrize(("text", "canonical"), CANONICAL)
def test_the_canonical_form_is_the_same_number(text: str, canonical: str) -> None:
    assert quantity.nano(canonical) == quantity.nano(text)


INVALID = ["", "abc", "1.2.3", "1 Gi", "1,5", "1.1.M",
           "1+1.0M", "0.1mi", "0.1am", ".5i", "-3.01e-", "--1", "1Gi "]  # fmt: skip


@pytest.mark.parametrize("text", INVALID)
def test_it_refuses_what_does_not_match_the_expression(text: str) -> None:
    with pytest.raises(quantity.QuantityError):
        quantity.canonical(text)


def test_its_refusals_are_in_gos_words() -> None:
    with pytest.raises(quantity.QuantityError, match="quantities must match the regular expression"):
        quantity.parse("lots")
    with pytest.raises(quantity.QuantityError, match="unable to parse quantity's suffix"):
        quantity.parse("1i")
    with pytest.raises(quantity.QuantityError, match="unable to parse quantity's suffix"):
        quantity.parse("1mm")


@pytest.mark.parametrize(
    ("text", "milli", "value"),
    [("100m", 100, 1), ("2", 2000, 2), ("1Gi", 1073741824000, 1073741824), ("1500m", 1500, 2), ("1u", 1, 1)],
)
def test_it_rounds_up_to_thousandths_and_to_units(text: str, milli: int, value: int) -> None:
    assert quantity.milli(text) == milli
    assert quantity.value(text) == value


def test_sums_keep_the_format_of_the_first_that_is_not_zero() -> None:
    assert quantity.add("1Gi", "512Mi") == "1536Mi"
    assert quantity.add("0", "1Gi") == "1Gi"
    assert quantity.add("250m", "250m") == "500m"
    assert quantity.subtract("1", "100m") == "900m"
    assert quantity.compare("1Gi", "1G") == 1
    assert quantity.compare("1", "1000m") == 0


def test_numbers_are_formatted_by_style() -> None:
    assert quantity.format(1073741824, quantity.BINARY) == "1Gi"
    assert quantity.format(1000) == "1k"
    assert quantity.format_milli(2500) == "2500m"
