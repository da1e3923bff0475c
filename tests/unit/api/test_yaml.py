"""YAML as sigs.k8s.io/yaml reads it, and the limits that protect a shared machine."""

from __future__ import annotations

from typing import Any

import pytest

from cluster_sim.api import yaml
from cluster_sim.api.yaml import YamlError

VALUES = [
    ("a: yes", True), ("a: on", True), ("a: NO", False), ("a: 'yes'", "yes"), ("a: y", True),
    ("a: yEs", "yEs"), ("a: null", None), ("a: true", True),
    ("a: 2026-01-01", "2026-01-01"), ("a: 2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
    ("a: 1", 1), ("a: 010", 8), ("a: 0x1f", 31), ("a: 0o17", 15), ("a: 1_000", 1000), ("a: -5", -5), ("a: 08", 8),
    ("a: 1.5", 1.5), ("a: 1e3", 1000), ("a: 22:30", "22:30"), ("a: 1.2.3", "1.2.3"), ("a: ~", None), ("a:", None),
    ("a: |\n  x\n  y\n", "x\ny\n"), ("a: 'it''s'", "it's"), ("a: 500m", "500m"),
    ("a: !!str 1e3", "1e3"), ("a: !!str 2026-01-01", "2026-01-01"), ("a: !!str 5", "5"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_a_scalar_means_what_it_means_to_kubectl(text: str, value: Any) -> None:
    [document] = yaml.load_all(text)
    assert document == {"a": value}
    assert type(document["a"]) is type(value)


def test_keys_become_text() -> None:
    assert yaml.load_all("1: a\ntrue: b\n2.5: c") == [{"1": "a", "true": "b", "2.5": "c"}]


def test_documents_are_split_and_empty_ones_left_out() -> None:
    assert yaml.load_all("---\na: 1\n---\n# nothing\n---\nb: 2\n") == [{"a": 1}, {"b": 2}]


def test_aliases_and_merge_keys_work() -> None:
    text = "base: &b {x: 1, z: 2}\nmine:\n  <<: *b\n  z: 3\nsame: *b\n"
    assert yaml.load(text) == {"base": {"x": 1, "z": 2}, "mine": {"x": 1, "z": 3}, "same": {"x": 1, "z": 2}}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb:\n  c: 1\n  c: 2\n", 4, 'the key "c" is already set'),
        ("a: 1\n\tb: 2\n", 2, "spaces, not tabs"),
        ("a: [1, 2\nb: 3\n", 2, "expected"),
        ("a: b: c\n", 1, "mapping values are not allowed"),
        ("x: 1\na: &a [*a]\n", 2, "contains itself"),
        ("a: 1\nb: !!python/object:os.system x\n", 2, "is not allowed"),
        ("? [1]\n: 2\n", 1, "a key must be a simple word"),
        ("a: .inf\n", 1, "no number that JSON has"),
        ("a: *nobody\n", 1, "undefined alias"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(YamlError) as refused:
        yaml.load_all(text)
    assert refused.value.line == line
    assert words in refused.value.message


def test_a_billion_laughs_end_early() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(YamlError, match="aliases make this more than"):
        yaml.load_all("\n".join(rows))


@pytest.mark.parametrize("text", ["[" * 2000 + "]" * 2000, "a: " + "{a: " * 60 + "1" + "}" * 60])
def test_nesting_is_bounded(text: str) -> None:
    with pytest.raises(YamlError, match="nested deeper than 50 levels"):
        yaml.load_all(text)


def test_size_is_bounded() -> None:
    with pytest.raises(YamlError, match="larger than 1 MiB"):
        yaml.load_all("a: " + "x" * (1 << 20))


def test_it_writes_as_kubectl_does() -> None:
    container = {"name": "c", "args": ["a\nb\n", "yes", "5"]}
    obj = {"kind": "Pod", "apiVersion": "v1", "spec": {"containers": [container]}}
    assert yaml.dump(obj) == (
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - args:\n    - |\n      a\n      b\n    - 'yes'\n"
        "    - '5'\n    name: c\n"
    )
    assert yaml.load(yaml.dump(obj)) == obj


def test_shared_parts_are_written_out() -> None:
    part = {"x": 1}
    assert "&" not in yaml.dump({"a": part, "b": part})
