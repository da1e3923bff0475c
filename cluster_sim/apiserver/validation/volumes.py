"""Volumes of a pod: one source each, with what that source needs.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (ValidateVolumes, validateVolumeSource).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cluster_sim.api import field, names, quantity
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import claims, environment, object_meta

Object = dict[str, Any]
Errors = list[FieldError]

MODE = "must be a number between 0 and 0777 (octal), both inclusive"
HOST_PATH_TYPES = ("", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket")


def check(given: list[Object] | None, path: str) -> tuple[dict[str, Object], Errors]:
    """(the volumes that are well-formed, by name; what is wrong with the others)."""
    known: dict[str, Object] = {}
    errors: Errors = []
    for place, volume in enumerate(given or ()):
        at, name = f"{path}[{place}]", volume.get("name", "")
        found = source(volume, at)
        if not name:
            found.append(field.required(f"{at}.name"))
        else:
            found += [field.invalid(f"{at}.name", name, text) for text in names.dns_label(name)]
        if name in known:
            found.append(field.duplicate(f"{at}.name", name))
        if found:
            errors += found
        else:
            known[name] = volume
    return known, errors


def source(volume: Object, path: str) -> Errors:
    """Exactly one source, and a good one."""
    errors: Errors = []
    chosen = [kind for kind in SOURCES if volume.get(kind) is not None]
    for place, kind in enumerate(chosen):
        if place:
            errors.append(field.forbidden(f"{path}.{kind}", "may not specify more than 1 volume type"))
        else:
            errors += SOURCES[kind](volume[kind], f"{path}.{kind}")
    if not chosen:
        errors.append(field.required(path, "must specify a volume type"))
    return errors


def devices(container: Object, known: dict[str, Object], path: str) -> Errors:
    """ValidateVolumeDevices: claims that a container sees as a block device."""
    errors: Errors = []
    seen_names: dict[str, bool] = {}
    seen_paths: dict[str, bool] = {}
    mounted = {mount.get("name", ""): mount.get("mountPath", "") for mount in container.get("volumeMounts") or ()}
    for place, device in enumerate(container.get("volumeDevices") or ()):
        at, name, where = f"{path}[{place}]", device.get("name", ""), device.get("devicePath", "")
        volume = known.get(name)
        if not name:
            errors.append(field.required(f"{at}.name"))
        if name in seen_names:
            errors.append(field.invalid(f"{at}.name", name, "must be unique"))
        if volume is None:
            errors.append(field.not_found(f"{at}.name", name))
        elif "persistentVolumeClaim" not in volume and "ephemeral" not in volume:
            errors.append(field.invalid(f"{at}.name", name, "can only use volume source type of PersistentVolumeClaim or "
                                        "Ephemeral for block mode"))
        if not where:
            errors.append(field.required(f"{at}.devicePath"))
        if where in seen_paths:
            errors.append(field.invalid(f"{at}.devicePath", where, "must be unique"))
        if where and no_backsteps(where, ""):
            errors.append(field.invalid(f"{at}.devicePath", where, "can not contain backsteps ('..')"))
        seen_names[name] = seen_paths[where] = True
        if name in mounted:
            errors.append(field.invalid(f"{at}.name", name, "must not already exist in volumeMounts"))
        if where in mounted.values():
            errors.append(field.invalid(f"{at}.devicePath", where, "must not already exist as a path in volumeMounts"))
    return errors


def descending(text: str, path: str) -> Errors:
    """validateLocalDescendingPath: relative, and not upwards."""
    errors = [field.invalid(path, text, "must be a relative path")] if text.startswith("/") else []
    return errors + no_backsteps(text, path)


def no_backsteps(text: str, path: str) -> Errors:
    """validatePathNoBacksteps."""
    return [field.invalid(path, text, "must not contain '..'")] if ".." in text.split("/") else []


def _empty_dir(given: Object, path: str) -> Errors:
    size = given.get("sizeLimit")
    if size is not None and quantity.nano(size) < 0:
        return [field.forbidden(f"{path}.sizeLimit", "SizeLimit field must be a valid resource quantity")]
    return []


def _host_path(given: Object, path: str) -> Errors:
    text = given.get("path", "")
    if not text:
        return [field.required(f"{path}.path")]
    errors = no_backsteps(text, f"{path}.path")
    if given.get("type", "") not in HOST_PATH_TYPES:
        errors.append(field.not_supported(f"{path}.type", given["type"], HOST_PATH_TYPES))
    return errors


def _mode(value: Any, path: str) -> Errors:
    return [field.invalid(path, value, MODE)] if value is not None and not 0 <= value <= 0o777 else []


def _items(given: list[Object] | None, path: str, first: int = 0) -> Errors:
    errors: Errors = []
    for place, item in enumerate(given or (), first):
        at = f"{path}[{place}]"
        if not item.get("key"):
            errors.append(field.required(f"{at}.key"))
        if not item.get("path"):
            errors.append(field.required(f"{at}.path"))
        else:
            errors += _unreserved(item["path"], f"{at}.path")
        errors += _mode(item.get("mode"), f"{at}.mode")
    return errors


def _unreserved(text: str, path: str) -> Errors:
    """validateLocalNonReservedPath: names beginning with two dots are the kubelet's own."""
    errors = descending(text, path)
    if text.startswith("..") and not text.startswith("../"):
        errors.append(field.invalid(path, text, "must not start with '..'"))
    return errors


def _secret(given: Object, path: str) -> Errors:
    errors = [] if given.get("secretName") else [field.required(f"{path}.secretName")]
    return errors + _mode(given.get("defaultMode"), f"{path}.defaultMode") + _items(given.get("items"), f"{path}.items")


