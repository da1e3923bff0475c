"""Custom resources: pruning, defaults, validation and rules, as apiextensions-apiserver's tests have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cluster_sim.api import custom
from cluster_sim.api.custom import rules
from cluster_sim.api.custom.validate import matches

Freeze = Callable[[Any], Any]

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "spec": {
            "type": "object",
            "required": ["size"],
            "properties": {
                "size": {"type": "integer", "minimum": 0, "maximum": 10},
                "mode": {"type": "string", "enum": ["slow", "fast"], "default": "fast"},
                "code": {"type": "string", "pattern": "^[A-Z]{3}$", "maxLength": 3},
                "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 2, "x-kubernetes-list-type": "set"},
                "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                "map": {"type": "object", "additionalProperties": {"type": "integer"}},
                "nested": {"type": "object", "properties": {"keep": {"type": "string", "default": "k"}}},
                "either": {"x-kubernetes-int-or-string": True},
                "maybe": {"type": "string", "nullable": True},
            },
        }
    },
}


def widget(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "ex.com/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": spec}


def test_pruning_drops_what_the_schema_does_not_know_and_names_it(freeze: Freeze) -> None:
    given = widget(size=1, colour="red", nested={"keep": "x", "lose": 1}, free={"any": {"thing": 1}})
    obj = freeze({**given, "extra": 1})
    pruned, unknown = custom.prune(obj, SCHEMA)
    assert pruned == widget(size=1, nested={"keep": "x"}, free={"any": {"thing": 1}})
    assert unknown == ["extra", "spec.colour", "spec.nested.lose"]


def test_an_object_that_loses_nothing_is_the_same_object(freeze: Freeze) -> None:
    obj = freeze(widget(size=1, tags=["a"]))
    assert custom.prune(obj, SCHEMA)[0] is obj
    filled = freeze(custom.fill(obj, SCHEMA))
    assert custom.fill(filled, SCHEMA) is filled


def test_defaults_are_filled_where_their_parent_is(freeze: Freeze) -> None:
    assert custom.fill(freeze(widget(size=1)), SCHEMA) == widget(size=1, mode="fast")
    assert custom.fill(freeze(widget(size=1, nested={})), SCHEMA) == widget(size=1, mode="fast", nested={"keep": "k"})


def test_null_counts_as_nothing_unless_it_is_allowed(freeze: Freeze) -> None:
    assert custom.fill(freeze(widget(size=1, mode=None, maybe=None)), SCHEMA) == widget(size=1, mode="fast", maybe=None)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({}, "spec.size: Required value"),
        ({"size": 99}, "spec.size: Invalid value: 99: spec.size in body should be less than or equal to 10"),
        ({"size": -1}, "spec.size: Invalid value: -1: spec.size in body should be greater than or equal to 0"),
        ({"size": "3"}, 'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"'),
        ({"size": 1.5}, 'spec.size: Invalid value: "number": spec.size in body must be of type integer: "number"'),
        ({"size": 1, "mode": "x"}, 'spec.mode: Unsupported value: "x": supported values: "slow", "fast"'),
        ({"size": 1, "code": "abc"},
         "spec.code: Invalid value: \"abc\": spec.code in body should match '^[A-Z]{3}$'"),
        ({"size": 1, "tags": ["a", "b", "c"]}, "spec.tags: Too many: 3: must have at most 2 items"),
        ({"size": 1, "map": {"a": "b"}},
         'spec.map.a: Invalid value: "string": spec.map.a in body must be of type integer: "string"'),
    ],
)  # fmt: skip
def test_values_are_checked_in_openapis_words(freeze: Freeze, spec: dict[str, Any], message: str) -> None:
    [error] = custom.check_values(freeze(widget(**spec)), SCHEMA)
    assert f"{error.field}: {error.body()}" == message


def test_what_fits_has_no_complaint(freeze: Freeze) -> None:
    obj = freeze(widget(size=1.0, code="ABC", tags=["a"], either="5%", maybe=None, map={"a": 1}))
    assert custom.check_values(obj, SCHEMA) == []
    assert custom.check_lists(obj, SCHEMA) == []


def test_sets_have_no_repetition() -> None:
    [error] = custom.check_lists(widget(tags=["a", "a"]), SCHEMA)
    assert f"{error.field}: {error.body()}" == 'spec.tags[1]: Duplicate value: "a"'


def test_a_hostile_pattern_ends() -> None:
    assert not matches("a" * 50 + "!", "^(a+)+$")


def ruled(*given: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "object", "x-kubernetes-validations": list(given), **more}


def test_a_rule_that_does_not_hold_says_its_message() -> None:
    schema = ruled({"rule": "self.size >= self.min", "message": "size must be at least min"})
    [error] = custom.check_rules({"size": 3, "min": 5}, schema, path="spec")
    assert f"{error.field}: {error.body()}" == "spec: Invalid value: size must be at least min"
    assert custom.check_rules({"size": 5, "min": 5}, schema, path="spec") == []


def test_a_rule_without_a_message_shows_itself() -> None:
    schema = {"type": "string", "x-kubernetes-validations": [{"rule": "self == 'a'"}]}
    [error] = custom.check_rules("b", schema, path="x")
    assert error.body() == "Invalid value: \"b\": failed rule: self == 'a'"


def test_a_message_may_be_computed() -> None:
    schema = ruled({"rule": "self.n < 3", "messageExpression": "'n is ' + string(self.n)"})
    assert custom.check_rules({"n": 5}, schema)[0].detail == "n is 5"


def test_a_transition_rule_waits_for_an_old_value() -> None:
    schema = {"type": "string", "x-kubernetes-validations": [{"rule": "self == oldSelf", "message": "fixed"}]}
    assert custom.check_rules("y", schema, path="x") == []
    assert [error.detail for error in custom.check_rules("y", schema, "z", True, "x")] == ["fixed"]
    assert custom.check_rules("y", schema, "y", True, "x") == []


def test_names_that_cel_cannot_say_are_escaped() -> None:
    schema = ruled({"rule": "self.a__dash__b == 1 && self.__in__ == 2"}, properties={"a-b": {}, "in": {}})
    assert custom.check_rules({"a-b": 1, "in": 2}, schema) == []
    assert rules.escape("x__y") == "x__underscores__y"


@pytest.mark.parametrize(
    "rule",
    [
        "self.all(x, x > 0)", "self.isSorted()", "self.sum() == 6", "self.map(x, x * 2).exists(y, y == 4)",
        "quantity('1Gi').isGreaterThan(quantity('1G'))", "'a-b'.split('-').size() == 2", "'ABC'.lowerAscii() == 'abc'",
    ],
)  # fmt: skip
def test_rules_may_use_what_kubernetes_adds_to_cel(rule: str) -> None:
    schema = {"type": "array", "items": {"type": "integer"}, "x-kubernetes-validations": [{"rule": rule}]}
    assert custom.check_rules([1, 2, 3], schema) == []


def definition(**changes: Any) -> dict[str, Any]:
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": SCHEMA}}
    names = {"plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList"}
    spec = {"group": "ex.com", "scope": "Namespaced", "names": names, "versions": [version], **changes}
    return {"metadata": {"name": "widgets.ex.com"}, "spec": spec}


def version(schema: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}, **changes}


ROOT = "spec.validation.openAPIV3Schema"


@pytest.mark.parametrize(
    ("changes", "where", "words"),
    [
        ({"group": "other.com"}, "metadata.name", 'must be spec.names.plural+"."+spec.group'),
        ({"scope": "Universe"}, "spec.scope", 'supported values: "Cluster", "Namespaced"'),
        ({"versions": [{"name": "v1", "storage": True}]}, "spec.versions[0].schema.openAPIV3Schema", "Required value"),
        ({"versions": [version({}, storage=True)]}, f"{ROOT}.type", "must not be empty at the root"),
        ({"versions": [version({"type": "string"})]}, f"{ROOT}.type", "must be object at the root"),
        ({"versions": [version({"type": "object", "properties": {"a": {}}})]}, f"{ROOT}.properties[a].type",
         "must not be empty for specified object fields"),
        ({"versions": [version({"type": "object", "properties": {"a": {"type": "array"}}})]},
         f"{ROOT}.properties[a].items", "must be specified"),
        ({"versions": [version({"type": "object"}), version({"type": "object"}, name="v2")]}, "spec.versions",
         "must have exactly one version marked as storage version"),
        ({"versions": [version({"type": "object"}), version({"type": "object"}, storage=False)]}, "spec.versions",
         "must contain unique version names"),
        ({"versions": [version(ruled({"rule": "self.nope"}))]}, f"{ROOT}.x-kubernetes-validations[0].rule",
         "undefined field 'nope'"),
        ({"versions": [version(ruled({"rule": "self.size >"}))]}, f"{ROOT}.x-kubernetes-validations[0].rule",
         "compilation failed"),
        ({"versions": [version(ruled({"rule": "1 + 1"}))]}, f"{ROOT}.x-kubernetes-validations[0].rule",
         "cel expression must evaluate to a bool"),
    ],
)  # fmt: skip
def test_a_definition_that_is_none_is_refused(changes: dict[str, Any], where: str, words: str) -> None:
    errors = custom.check_definition(definition(**changes))
    assert any(error.field == where and words in error.body() for error in errors), errors


def test_a_good_definition_has_no_complaint(freeze: Freeze) -> None:
    assert custom.check_definition(freeze(definition())) == []
