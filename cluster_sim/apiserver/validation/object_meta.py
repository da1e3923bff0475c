"""Metadata: names, labels, annotations, owners, finalizers; and what an update may not touch.

Upstream: k8s.io/apimachinery/pkg/api/validation/{objectmeta,generic}.go.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from cluster_sim.api import field, names
from cluster_sim.api.field import FieldError
from cluster_sim.api.resources import Resource

Object = dict[str, Any]
NameCheck = Callable[[str], list[str]]

HTTP_PATH = r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+"
ANNOTATIONS_LIMIT = 256 * 1024
STANDARD_FINALIZERS = ("orphan", "foregroundDeletion", "kubernetes")
NOT_STANDARD = "name is neither a standard finalizer name nor is it fully qualified"
IMMUTABLE = ("name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds")


def path_segment(text: str) -> list[str]:
    """RBAC names and others that only must fit into a URL."""
    if text in (".", ".."):
        return [f"may not be '{text}'"]
    return [f"may not contain '{mark}'" for mark in ("/", "%") if mark in text]


def domain_path(name: str, path: str) -> list[FieldError]:
    """IsDomainPrefixedPath: a name under somebody's domain."""
    domain, slash, rest = name.partition("/")
    if not name:
        return [field.required(path)]
    if not slash or not domain or not rest:
        return [field.invalid(path, name, 'must be a domain-prefixed path (such as "acme.io/foo")')]
    errors = [field.invalid(path, domain, text) for text in names.dns_subdomain(domain)]
    if not re.fullmatch(HTTP_PATH, rest):
        errors.append(field.invalid(path, rest, f"Invalid path (regex used for validation is '{HTTP_PATH}')"))
    return errors


CHECKS: dict[str, NameCheck] = {
    "namespaces": names.dns_label,
    "services": names.dns_label,  # RelaxedServiceNameValidation
    "roles.rbac.authorization.k8s.io": path_segment,
    "clusterroles.rbac.authorization.k8s.io": path_segment,
    "rolebindings.rbac.authorization.k8s.io": path_segment,
    "clusterrolebindings.rbac.authorization.k8s.io": path_segment,
    "events": lambda text: [],
    "events.events.k8s.io": lambda text: [],
    "statefulsets.apps": names.dns_subdomain,
    "cronjobs.batch": names.dns_subdomain,
}


@lru_cache(maxsize=65536)
def _name_errors(kind: str, name: str, prefix: bool) -> tuple[str, ...]:
    check = CHECKS.get(kind, names.dns_subdomain)
    return tuple(check(name[:-1] + "a" if prefix and name.endswith("-") else name))


def check(obj: Object, resource: Resource) -> list[FieldError]:
    """ValidateObjectMeta, of a new object."""
    meta, errors = obj.get("metadata") or {}, []
    kind = resource.group_resource
    base, name = meta.get("generateName", ""), meta.get("name", "")
    if base:
        errors += [field.invalid("metadata.generateName", base, text) for text in _name_errors(kind, base, True)]
    if not name:
        errors.append(field.required("metadata.name", "name or generateName is required"))
    else:
        errors += [field.invalid("metadata.name", name, text) for text in _name_errors(kind, name, False)]
    return errors + _common(meta) + finalizer_names(meta.get("finalizers") or [], "metadata.finalizers") + _standard(meta)


def _common(meta: Object) -> list[FieldError]:
    errors: list[FieldError] = []
    if meta.get("labels"):
        errors += labels(meta["labels"], "metadata.labels")
    if meta.get("annotations"):
        errors += annotations(meta["annotations"], "metadata.annotations")
    if meta.get("ownerReferences"):
        errors += _owners(meta["ownerReferences"])
    return errors


@lru_cache(maxsize=65536)
def _label_errors(key: str, value: str) -> tuple[tuple[str, str], ...]:
    found = [(key, text) for text in names.qualified_name(key)]
    return (*found, *((value, text) for text in names.label_value(value)))


def labels(given: dict[str, str], path: str) -> list[FieldError]:
    """ValidateLabels."""
    errors = []
    for key in sorted(given):
        errors += [field.invalid(path, value, text) for value, text in _label_errors(key, given[key])]
    return errors


