"""ConfigMaps, Secrets, ServiceAccounts.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (ValidateConfigMap, ValidateSecret).
"""

from __future__ import annotations

import base64
import json
from typing import Any

from cluster_sim.api import field, names
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver import go_text

Object = dict[str, Any]
Errors = list[FieldError]

SIZE = 1024 * 1024
FROZEN = "field is immutable when `immutable` is set"
ACCOUNT = "kubernetes.io/service-account.name"


def _keys(obj: Object, name: str) -> Errors:
    errors: Errors = []
    for key in sorted(obj.get(name) or ()):
        errors += [field.invalid(f"{name}[{key}]", key, text) for text in names.config_key(key)]
    return errors


def configmap(obj: Object) -> Errors:
    """ValidateConfigMap."""
    data, binary = obj.get("data") or {}, obj.get("binaryData") or {}
    errors = _keys(obj, "data")
    for key in sorted(data):
        if key in binary:
            errors.append(field.invalid(f"data[{key}]", key, "duplicate of key present in binaryData"))
    errors += _keys(obj, "binaryData")
    total = sum(len(text.encode()) for text in data.values()) + sum(len(text) * 3 // 4 for text in binary.values())
    if total > SIZE:
        errors.append(field.too_long("", SIZE))
    return errors


def configmap_update(new: Object, old: Object) -> Errors:
    """ValidateConfigMapUpdate."""
    errors: Errors = []
    if old.get("immutable"):
        if not new.get("immutable"):
            errors.append(field.forbidden("immutable", FROZEN))
        errors += [field.forbidden(name, FROZEN) for name in ("data", "binaryData") if new.get(name) != old.get(name)]
    return errors + configmap(new)


def secret(obj: Object) -> Errors:
    """ValidateSecret."""
    data, kind = obj.get("data") or {}, obj.get("type", "")
    errors = _keys(obj, "data")
    if sum(len(text) * 3 // 4 for text in data.values()) > SIZE:
        errors.append(field.too_long("data", SIZE))
    if kind == "kubernetes.io/service-account-token":
        if not (obj["metadata"].get("annotations") or {}).get(ACCOUNT):
            errors.append(field.required(f"metadata.annotations[{ACCOUNT}]"))
    elif kind == "kubernetes.io/dockercfg":
        errors += _json(data, ".dockercfg")
    elif kind == "kubernetes.io/dockerconfigjson":
        errors += _json(data, ".dockerconfigjson")
    elif kind == "kubernetes.io/basic-auth":
        if "username" not in data and "password" not in data:
            errors += [field.required("data[username]"), field.required("data[password]")]
    elif kind == "kubernetes.io/ssh-auth":
        if not data.get("ssh-privatekey"):
            errors.append(field.required("data[ssh-privatekey]"))
    elif kind == "kubernetes.io/tls":
        errors += [field.required(f"data[{key}]") for key in ("tls.crt", "tls.key") if key not in data]
    return errors


def _json(data: Object, key: str) -> Errors:
    if key not in data:
        return [field.required(f"data[{key}]")]
    text = base64.b64decode(data[key]).decode("utf-8", "replace")
    try:
        json.loads(text)
    except ValueError as error:
        return [field.invalid(f"data[{key}]", "<secret contents redacted>", go_text.json_error(text, error))]
    return []


def secret_update(new: Object, old: Object) -> Errors:
    """ValidateSecretUpdate."""
    errors: Errors = []
    if new.get("type") != old.get("type"):
        errors.append(field.invalid("type", new.get("type", ""), field.IMMUTABLE))
    if old.get("immutable"):
        if not new.get("immutable"):
            errors.append(field.forbidden("immutable", FROZEN))
        if new.get("data") != old.get("data"):
            errors.append(field.forbidden("data", FROZEN))
    return errors + secret(new)


def service_account_update(new: Object, old: Object) -> Errors:
    """ValidateServiceAccountUpdate: nothing but the metadata is checked."""
    return []
