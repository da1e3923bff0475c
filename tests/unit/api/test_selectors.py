"""Selectors, against k8s.io/apimachinery's pkg/labels/selector_test.go and pkg/fields/selector_test.go."""

from __future__ import annotations

import pytest

from cluster_sim.api import selectors
from cluster_sim.api.status import ApiError

PARSED = [
    ("", []),
    ("x=a", [("x", "=", ("a",))]),
    ("x==a", [("x", "==", ("a",))]),
    ("x!=a", [("x", "!=", ("a",))]),
    ("x", [("x", "exists", ())]),
    ("!x", [("x", "!", ())]),
    ("x=,z= ", [("x", "=", ("",)), ("z", "=", ("",))]),
    ("x in (b,a)", [("x", "in", ("a", "b"))]),
    ("x notin (a,,b)", [("x", "notin", ("", "a", "b"))]),
    ("x in ()", [("x", "in", ("",))]),
    ("x in (in)", [("x", "in", ("in",))]),
    ("in=notin", [("in", "=", ("notin",))]),
    ("z in (a), b=1 , a", [("a", "exists", ()), ("b", "=", ("1",)), ("z", "in", ("a",))]),
    ("x>1,z<5", [("x", "gt", ("1",)), ("z", "lt", ("5",))]),
]


@pytest.mark.parametrize(("text", "requirements"), PARSED)
def test_a_label_selector_is_read_as_upstream_reads_it(text: str, requirements: list[selectors.Requirement]) -> None:
    assert selectors.parse_label_selector(text) == requirements


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a===b", "unable to parse requirement: found '=', expected: identifier"),
        ("app=a b/c", "found 'b/c', expected: ',' or 'end of string'"),
        ("a,", "found '', expected: identifier after ','"),
        ("=a", "found '=', expected: !, identifier, or 'end of string'"),
        ("!", "unable to parse requirement: found '', expected: identifier"),
        ("x b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
        ("x in a", "unable to parse requirement: found 'a' expected: '('"),
        ("x in (a", "unable to parse requirement: found '', expected: ',' or ')'"),
        ("x>a", "for 'Gt', 'Lt' operators, the value must be an integer"),
        ("x=a/b", 'unable to parse requirement: values[0][x]: Invalid value: "a/b": a valid label must be'),
        ("a/b/c=1", 'unable to parse requirement: <nil>: Invalid value: "a/b/c": a valid label key must'),
    ],
)
def test_a_bad_label_selector_is_a_bad_request_in_upstreams_words(text: str, words: str) -> None:
    with pytest.raises(ApiError) as refused:
        selectors.parse_label_selector(text)
    assert refused.value.code == 400
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("text", "labels", "holds"),
    [
        ("x=a", {"x": "a"}, True),
        ("x=a", {}, False),
        ("x!=a", {}, True),
        ("x!=a", {"x": "a"}, False),
        ("x in (a,b)", {"x": "b"}, True),
        ("x notin (a)", {}, True),
        ("x", {"x": ""}, True),
        ("!x", {"x": ""}, False),
        ("x>1", {"x": "2"}, True),
        ("x<1", {"x": "two"}, False),
        ("x=a,y", {"x": "a"}, False),
        ("", {"x": "a"}, True),
    ],
)
def test_labels_match_as_upstream_says(text: str, labels: dict[str, str], holds: bool) -> None:
    assert selectors.matches_requirements(selectors.parse_label_selector(text), labels) is holds


def test_a_label_selector_object_matches_by_labels_and_expressions() -> None:
    selector = {"matchLabels": {"a": "1"}, "matchExpressions": [{"key": "b", "operator": "NotIn", "values": ["x"]}]}
    assert selectors.matches(selector, {"a": "1", "b": "y"})
    assert not selectors.matches(selector, {"a": "1", "b": "x"})
    assert not selectors.matches(selector, {"b": "y"})
    assert selectors.format_label_selector(selector) == "a=1,b notin (x)"


def test_no_selector_matches_nothing_and_an_empty_one_everything() -> None:
    assert not selectors.matches(None, {"a": "1"})
    assert selectors.matches({}, None)
    assert selectors.format_label_selector({}) == "<none>"


def test_field_selectors_are_read_with_their_escapes() -> None:
    text = r"spec.nodeName=w1,status.phase!=Running,metadata.name==a\,b\=c"
    assert selectors.parse_field_selector(text) == [
        ("metadata.name", "=", ("a,b=c",)),
        ("spec.nodeName", "=", ("w1",)),
        ("status.phase", "!=", ("Running",)),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("novalue", "invalid selector: 'novalue'; can't understand 'novalue'"),
        ("a=b=c", "invalid field selector: unescaped character in value: 61"),
        (r"a=\x", r"invalid field selector: invalid escape sequence: \x"),
    ],
)
def test_a_bad_field_selector_is_a_bad_request(text: str, words: str) -> None:
    with pytest.raises(ApiError) as refused:
        selectors.parse_field_selector(text)
    assert refused.value.code == 400
    assert str(refused.value) == words


def test_a_field_that_cannot_be_selected_by_is_named() -> None:
    requirements = selectors.parse_field_selector("spec.image=x")
    with pytest.raises(ApiError, match="field label not supported: spec.image"):
        selectors.check_field_selector(requirements, "pods")
    selectors.check_field_selector(requirements, "widgets", "ex.com", ("spec.image",))
    selectors.check_field_selector(selectors.parse_field_selector("type=x,metadata.name=a"), "secrets")


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("spec.nodeName=", True),
        ("spec.nodeName=w1", False),
        ("status.phase!=Running", True),
        ("spec.hostNetwork=false", True),
        ("status.podIPs=10.0.0.1", True),
    ],
)
def test_fields_match_and_an_absent_one_is_empty(text: str, holds: bool) -> None:
    pod = {"metadata": {"name": "a"}, "spec": {}, "status": {"phase": "Pending", "podIPs": [{"ip": "10.0.0.1"}]}}
    assert selectors.matches_fields(selectors.parse_field_selector(text), pod) is holds
