"""Field selectors: which objects are meant, by a few of their fields.

Upstream: k8s.io/apimachinery/pkg/fields/selector.go for the language, kubernetes/pkg/apis/core/v1/conversion.go and
the other groups' conversions for which fields each resource may be selected by. Only =, == and != exist.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from .status import ApiError, bad_request

Requirement = tuple[str, str, tuple[str, ...]]

ALWAYS = ("metadata.name", "metadata.namespace")

# Kinds that list all of their fields, and have no namespace among them.
CLUSTER_SCOPED = ("nodes", "namespaces", "certificatesigningrequests")

# "group/plural" or "plural" → what else it can be selected by.
FIELDS: dict[str, tuple[str, ...]] = {
    "pods": (
        "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork",
        "status.phase", "status.podIP", "status.podIPs", "status.nominatedNodeName",
    ),
    "nodes": ("spec.unschedulable",),
    "events": (
        "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
        "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
        "reportingComponent", "source", "type",
    ),
    "events.k8s.io/events": (
        "regarding.kind", "regarding.namespace", "regarding.name", "regarding.uid", "regarding.apiVersion",
        "regarding.resourceVersion", "regarding.fieldPath", "reason", "reportingController", "type",
    ),
    "secrets": ("type",),
    "services": ("spec.clusterIP", "spec.type"),
    "namespaces": ("status.phase",),
    "replicationcontrollers": ("status.replicas",),
    "batch/jobs": ("status.successful",),
    "certificates.k8s.io/certificatesigningrequests": ("spec.signerName",),
}  # fmt: skip


def _terms(text: str) -> list[str]:
    """Split at the commas that no backslash hides."""
    terms, start, escaped = [], 0, False
    for place, letter in enumerate(text):
        if escaped:
            escaped = False
        elif letter == "\\":
            escaped = True
        elif letter == ",":
            terms.append(text[start:place])
            start = place + 1
    return [*terms, text[start:]]


def _split(term: str) -> tuple[str, str, str] | None:
    for place in range(len(term)):
        for operator in ("!=", "==", "="):
            if term.startswith(operator, place):
                return term[:place], "!=" if operator == "!=" else "=", term[place + len(operator) :]
    return None


def _unescape(text: str) -> str:
    plain, escaped = "", False
    for letter in text:
        if escaped:
            if letter not in "\\,=":
                raise ApiError(bad_request(f"invalid field selector: invalid escape sequence: \\{letter}"))
            plain, escaped = plain + letter, False
        elif letter == "\\":
            escaped = True
        elif letter in ",=":
            raise ApiError(bad_request(f"invalid field selector: unescaped character in value: {ord(letter)}"))
        else:
            plain += letter
    if escaped:
        raise ApiError(bad_request("invalid field selector: invalid escape sequence: \\"))
    return plain


@lru_cache(maxsize=4096)
def _parsed(text: str) -> tuple[Requirement, ...]:
    found: list[Requirement] = []
    for term in sorted(_terms(text)):
        if not term:
            continue
        parts = _split(term)
        if parts is None:
            raise ApiError(bad_request(f"invalid selector: '{text}'; can't understand '{term}'"))
        found.append((parts[0], parts[1], (_unescape(parts[2]),)))
    return tuple(found)


def parse_field_selector(text: str) -> list[Requirement]:
    """The terms of "spec.nodeName=w1,status.phase!=Running", as (field, "=" or "!=", (value,)); raises ApiError 400."""
    return list(_parsed(text))


def check_field_selector(
    requirements: list[Requirement], resource: str, group: str = "", more: tuple[str, ...] | None = None
) -> None:
    """Raise ApiError 400 for a field this resource cannot be selected by; `more`: a CRD's selectableFields.

    A kind with a list of its own says so in its own words, any other in those of the default.
    """
    allowed = FIELDS.get(f"{group}/{resource}" if group else resource)
    for field, _, _ in requirements:
        if field == "metadata.namespace" and resource in CLUSTER_SCOPED:
            raise ApiError(bad_request(f"field label not supported: {field}"))
        if field in ALWAYS or field in (allowed or ()) or field in (more or ()):
            continue
        if allowed is None and more is None:
            text = f'"{field}" is not a known field selector: only "metadata.name", "metadata.namespace"'
        elif resource == "jobs":
            text = f'field label "{field}" not supported for Job'
        else:
            text = f"field label not supported: {field}"
        raise ApiError(bad_request(text))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def field_value(obj: dict[str, Any], field: str) -> str:
    """What a selector compares: the field's text, "" when it is absent."""
    if field == "status.podIPs":
        return ",".join(entry.get("ip", "") for entry in (obj.get("status") or {}).get("podIPs") or ())
    if field == "status.successful":
        field = "status.succeeded"
    if field in ("status.replicas", "status.succeeded"):
        return _text((obj.get("status") or {}).get(field[7:], 0))
    if field in ("spec.unschedulable", "spec.hostNetwork"):
        return _text(bool((obj.get("spec") or {}).get(field[5:], False)))
    if field == "source":
        return _text((obj.get("source") or {}).get("component") or obj.get("reportingComponent"))
    value: Any = obj
    for part in field.split("."):
        if not isinstance(value, dict):
            return ""
        value = value.get(part)
    return _text(value)


def matches_fields(requirements: list[Requirement], obj: dict[str, Any]) -> bool:
    return all((field_value(obj, field) == values[0]) == (operator == "=") for field, operator, values in requirements)
