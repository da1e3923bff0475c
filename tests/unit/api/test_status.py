"""Status bodies and field errors, as k8s.io/apimachinery writes them."""

from __future__ import annotations

import pytest

from cluster_sim.api import field, status


def test_a_failure_is_written_in_the_servers_order() -> None:
    body = status.not_found("deployments.apps", "ghost")
    assert list(body) == ["kind", "apiVersion", "metadata", "status", "message", "reason", "details", "code"]
    assert body["message"] == 'deployments.apps "ghost" not found'
    assert body["details"] == {"name": "ghost", "group": "apps", "kind": "deployments"}


def test_an_error_without_a_reason_has_none() -> None:
    body = status.unknown("resourceVersion should not be set on objects to be created")
    assert "reason" not in body
    assert "details" not in body
    assert body["code"] == 500


def test_invalid_names_the_kind_and_every_cause() -> None:
    one = field.required("metadata.name", "name or generateName is required")
    two = field.invalid("spec.replicas", -1, "must be greater than or equal to 0")
    assert status.invalid("ConfigMap", "", [one])["message"] == (
        'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required'
    )
    both = status.invalid("Deployment.apps", "d", [one, two])
    assert both["message"] == (
        'Deployment.apps "d" is invalid: [metadata.name: Required value: name or generateName is required, '
        "spec.replicas: Invalid value: -1: must be greater than or equal to 0]"
    )
    assert both["details"]["group"] == "apps"
    assert both["details"]["causes"][1]["reason"] == "FieldValueInvalid"


def test_the_same_complaint_is_told_once_but_kept_twice() -> None:
    error = field.invalid("metadata.uid", "x", field.IMMUTABLE)
    body = status.invalid("ConfigMap", "a", [error, error])
    assert body["message"] == 'ConfigMap "a" is invalid: metadata.uid: Invalid value: "x": field is immutable'
    assert len(body["details"]["causes"]) == 2


@pytest.mark.parametrize(
    ("error", "body"),
    [
        (field.invalid("a", "Mixed", "bad"), 'Invalid value: "Mixed": bad'),
        (field.invalid("a", 5, "bad"), "Invalid value: 5: bad"),
        (field.invalid("a", None, "bad"), "Invalid value: null: bad"),
        (field.invalid("a", True, "bad"), "Invalid value: true: bad"),
        (field.invalid("a", {"k": ["v"]}, "bad"), 'Invalid value: {"k":["v"]}: bad'),
        (field.required("a"), "Required value"),
        (field.duplicate("a", "x"), 'Duplicate value: "x"'),
        (field.not_found("a", "x"), 'Not found: "x"'),
        (field.forbidden("a", "not now"), "Forbidden: not now"),
        (field.not_supported("a", "x", ["A", "B"]), 'Unsupported value: "x": supported values: "A", "B"'),
        (field.too_long("a", 128), "Too long: may not be more than 128 bytes"),
        (field.too_many("a", 5, 3), "Too many: 5: must have at most 3 items"),
    ],
)
def test_a_field_error_reads_as_upstreams(error: field.FieldError, body: str) -> None:
    assert error.body() == body


def test_other_answers_are_in_upstreams_words() -> None:
    assert status.conflict("configmaps", "a")["message"].startswith(
        'Operation cannot be fulfilled on configmaps "a": the object has been modified'
    )
    assert status.too_old_version(3, 10)["message"] == "too old resource version: 3 (9)"
    assert status.forbidden("pods", "", "no")["message"] == "pods is forbidden: no"
    assert status.method_not_allowed()["details"] == {}
    assert status.timeout("too slow")["message"] == "Timeout: too slow"
    assert status.too_many_requests("later", 10)["details"] == {"retryAfterSeconds": 10}
