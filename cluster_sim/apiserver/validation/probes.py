"""Probes and lifecycle hooks.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (validateProbe, validateHandler, validateLifecycle).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, names
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation.numbers import not_negative, port_or_name

Object = dict[str, Any]
Errors = list[FieldError]

SECONDS = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")
HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")


def check(container: Object, path: str, grace: int | None) -> Errors:
    """All probes and hooks of a container."""
    errors = lifecycle(container.get("lifecycle"), f"{path}.lifecycle", grace)
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        probe, at = container.get(name), f"{path}.{name}"
        if probe is None:
            continue
        errors += _probe(probe, at)
        if name == "readinessProbe":
            if probe.get("terminationGracePeriodSeconds") is not None:
                errors.append(field.invalid(f"{at}.terminationGracePeriodSeconds", probe["terminationGracePeriodSeconds"],
                                            "must not be set for readinessProbes"))
        elif probe.get("successThreshold", 0) != 1:
            errors.append(field.invalid(f"{at}.successThreshold", probe.get("successThreshold", 0), "must be 1"))
    return errors


def _probe(probe: Object, path: str) -> Errors:
    errors = handler(probe, path, None)
    for name in SECONDS:
        errors += not_negative(probe.get(name), f"{path}.{name}")
    seconds = probe.get("terminationGracePeriodSeconds")
    if seconds is not None and seconds <= 0:
        errors.append(field.invalid(f"{path}.terminationGracePeriodSeconds", seconds, "must be greater than 0"))
    return errors


def lifecycle(given: Object | None, path: str, grace: int | None) -> Errors:
    """postStart and preStop."""
    errors: Errors = []
    for hook in ("postStart", "preStop"):
        if given and given.get(hook) is not None:
            errors += handler(given[hook], f"{path}.{hook}", grace)
    return errors


def handler(given: Object, path: str, grace: int | None) -> Errors:
    """Exactly one way to act."""
    errors: Errors = []
    chosen = [name for name in HANDLERS if given.get(name) is not None]
    for place, name in enumerate(chosen):
        at, action = f"{path}.{name}", given[name]
        if place:
            errors.append(field.forbidden(at, "may not specify more than 1 handler type"))
        elif name == "exec":
            if not action.get("command"):
                errors.append(field.required(f"{at}.command"))
        elif name == "httpGet":
            errors += _http_get(action, at)
        elif name == "tcpSocket":
            errors += port_or_name(action.get("port"), f"{at}.port")
        elif name == "grpc":
            errors += [field.invalid(f"{at}.port", action.get("port", 0), text) for text in names.port_number(action.get("port", 0))]
        elif name == "sleep":
            seconds = action.get("seconds", 0)
            if seconds < 0 or (grace is not None and seconds > grace):
                errors.append(field.invalid(at, seconds, f"must be non-negative and less than terminationGracePeriodSeconds ({grace})"))
    if not chosen:
        errors.append(field.required(path, "must specify a handler type"))
    return errors


def _http_get(action: Object, path: str) -> Errors:
    errors = [] if action.get("path") else [field.required(f"{path}.path")]
    errors += port_or_name(action.get("port"), f"{path}.port")
    if action.get("scheme") not in ("HTTP", "HTTPS"):
        errors.append(field.not_supported(f"{path}.scheme", action.get("scheme", ""), ("HTTP", "HTTPS")))
    for header in action.get("httpHeaders") or ():
        name = header.get("name", "")
        if not name or not all(letter.isalnum() or letter == "-" for letter in name):
            errors.append(field.invalid(f"{path}.httpHeaders", name,
                                        "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. "
                                        "'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')"))
    return errors
