"""Deployments, ReplicaSets, StatefulSets, DaemonSets, ReplicationControllers, PodTemplates.

Upstream: kubernetes/pkg/apis/apps/validation/validation.go, pkg/apis/core/validation/validation.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, names, selectors
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import label_selector, object_meta, pod_spec, rollout
from cluster_sim.apiserver.validation.numbers import not_negative

Object = dict[str, Any]
Errors = list[FieldError]

STATEFULSET_FIELDS = ("replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
                      "persistentVolumeClaimRetentionPolicy", "minReadySeconds")
STATEFULSET_FORBIDDEN = ("updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
                         "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden")


def _selector(spec: Object, kind: str) -> Errors:
    given = spec.get("selector")
    if given is None:
        return [field.required("spec.selector")]
    errors = label_selector.check(given, "spec.selector")
    if not given.get("matchLabels") and not given.get("matchExpressions"):
        errors.append(field.invalid("spec.selector", given, f"empty selector is invalid for {kind}"))
    return errors


def template_for(spec: Object, path: str = "spec.template") -> Errors:
    """ValidatePodTemplateSpecForReplicaSet: the selector must choose the template, whose pods restart for ever."""
    given, selector = spec.get("template"), spec.get("selector")
    if given is None:
        return [field.required(path)]
    if not label_selector.is_usable(selector):
        return [field.invalid("spec.selector", selector, "invalid label selector")]
    errors = _mismatch(selector, given, path)
    errors += pod_spec.template(given, path)
    pod = given.get("spec") or {}
    if pod.get("restartPolicy") != "Always":
        errors.append(field.not_supported(f"{path}.spec.restartPolicy", pod.get("restartPolicy", ""), ("Always",)))
    if pod.get("activeDeadlineSeconds") is not None:
        errors.append(field.forbidden(f"{path}.spec.activeDeadlineSeconds", "activeDeadlineSeconds in ReplicaSet is not Supported"))
    return errors


def _mismatch(selector: Object | None, template: Object, path: str) -> Errors:
    """No selector chooses nothing; an empty one, which is refused elsewhere, everything."""
    labels = (template.get("metadata") or {}).get("labels")
    if selector is not None and selectors.matches(selector, labels or {}):
        return []
    return [field.invalid(f"{path}.metadata.labels", label_selector.in_order(labels), "`selector` does not match template `labels`")]


def deployment(obj: Object) -> Errors:
    """ValidateDeploymentSpec."""
    spec = obj.get("spec") or {}
    errors = not_negative(spec.get("replicas"), "spec.replicas") + _selector(spec, "deployment") + template_for(spec)
    errors += rollout.deployment_strategy(spec.get("strategy") or {}, "spec.strategy")
    errors += not_negative(spec.get("minReadySeconds"), "spec.minReadySeconds")
    errors += not_negative(spec.get("revisionHistoryLimit"), "spec.revisionHistoryLimit")
    deadline = spec.get("progressDeadlineSeconds")
    errors += not_negative(deadline, "spec.progressDeadlineSeconds")
    if deadline is not None and deadline <= spec.get("minReadySeconds", 0):
        errors.append(field.invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds"))
    return errors


def _immutable_selector(new: Object, old: Object) -> Errors:
    after, before = (new.get("spec") or {}).get("selector"), (old.get("spec") or {}).get("selector")
    return [] if after == before else [field.invalid("spec.selector", label_selector.shown(after), field.IMMUTABLE)]


def deployment_update(new: Object, old: Object) -> Errors:
    """ValidateDeploymentUpdate."""
    return deployment(new) + _immutable_selector(new, old)


def _not_above(status: Object, low: str, high: str) -> Errors:
    if status.get(low, 0) > status.get(high, 0):
        return [field.invalid(f"status.{low}", status.get(low, 0), f"cannot be greater than status.{high}" if high == "replicas"
                              else f"cannot be greater than {high}")]
    return []


def _counts(status: Object, names_: tuple[str, ...]) -> Errors:
    errors: Errors = []
    for name in names_:
        errors += not_negative(status.get(name), f"status.{name}")
    return errors


def deployment_status(new: Object, old: Object) -> Errors:
    """ValidateDeploymentStatus."""
    status = new.get("status") or {}
    errors = _counts(status, ("observedGeneration", "replicas", "updatedReplicas", "readyReplicas", "availableReplicas",
                              "unavailableReplicas", "collisionCount"))
    for name in ("updatedReplicas", "readyReplicas", "availableReplicas"):
        errors += _not_above(status, name, "replicas")
    if status.get("availableReplicas", 0) > status.get("readyReplicas", 0):
        errors.append(field.invalid("status.availableReplicas", status["availableReplicas"], "cannot be greater than readyReplicas"))
    return errors + _collisions(status, old)


def _collisions(status: Object, old: Object) -> Errors:
    """How often a name was taken is only counted up."""
    now, before = status.get("collisionCount"), (old.get("status") or {}).get("collisionCount")
    if before is not None and (now is None or now < before):
        return [field.invalid("status.collisionCount", now or 0, "cannot be decremented")]
    return []


def replicaset(obj: Object) -> Errors:
    """ValidateReplicaSetSpec."""
    spec = obj.get("spec") or {}
    errors = not_negative(spec.get("replicas"), "spec.replicas") + not_negative(spec.get("minReadySeconds"), "spec.minReadySeconds")
    return errors + _selector(spec, "deployment") + template_for(spec)


def replicaset_update(new: Object, old: Object) -> Errors:
    """ValidateReplicaSetUpdate."""
    return replicaset(new) + _immutable_selector(new, old)


def replicaset_status(new: Object, old: Object) -> Errors:
    """ValidateReplicaSetStatus."""
    status = new.get("status") or {}
    errors = _counts(status, ("replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas", "observedGeneration"))
    for name in ("fullyLabeledReplicas", "readyReplicas", "availableReplicas"):
        errors += _not_above(status, name, "replicas")
    if status.get("availableReplicas", 0) > status.get("readyReplicas", 0):
        errors.append(field.invalid("status.availableReplicas", status["availableReplicas"], "cannot be greater than readyReplicas"))
    return errors


def statefulset(obj: Object) -> Errors:
    """ValidateStatefulSetSpec."""
    spec = obj.get("spec") or {}
    errors: Errors = []
    if spec.get("podManagementPolicy") not in ("OrderedReady", "Parallel"):
        errors.append(field.invalid("spec.podManagementPolicy", spec.get("podManagementPolicy", ""),
                                    "must be 'OrderedReady' or 'Parallel'"))
    errors += rollout.statefulset_strategy(spec.get("updateStrategy") or {}, "spec.updateStrategy")
    errors += rollout.retention(spec.get("persistentVolumeClaimRetentionPolicy"), "spec.persistentVolumeClaimRetentionPolicy")
    errors += not_negative(spec.get("replicas"), "spec.replicas") + not_negative(spec.get("minReadySeconds"), "spec.minReadySeconds")
    errors += not_negative((spec.get("ordinals") or {}).get("start"), "spec.ordinals.start")
    errors += _selector(spec, "statefulset") + _statefulset_template(spec)
    return errors + not_negative(spec.get("revisionHistoryLimit"), "spec.revisionHistoryLimit")


def _statefulset_template(spec: Object) -> Errors:
    """ValidatePodTemplateSpecForStatefulSet: of the pods themselves only labels and restarts are looked at, because
    their volumes come from the claim templates."""
    given, selector = spec.get("template"), spec.get("selector")
    if given is None:
        return [field.required("spec.template")]
    if not label_selector.is_usable(selector):
        return [field.invalid("spec.selector", selector, "")]
    errors = _mismatch(selector, given, "spec.template")
    meta, pod = given.get("metadata") or {}, given.get("spec") or {}
    labels = meta.get("labels") or {}
    errors += object_meta.labels(labels, "spec.template.labels")
    errors += object_meta.annotations(meta.get("annotations") or {}, "spec.template.annotations")
    if pod.get("restartPolicy") != "Always":
        errors.append(field.not_supported("spec.template.spec.restartPolicy", pod.get("restartPolicy", ""), ("Always",)))
    if pod.get("activeDeadlineSeconds") is not None:
        errors.append(field.forbidden("spec.template.spec.activeDeadlineSeconds", "activeDeadlineSeconds in StatefulSet is not Supported"))
    return errors


def statefulset_update(new: Object, old: Object) -> Errors:
    """ValidateStatefulSetUpdate: the check of the new one, and most of the spec stays as it is."""
    def fixed(obj: Object) -> Object:
        return {key: value for key, value in (obj.get("spec") or {}).items() if key not in STATEFULSET_FIELDS}

    errors = statefulset(new)
    return errors if fixed(new) == fixed(old) else [*errors, field.forbidden("spec", STATEFULSET_FORBIDDEN)]


def statefulset_status(new: Object, old: Object) -> Errors:
    """ValidateStatefulSetStatus."""
    status = new.get("status") or {}
    errors = _counts(status, ("replicas", "readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas",
                              "observedGeneration", "collisionCount"))
    for name in ("readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"):
        errors += _not_above(status, name, "replicas")
    if status.get("availableReplicas", 0) > status.get("readyReplicas", 0):
        errors.append(field.invalid("status.availableReplicas", status["availableReplicas"], "cannot be greater than status.readyReplicas"))
    return errors + _collisions(status, old)


def daemonset_status(new: Object, old: Object) -> Errors:
    """ValidateDaemonSetStatusUpdate."""
    status = new.get("status") or {}
    return _counts(status, ("currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady",
                            "observedGeneration", "updatedNumberScheduled", "numberAvailable", "numberUnavailable",
                            "collisionCount")) + _collisions(status, old)


def daemonset(obj: Object) -> Errors:
    """ValidateDaemonSetSpec."""
    spec = obj.get("spec") or {}
    errors = label_selector.check(spec.get("selector"), "spec.selector")
    selector, template = spec.get("selector") or {}, spec.get("template") or {}
    if label_selector.is_usable(selector):
        errors += _mismatch(spec.get("selector"), template, "spec.template")
    if spec.get("selector") is not None and not selector.get("matchLabels") and not selector.get("matchExpressions"):
        errors.append(field.invalid("spec.selector", selector, "empty selector is invalid for daemonset"))
    errors += pod_spec.template(template, "spec.template")
    restart = (template.get("spec") or {}).get("restartPolicy", "")
    if restart != "Always":
        errors.append(field.not_supported("spec.template.spec.restartPolicy", restart, ("Always",)))
    if (template.get("spec") or {}).get("activeDeadlineSeconds") is not None:
        errors.append(field.forbidden("spec.template.spec.activeDeadlineSeconds", "activeDeadlineSeconds in DaemonSet is not Supported"))
    errors += not_negative(spec.get("minReadySeconds"), "spec.minReadySeconds")
    errors += rollout.daemonset_strategy(spec.get("updateStrategy") or {}, "spec.updateStrategy")
    return errors + not_negative(spec.get("revisionHistoryLimit"), "spec.revisionHistoryLimit")


def daemonset_update(new: Object, old: Object) -> Errors:
    """ValidateDaemonSetUpdate."""
    return daemonset(new) + _immutable_selector(new, old)


def replication_controller(obj: Object) -> Errors:
    """ValidateReplicationControllerSpec."""
    spec = obj.get("spec") or {}
    errors = not_negative(spec.get("minReadySeconds"), "spec.minReadySeconds")
    if not spec.get("selector"):
        errors.append(field.required("spec.selector"))
    errors += not_negative(spec.get("replicas"), "spec.replicas")
    template = spec.get("template")
    if template is None:
        return [*errors, field.required("spec.template")]
    labels = (template.get("metadata") or {}).get("labels") or {}
    if spec.get("selector") and any(labels.get(key) != value for key, value in spec["selector"].items()):
        errors.append(field.invalid("spec.template.metadata.labels", label_selector.in_order(labels),
                                    "`selector` does not match template `labels`"))
    errors += pod_spec.template(template, "spec.template")
    pod = template.get("spec") or {}
    if pod.get("restartPolicy") != "Always":
        errors.append(field.not_supported("spec.template.spec.restartPolicy", pod.get("restartPolicy", ""), ("Always",)))
    if pod.get("activeDeadlineSeconds") is not None:
        errors.append(field.forbidden("spec.template.spec.activeDeadlineSeconds",
                                      "activeDeadlineSeconds in ReplicationController is not Supported"))
    return errors


def replication_controller_update(new: Object, old: Object) -> Errors:
    """ValidateReplicationControllerUpdate."""
    return replication_controller(new)


def pod_template(obj: Object) -> Errors:
    """ValidatePodTemplate."""
    return pod_spec.template(obj.get("template") or {}, "template")


def short_name(obj: Object, limit: int) -> Errors:
    """Names that get something appended must leave room for it."""
    name = obj["metadata"].get("name", "")
    return [field.invalid("metadata.name", name, names.too_long(limit))] if len(name) > limit else []


def pod_template_update(new: Object, old: Object) -> Errors:
    """ValidatePodTemplateUpdate."""
    return pod_template(new)
