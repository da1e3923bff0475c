"""The options of a request: dryRun, fieldManager, fieldValidation, propagationPolicy, and how they must be.

Upstream: k8s.io/apimachinery/pkg/apis/meta/v1/validation/validation.go, apis/meta/internalversion/validation.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, schema, status
from cluster_sim.api.field import FieldError
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver.request_info import RequestInfo

Object = dict[str, Any]

FIELD_VALIDATIONS = ("", "Ignore", "Strict", "Warn")
PROPAGATION = ("Foreground", "Background", "Orphan")
MANAGER_LIMIT = 128
TYPE_META = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'


def refuse(kind: str, errors: list[FieldError]) -> None:
    """422 about options, if anything is wrong with them."""
    if errors:
        raise ApiError(status.invalid(f"{kind}.meta.k8s.io", "", errors))


def dry_run(info: RequestInfo) -> bool:
    """Whether everything is to be done but the write."""
    return "All" in info.query.get("dryRun", ())


def _dry_run_errors(values: list[str]) -> list[FieldError]:
    if [value for value in values if value != "All"]:
        return [field.not_supported("dryRun", values, ["All"])]
    return []


def check_write(info: RequestInfo, kind: str) -> None:
    """CreateOptions, UpdateOptions, PatchOptions from the query; raises ApiError 422."""
    if info.query:
        refuse(kind, _write_errors(info))


def _write_errors(info: RequestInfo) -> list[FieldError]:
    errors: list[FieldError] = []
    manager = info.first("fieldManager")
    if len(manager.encode()) > MANAGER_LIMIT:
        errors.append(field.too_long("fieldManager", MANAGER_LIMIT))
    for place, letter in enumerate(manager):
        if not letter.isprintable():
            errors.append(field.invalid("fieldManager", manager, f"invalid character U+{ord(letter):04X} (at position {place})"))
            break
    errors += _dry_run_errors(info.query.get("dryRun", []))
    if info.first("fieldValidation") not in FIELD_VALIDATIONS:
        errors.append(field.not_supported("fieldValidation", info.first("fieldValidation"), FIELD_VALIDATIONS))
    return errors


def check_patch(info: RequestInfo, apply: bool) -> None:
    """PatchOptions: an apply needs a manager, and only an apply may force."""
    errors: list[FieldError] = []
    if apply and not info.first("fieldManager"):
        errors.append(field.required("fieldManager", "is required for apply patch"))
    if not apply and "force" in info.query:
        errors.append(field.forbidden("force", "may not be specified for non-apply patch"))
    refuse("PatchOptions", errors + _write_errors(info))


def delete_options(info: RequestInfo, body: Any) -> Object:
    """DeleteOptions of the body, or of the query where there is no body; raises ApiError."""
    given: Object = {}
    if body is not None and not isinstance(body, dict) or body:
        if not isinstance(body, dict):
            words = ((bool, "bool"), (list, "array"), (str, "string"))
            word = next((word for kind, word in words if isinstance(body, kind)), "number")
            raise ApiError(status.bad_request(
                f"couldn't get version/kind; json parse error: json: cannot unmarshal {word} into Go value of type {TYPE_META}"))
        kind = body.get("kind")
        if kind not in (None, "", "DeleteOptions"):
            raise ApiError(status.bad_request(
                f'no kind "{kind}" is registered for version "{body.get("apiVersion") or "meta.k8s.io/v1"}" in scheme '
                '"k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27"'))
        given, error, _ = schema.decode(body, "v1", "DeleteOptions")
        if error is not None:
            raise ApiError(status.bad_request(error))
    else:
        if "gracePeriodSeconds" in info.query:
            given["gracePeriodSeconds"] = integer(info.first("gracePeriodSeconds"))
        if "orphanDependents" in info.query:
            given["orphanDependents"] = info.flag("orphanDependents")
        if "propagationPolicy" in info.query:
            given["propagationPolicy"] = info.first("propagationPolicy")
        if "dryRun" in info.query:
            given["dryRun"] = info.query["dryRun"]
        if "preconditions.uid" in info.query:
            given["preconditions"] = {"uid": info.first("preconditions.uid")}
    return checked(given)


def checked(given: Object) -> Object:
    """DeleteOptions that make sense; raises ApiError 422."""
    errors: list[FieldError] = []
    policy = given.get("propagationPolicy")
    if policy is not None and given.get("orphanDependents") is not None:
        errors.append(field.invalid("propagationPolicy", policy,
                                    "orphanDependents and deletionPropagation cannot be both set"))
    if policy is not None and policy not in PROPAGATION:
        errors.append(field.not_supported("propagationPolicy", policy, (*PROPAGATION, "nil")))
    errors += _dry_run_errors(given.get("dryRun") or [])
    refuse("DeleteOptions", errors)
    return given


def integer(text: str) -> int:
    """A number of the query, or 400 in Go's words."""
    try:
        if not text.strip() == text or "_" in text:
            raise ValueError
        return int(text)
    except ValueError:
        raise ApiError(status.bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax')) from None


def check_list(info: RequestInfo, watching: bool) -> None:
    """ListOptions: which of resourceVersion, resourceVersionMatch, sendInitialEvents go together."""
    if not info.query:
        return
    match, version = info.first("resourceVersionMatch"), info.first("resourceVersion")
    initial = "sendInitialEvents" in info.query
    errors: list[FieldError] = []
    if watching and initial and match != "NotOlderThan":
        errors.append(field.forbidden(
            "resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"))
    if watching and match:
        if not initial:
            errors.append(field.forbidden(
                "resourceVersionMatch", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"))
        if match != "NotOlderThan":
            errors.append(field.not_supported("resourceVersionMatch", match, ("NotOlderThan",)))
    if watching and info.first("continue"):
        errors.append(field.forbidden(
            "resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided"))
    if not watching and match:
        if not version:
            errors.append(field.forbidden(
                "resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided"))
        if info.first("continue"):
            errors.append(field.forbidden(
                "resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided"))
        if match not in ("Exact", "NotOlderThan"):
            errors.append(field.not_supported("resourceVersionMatch", match, ("Exact", "NotOlderThan", "")))
        if match == "Exact" and version == "0":
            errors.append(field.forbidden(
                "resourceVersionMatch", 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'))
    if not watching and initial:
        errors.append(field.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"))
    refuse("ListOptions", errors)