def annotations(given: dict[str, str], path: str) -> list[FieldError]:
    """ValidateAnnotations."""
    errors = []
    for key in sorted(given):
        errors += [field.invalid(path, key, text) for text in names.qualified_name(key.lower())]
    size = sum(len(key.encode()) + len(value.encode()) for key, value in given.items())
    if size > ANNOTATIONS_LIMIT:
        errors.append(field.too_long(path, ANNOTATIONS_LIMIT))
    return errors


def finalizer_names(given: list[str], path: str) -> list[FieldError]:
    """ValidateFinalizers."""
    errors: list[FieldError] = []
    for name in given:
        errors += [field.invalid(path, name, text) for text in names.qualified_name(name)]
    if "orphan" in given and "foregroundDeletion" in given:
        errors.append(field.invalid(path, given, "finalizer orphan and foregroundDeletion cannot be both set"))
    return errors


def finalizer_name(name: str, path: str) -> list[FieldError]:
    """validateFinalizerName, of the finalizers in a namespace's spec."""
    errors = [field.invalid(path, name, text) for text in names.qualified_name(name)]
    if "/" not in name and name not in STANDARD_FINALIZERS:
        errors.append(field.invalid(path, name, NOT_STANDARD))
    return errors


def _standard(meta: Object) -> list[FieldError]:
    """validateKubeFinalizerName: a name without a domain must be one of Kubernetes' own."""
    return [field.invalid(f"metadata.finalizers[{place}]", name, NOT_STANDARD) for place, name in enumerate(meta.get("finalizers") or ())
            if "/" not in name and name not in STANDARD_FINALIZERS]


def _owners(given: list[Object]) -> list[FieldError]:
    path, errors = "metadata.ownerReferences", []
    controller: Object | None = None
    for reference in given:
        version = reference.get("apiVersion", "")
        if not version.rpartition("/")[2]:
            errors.append(field.invalid(f"{path}.apiVersion", version, "version must not be empty"))
        if not reference.get("kind"):
            errors.append(field.invalid(f"{path}.kind", "", "must not be empty"))
        if not reference.get("name"):
            errors.append(field.invalid(f"{path}.name", "", "must not be empty"))
        if not reference.get("uid"):
            errors.append(field.invalid(f"{path}.uid", "", "must not be empty"))
        if version == "v1" and reference.get("kind") == "Event":
            errors.append(field.invalid(path, reference, "/v1, Kind=Event is disallowed from being an owner"))
        if reference.get("controller"):
            if controller is not None:
                errors.append(field.invalid(path, given, "Only one reference can have Controller set to true. Found \"true\" in "
                                            f"references for {controller['kind']}/{controller['name']} and "
                                            f"{reference.get('kind')}/{reference.get('name')}"))
            else:
                controller = reference
    return errors


def check_update(new: Object, old: Object) -> list[FieldError]:
    """What an update may do to the metadata.

    The real server checks this twice, once for all kinds and once in each kind's own check, so each complaint comes
    more than once; the message names it once, the causes list every one.
    """
    after, before = new["metadata"], old["metadata"]
    for key in _CHECKED:
        if after.get(key) is not before.get(key):
            break
    else:
        return []  # nearly every update
    general = _common(after) + finalizer_names(after.get("finalizers") or [], "metadata.finalizers")
    update = _update(after, before)
    return general + update + update + _standard(after)


_CHECKED = (*IMMUTABLE, "labels", "annotations", "ownerReferences", "finalizers")


def _update(after: Object, before: Object) -> list[FieldError]:
    """ValidateObjectMetaAccessorUpdate."""
    errors: list[FieldError] = []
    if before.get("deletionTimestamp") and after.get("finalizers"):
        added = [name for name in after["finalizers"] if name not in before.get("finalizers", [])]
        if added:
            listed = ", ".join(field.quote(name) for name in sorted(added))
            errors.append(field.forbidden("metadata.finalizers", "no new finalizers can be added if the object is being "
                                          f"deleted, found new finalizers []string{{{listed}}}"))
    for key in IMMUTABLE:
        if after.get(key) != before.get(key):
            errors.append(field.invalid(f"metadata.{key}", after.get(key), field.IMMUTABLE))
    return errors + _common(after)
