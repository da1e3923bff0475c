"""Defaults of pods and of everything that holds a pod's template.

The same template comes with thousands of pods of one ReplicaSet, as the very same object: what was filled in is then
remembered by identity.

Upstream: kubernetes/pkg/apis/core/v1/defaults.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import quantity
from cluster_sim.apiserver.defaulting.fill import change, each, fill

Object = dict[str, Any]

_REMEMBERED = 512
_specs: dict[int, tuple[Object, Object]] = {}  # id of a template's spec → (that spec, the pod's spec)

POD_SPEC = {"restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst",
            "schedulerName": "default-scheduler"}
PROBE = {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}


def pod(obj: Object) -> Object:
    """SetDefaults_Pod."""
    spec = obj.get("spec")
    if spec is None:
        return obj
    known = _specs.get(id(spec))
    if known is not None and known[0] is spec:
        done = known[1]
    else:
        done = _pod_spec(spec)
        if len(_specs) >= _REMEMBERED:
            del _specs[next(iter(_specs))]
        _specs[id(spec)] = (spec, done)
    return obj if done is spec else {**obj, "spec": done}


def _pod_spec(spec: Object) -> Object:
    spec = template_spec(spec)
    for key in ("containers", "initContainers"):
        spec = change(spec, key, each(_requests_from_limits))
    spec = _pod_level_resources(spec)
    if "enableServiceLinks" not in spec:
        spec = {**spec, "enableServiceLinks": True}
    if spec.get("hostNetwork"):
        for key in ("containers", "initContainers"):
            spec = change(spec, key, each(lambda container: change(container, "ports", each(_host_port))))
    return spec


def _host_port(port: Object) -> Object:
    return port if port.get("hostPort") else {**port, "hostPort": port.get("containerPort", 0)}


def _requests_from_limits(container: Object) -> Object:
    resources = container.get("resources") or {}
    limits = resources.get("limits")
    if not limits:
        return container
    requests = resources.get("requests") or {}
    missing = {key: value for key, value in limits.items() if key not in requests}
    return {**container, "resources": {**resources, "requests": {**requests, **missing}}} if missing else container


def _pod_level_resources(spec: Object) -> Object:
    """defaultPodRequests: a pod with limits of its own requests what its containers do, or else the limits."""
    resources = spec.get("resources") or {}
    if not resources.get("limits"):
        return spec
    requests = dict(resources.get("requests") or {})
    for key in ("cpu", "memory"):
        asked = [(c.get("resources") or {}).get("requests", {}).get(key) for c in spec.get("containers") or ()]
        total = sum(quantity.nano(value) for value in asked if value is not None)
        if key not in requests and total:
            first = next(value for value in asked if value is not None)
            requests[key] = quantity.format_nano(total, quantity.parse(first)[1])
    for key, value in resources["limits"].items():
        requests.setdefault(key, value)
    return {**spec, "resources": {**resources, "requests": requests}}


def pod_template(obj: Object) -> Object:
    """A PodTemplate object."""
    return change(obj, "template", template)


def template(obj: Object) -> Object:
    """A PodTemplateSpec."""
    return change(obj, "spec", template_spec)


def template_spec(spec: Object) -> Object:
    """SetDefaults_PodSpec and all that lies below it."""
    spec = fill(spec, POD_SPEC)
    if "securityContext" not in spec:
        spec = {**spec, "securityContext": {}}
    if spec.get("serviceAccountName") and spec.get("serviceAccount") != spec["serviceAccountName"]:
        spec = {**spec, "serviceAccount": spec["serviceAccountName"]}
    elif spec.get("serviceAccount") and not spec.get("serviceAccountName"):
        spec = {**spec, "serviceAccountName": spec["serviceAccount"]}
    for key in ("containers", "initContainers", "ephemeralContainers"):
        spec = change(spec, key, each(container))
    return change(spec, "volumes", each(volume))


def image_tag(image: str) -> str:
    """The tag of an image's name; `latest` if it has neither tag nor digest."""
    if "@" in image:
        return ""
    _, colon, tag = image.rpartition("/")[2].partition(":")
    return tag if colon else "latest"


def container(obj: Object) -> Object:
    """SetDefaults_Container, its ports, probes, hooks and variables."""
    obj = fill(obj, {"terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"})
    if not obj.get("imagePullPolicy"):
        policy = "Always" if image_tag(obj.get("image", "")) == "latest" else "IfNotPresent"
        obj = {**obj, "imagePullPolicy": policy}
    obj = change(obj, "ports", each(lambda port: fill(port, {"protocol": "TCP"})))
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        obj = change(obj, name, probe)
    obj = change(obj, "lifecycle", _lifecycle)
    obj = change(obj, "env", each(lambda item: change(item, "valueFrom", lambda source: change(source, "fieldRef", _field_ref))))
    return obj


def probe(obj: Object) -> Object:
    """SetDefaults_Probe."""
    zero = {key: value for key, value in PROBE.items() if not obj.get(key)}
    obj = {**obj, **zero} if zero else obj
    obj = change(obj, "httpGet", _http_get)
    return change(obj, "grpc", lambda grpc: grpc if "service" in grpc else {**grpc, "service": ""})


def _http_get(obj: Object) -> Object:
    return fill(obj, {"path": "/", "scheme": "HTTP"})


def _lifecycle(obj: Object) -> Object:
    for hook in ("postStart", "preStop"):
        obj = change(obj, hook, lambda handler: change(handler, "httpGet", _http_get))
    return obj


def _field_ref(obj: Object) -> Object:
    return fill(obj, {"apiVersion": "v1"})


def _items_field_refs(source: Object) -> Object:
    return change(source, "items", each(lambda item: change(item, "fieldRef", _field_ref)))


def volume(obj: Object) -> Object:
    """SetDefaults_Volume: no source means emptyDir; files get a mode."""
    if len(obj) == 1 and "name" in obj:
        return {**obj, "emptyDir": {}}
    for source in ("secret", "configMap", "downwardAPI", "projected"):
        obj = change(obj, source, lambda given: fill(given, {"defaultMode": 0o644}))
    obj = change(obj, "downwardAPI", _items_field_refs)
    obj = change(obj, "projected", lambda given: change(given, "sources", each(_projection)))
    obj = change(obj, "hostPath", lambda given: given if "type" in given else {**given, "type": ""})
    obj = change(obj, "ephemeral", lambda given: change(given, "volumeClaimTemplate", lambda claim: change(
        claim, "spec", lambda spec: fill(spec, {"volumeMode": "Filesystem"}))))
    obj = change(obj, "iscsi", lambda given: fill(given, {"iscsiInterface": "default"}))
    obj = change(obj, "rbd", lambda given: fill(given, {"pool": "rbd", "user": "admin", "keyring": "/etc/ceph/keyring"}))
    obj = change(obj, "azureDisk", lambda given: fill(
        given, {"cachingMode": "ReadWrite", "fsType": "ext4", "readOnly": False, "kind": "Shared"}))
    obj = change(obj, "scaleIO", lambda given: fill(given, {"storageMode": "ThinProvisioned", "fsType": "xfs"}))
    return change(obj, "image", lambda given: given if given.get("pullPolicy") else {
        **given, "pullPolicy": "Always" if image_tag(given.get("reference", "")) == "latest" else "IfNotPresent"})


def _projection(source: Object) -> Object:
    source = change(source, "downwardAPI", _items_field_refs)
    return change(source, "serviceAccountToken", lambda given: fill(given, {"expirationSeconds": 3600}))
