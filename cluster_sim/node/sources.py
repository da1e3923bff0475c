"""ConfigMaps and Secrets that a pod's containers are made from: fetched before the first container, and turned into
the environment.

A missing one keeps the container waiting (CreateContainerConfigError) or, as a volume, the whole pod
(ContainerCreating with a FailedMount event), until somebody makes it. A change later reaches volumes only, and no
environment: that is why a rollout is needed. Source: kubernetes pkg/kubelet/kubelet_pods.go
(makeEnvironmentVariables), pkg/volume/configmap. The service account's own volume is taken for granted.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

Object = dict[str, Any]
PLURALS = {"configMap": "configmaps", "secret": "secrets"}
KINDS = {"configmaps": "configmap", "secrets": "secret"}


def needed(pod: Object) -> list[str]:
    """What to fetch: ["configmaps/settings", …], in the order in which the spec names it."""
    found: dict[str, bool] = {}
    for volume in pod["spec"].get("volumes") or ():
        for what, _ in _volume_references(volume):
            found[what] = True
    for container in [*(pod["spec"].get("initContainers") or ()), *pod["spec"]["containers"]]:
        for source in container.get("envFrom") or ():
            for kind in ("configMap", "secret"):
                if f"{kind}Ref" in source:
                    found[f"{PLURALS[kind]}/{source[f'{kind}Ref'].get('name')}"] = True
        for variable in container.get("env") or ():
            for kind in ("configMap", "secret"):
                reference = (variable.get("valueFrom") or {}).get(f"{kind}KeyRef")
                if reference:
                    found[f"{PLURALS[kind]}/{reference.get('name')}"] = True
    return list(found)


def _volume_references(volume: Object) -> list[tuple[str, bool]]:
    """(what, optional) of a volume made from ConfigMaps and Secrets."""
    if "configMap" in volume:
        return [(f"configmaps/{volume['configMap'].get('name')}", bool(volume["configMap"].get("optional")))]
    if "secret" in volume:
        return [(f"secrets/{volume['secret'].get('secretName')}", bool(volume["secret"].get("optional")))]
    found = []
    for source in (volume.get("projected") or {}).get("sources") or ():
        for kind, plural in PLURALS.items():
            name = (source.get(kind) or {}).get("name")
            if name and name != "kube-root-ca.crt":
                found.append((f"{plural}/{name}", bool(source[kind].get("optional"))))
    return found


def missing_volume(pod: Object, sources: Object) -> str | None:
    """The message of the first volume that cannot be mounted."""
    for volume in pod["spec"].get("volumes") or ():
        for reference, optional in _volume_references(volume):
            if not optional and sources.get(reference) is None:
                plural, _, name = reference.partition("/")
                return f'MountVolume.SetUp failed for volume "{volume["name"]}" : {KINDS[plural]} "{name}" not found'
    return None


def environment(pod: Object, container: Object, sources: Object, ip: str, host_ip: str) -> tuple[dict[str, str], str]:
    """(variables, "") or ({}, what is missing)."""
    found = {"HOSTNAME": pod["spec"].get("hostname") or pod["metadata"]["name"]}
    for source in container.get("envFrom") or ():
        for kind, plural in PLURALS.items():
            reference = source.get(f"{kind}Ref")
            if reference is None:
                continue
            values = sources.get(f"{plural}/{reference.get('name')}")
            if values is None and not reference.get("optional"):
                return {}, f'{KINDS[plural]} "{reference.get("name")}" not found'
            for key, value in (values or {}).items():
                found[f"{source.get('prefix', '')}{key}"] = value
    for variable in container.get("env") or ():
        name, origin = variable["name"], variable.get("valueFrom")
        if not origin:
            found[name] = _expand(variable.get("value") or "", found)
        elif "fieldRef" in origin:
            found[name] = _field(pod, origin["fieldRef"].get("fieldPath", ""), ip, host_ip)
        for kind, plural in PLURALS.items():
            reference = (origin or {}).get(f"{kind}KeyRef")
            if reference is None:
                continue
            values = sources.get(f"{plural}/{reference.get('name')}")
            if values is not None and reference["key"] in values:
                found[name] = values[reference["key"]]
            elif not reference.get("optional"):
                if values is None:
                    return {}, f'{KINDS[plural]} "{reference.get("name")}" not found'
                where = f"{pod['metadata']['namespace']}/{reference.get('name')}"
                kind_name = "ConfigMap" if kind == "configMap" else "Secret"
                return {}, f"couldn't find key {reference['key']} in {kind_name} {where}"
    return found, ""


def values_of(resource: str, body: Object) -> dict[str, str]:
    """A ConfigMap's data as it is, a Secret's decoded."""
    data: dict[str, str] = body.get("data") or {}
    if resource == "configmaps":
        return {**data}
    decoded = {}
    for key, value in data.items():
        try:
            decoded[key] = base64.b64decode(value).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            decoded[key] = ""
    return decoded


def _expand(text: str, variables: dict[str, str]) -> str:
    """`$(NAME)` of a variable defined before."""
    for name, value in variables.items():
        text = text.replace(f"$({name})", value)
    return text


def _field(pod: Object, path: str, ip: str, host_ip: str) -> str:
    """The downward API."""
    meta = pod["metadata"]
    known = {"metadata.name": meta["name"], "metadata.namespace": meta["namespace"], "metadata.uid": meta["uid"],
             "spec.nodeName": pod["spec"].get("nodeName", ""), "status.podIP": ip, "status.hostIP": host_ip,
             "spec.serviceAccountName": pod["spec"].get("serviceAccountName", "default")}
    for part in ("labels", "annotations"):
        for key, value in (meta.get(part) or {}).items():
            known[f"metadata.{part}['{key}']"] = value
    return str(known.get(path, ""))