def _config_map(given: Object, path: str) -> Errors:
    errors = [] if given.get("name") else [field.required(f"{path}.name")]
    return errors + _mode(given.get("defaultMode"), f"{path}.defaultMode") + _items(given.get("items"), f"{path}.items")


def _downward(given: Object, path: str) -> Errors:
    errors = _mode(given.get("defaultMode"), f"{path}.defaultMode")
    for item in given.get("items") or ():
        errors += _downward_item(item, path)
    return errors


def _downward_item(item: Object, path: str) -> Errors:
    errors = [] if item.get("path") else [field.required(f"{path}.path")]
    if item.get("path"):
        errors += _unreserved(item["path"], f"{path}.path")
    if item.get("fieldRef") is not None:
        errors += environment.field_ref(item["fieldRef"], environment.VOLUME_FIELDS, f"{path}.fieldRef")
        if item.get("resourceFieldRef") is not None:
            errors.append(field.invalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"))
    elif item.get("resourceFieldRef") is not None:
        errors += environment.resource_ref(item["resourceFieldRef"], f"{path}.resourceFieldRef", True)
    else:
        errors.append(field.required(path, "one of fieldRef and resourceFieldRef is required"))
    return errors + _mode(item.get("mode"), f"{path}.mode")


PROJECTIONS = ("secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate")


def _projected(given: Object, path: str) -> Errors:
    errors = _mode(given.get("defaultMode"), f"{path}.defaultMode")
    taken: dict[str, bool] = {}
    for place, projection in enumerate(given.get("sources") or ()):
        at = f"{path}.sources[{place}]"
        for kind in ("secret", "configMap"):
            value = projection.get(kind)
            if value is not None:
                name = value.get("name", "")
                errors += [] if name else [field.required(f"{at}.{kind}.name")]
                for number, item in enumerate(value.get("items") or ()):
                    errors += _items([item], f"{at}.{kind}.items", number) + _once(item.get("path"), taken, path, name)
        for item in (projection.get("downwardAPI") or {}).get("items") or ():
            errors += _downward_item(item, f"{at}.downwardAPI") + _once(item.get("path"), taken, path, item.get("path"))
        if projection.get("serviceAccountToken") is not None:
            errors += _token(projection["serviceAccountToken"], f"{at}.serviceAccountToken", f"{path}.path")
        if len([kind for kind in PROJECTIONS if projection.get(kind) is not None]) > 1:
            errors.append(field.forbidden(at, "may not specify more than 1 volume type per source"))
    return errors


def _once(text: str | None, taken: dict[str, bool], path: str, shown: str | None) -> Errors:
    if not text:
        return []
    if text in taken:
        return [field.invalid(path, shown, "conflicting duplicate paths")]
    taken[text] = True
    return []


def _token(given: Object, path: str, where: str) -> Errors:
    seconds, errors = given.get("expirationSeconds", 3600), []
    if seconds < 600:
        errors.append(field.invalid(f"{path}.expirationSeconds", seconds, "may not specify a duration less than 10 minutes"))
    if seconds > 1 << 32:
        errors.append(field.invalid(f"{path}.expirationSeconds", seconds, "may not specify a duration larger than 2^32 seconds"))
    return errors + (_unreserved(given["path"], where) if given.get("path") else [field.required(where)])


def _claim(given: Object, path: str) -> Errors:
    return [] if given.get("claimName") else [field.required(f"{path}.claimName")]


def _nfs(given: Object, path: str) -> Errors:
    errors = [] if given.get("server") else [field.required(f"{path}.server")]
    if not given.get("path"):
        errors.append(field.required(f"{path}.path"))
    elif not given["path"].startswith("/"):
        errors.append(field.invalid(f"{path}.path", given["path"], "must be an absolute path"))
    return errors


def _ephemeral(given: Object, path: str) -> Errors:
    template = given.get("volumeClaimTemplate")
    if template is None:
        return [field.required(f"{path}.volumeClaimTemplate")]
    meta, at = template.get("metadata") or {}, f"{path}.volumeClaimTemplate"
    errors = object_meta.annotations(meta.get("annotations") or {}, f"{at}.metadata.annotations")
    errors += object_meta.labels(meta.get("labels") or {}, f"{at}.metadata.labels")
    errors += [field.forbidden(f"{at}.metadata.{key}", "cannot be set") for key in meta
               if key not in ("annotations", "labels") and meta[key] not in (None, "", [], {})]
    return errors + claims.claim_spec(template.get("spec") or {}, f"{at}.spec")


def _csi(given: Object, path: str) -> Errors:
    driver = given.get("driver", "")
    if not driver:
        return [field.required(f"{path}.driver")]
    return [field.invalid(f"{path}.driver", driver, text) for text in names.dns_subdomain(driver)]


def _image(given: Object, path: str) -> Errors:
    return [] if given.get("reference") else [field.required(f"{path}.reference")]


def _any(given: Object, path: str) -> Errors:
    return []


SOURCES: dict[str, Callable[[Object, str], Errors]] = {
    "emptyDir": _empty_dir, "hostPath": _host_path, "gitRepo": _any, "gcePersistentDisk": _any, "awsElasticBlockStore": _any,
    "secret": _secret, "nfs": _nfs, "iscsi": _any, "glusterfs": _any, "flocker": _any, "persistentVolumeClaim": _claim,
    "rbd": _any, "cinder": _any, "cephfs": _any, "quobyte": _any, "downwardAPI": _downward, "fc": _any, "flexVolume": _any,
    "configMap": _config_map, "azureFile": _any, "vsphereVolume": _any, "photonPersistentDisk": _any, "portworxVolume": _any,
    "azureDisk": _any, "storageos": _any, "projected": _projected, "scaleIO": _any, "csi": _csi, "ephemeral": _ephemeral,
    "image": _image,
}
