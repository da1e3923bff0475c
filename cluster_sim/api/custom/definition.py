"""Definitions: whether a CustomResourceDefinition is one.

Upstream: k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation and pkg/apiserver/schema/validation.go. The
real server keeps a schema that all versions share at the top of its internal object: so the paths of its complaints
begin with spec.validation when there is one version, with spec.versions[i].schema when schemas differ.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, names
from cluster_sim.api.field import FieldError

from .rules import RULES, problem
from .validate import check_values

Object = dict[str, Any]
Schema = dict[str, Any]
Errors = list[FieldError]

_SHARED = ("schema", "subresources", "additionalPrinterColumns", "selectableFields")
_TYPES = ("array", "boolean", "integer", "number", "object", "string")


def check_definition(obj: Object) -> Errors:
    """Everything wrong with a definition's metadata.name and spec."""
    spec = obj.get("spec") or {}
    given, found = spec.get("names") or {}, []
    group, plural = spec.get("group", ""), given.get("plural", "")
    name = (obj.get("metadata") or {}).get("name", "")
    if name != f"{plural}.{group}":
        found.append(field.invalid("metadata.name", name, 'must be spec.names.plural+"."+spec.group'))
    found += _group(group)
    scope = spec.get("scope", "")
    if not scope:
        found.append(field.required("spec.scope"))
    elif scope not in ("Cluster", "Namespaced"):
        found.append(field.not_supported("spec.scope", scope, ["Cluster", "Namespaced"]))
    found += _versions(spec.get("versions") or [])
    found += _names(given)
    found += _schemas(spec.get("versions") or [])
    found += _stored(obj, spec.get("versions") or [])
    return found


def _group(group: str) -> Errors:
    if not group:
        return [field.required("spec.group")]
    complaints = names.dns_subdomain(group)
    if complaints:
        return [field.invalid("spec.group", group, ",".join(complaints))]
    if "." not in group:
        return [field.invalid("spec.group", group, "should be a domain with at least one dot")]
    return []


def shared(versions: list[Object], part: str) -> bool:
    """Whether all versions say the same of a part, so that upstream keeps it at the top."""
    return all(version.get(part) == versions[0].get(part) for version in versions) if versions else False


_INTERNAL = {"name": "Name", "served": "Served", "storage": "Storage", "deprecated": "Deprecated",
             "deprecationWarning": "DeprecationWarning", "schema": "Schema", "subresources": "Subresources",
             "additionalPrinterColumns": "AdditionalPrinterColumns",
             "selectableFields": "SelectableFields"}  # fmt: skip


def _internal(versions: list[Object]) -> list[Object]:
    """The versions as upstream's internal type prints them."""
    hoisted = [part for part in _SHARED if shared(versions, part)]
    zero = {"deprecated": False}
    return [
        {word: None if part in hoisted else version.get(part, zero.get(part)) for part, word in _INTERNAL.items()}
        for version in versions
    ]


def _versions(versions: list[Object]) -> Errors:
    found: Errors = []
    seen: list[str] = []
    for place, version in enumerate(versions):
        name = version.get("name", "")
        if complaints := names.dns_1035_label(name):
            found.append(field.invalid(f"spec.versions[{place}].name", name, ",".join(complaints)))
        seen.append(name)
    if len(dict.fromkeys(seen)) != len(seen):
        found.append(field.invalid("spec.versions", _internal(versions), "must contain unique version names"))
    if sum(bool(version.get("storage")) for version in versions) != 1:
        words = "must have exactly one version marked as storage version"
        found.append(field.invalid("spec.versions", _internal(versions), words))
    return found


def _names(given: Object) -> Errors:
    found: Errors = []
    for part in ("plural", "singular", "kind", "listKind"):
        name = given.get(part, "")
        path = f"spec.names.{part}"
        if not name:
            if part in ("plural", "kind"):
                found.append(field.required(path))
            continue
        complaints = names.dns_1035_label(name.lower() if part in ("kind", "listKind") else name)
        if complaints:
            mixed = "may have mixed case, but should otherwise match: " if part in ("kind", "listKind") else ""
            found.append(field.invalid(path, name, mixed + ",".join(complaints)))
    for place, name in enumerate(given.get("shortNames") or ()):
        if complaints := names.dns_1035_label(name):
            found.append(field.invalid(f"spec.names.shortNames[{place}]", name, ",".join(complaints)))
    if given.get("kind") and given.get("kind") == given.get("listKind"):
        found.append(field.invalid("spec.names.listKind", given["listKind"], "kind and listKind may not be the same"))
    for place, name in enumerate(given.get("categories") or ()):
        if complaints := names.dns_1035_label(name):
            found.append(field.invalid(f"spec.names.categories[{place}]", name, ",".join(complaints)))
    return found


def _schemas(versions: list[Object]) -> Errors:
    found: Errors = []
    together = shared(versions, "schema")
    for place, version in enumerate(versions):
        own = f"spec.versions[{place}].schema.openAPIV3Schema"
        schema = (version.get("schema") or {}).get("openAPIV3Schema")
        if schema is None:
            found.append(field.required(own))
        elif place == 0 or not together:
            found += _root(schema, "spec.validation.openAPIV3Schema" if together else own)
    return found


def _root(schema: Schema, path: str) -> Errors:
    kind = schema.get("type")
    if not kind:
        return [field.required(f"{path}.type", "must not be empty at the root")]
    if kind != "object":
        return [field.invalid(f"{path}.type", kind, "must be object at the root")]
    if schema.get("nullable"):
        return [field.forbidden(f"{path}.nullable", "nullable cannot be true at the root")]
    return _part(schema, path, root=True)


def _part(schema: Schema, path: str, root: bool = False) -> Errors:
    """One node of a structural schema, and all below it."""
    found = [] if root else _typed(schema, path)
    if schema.get("uniqueItems"):
        found.append(field.forbidden(f"{path}.uniqueItems", "uniqueItems cannot be set to true since the runtime "
                                     "complexity becomes quadratic"))  # fmt: skip
    if schema.get("properties") and schema.get("additionalProperties"):
        words = "additionalProperties and properties are mutual exclusive"
        found.append(field.forbidden(f"{path}.additionalProperties", words))
    for number, rule in enumerate(schema.get(RULES) or ()):
        if (why := problem(rule.get("rule", ""), schema)) is not None:
            found.append(field.invalid(f"{path}.{RULES}[{number}].rule", rule.get("rule", ""), why))
    if "default" in schema:
        wrong = check_values(schema["default"], {**schema, "default": None}, f"{path}.default".lstrip("."))
        found += wrong
    for name, child in (schema.get("properties") or {}).items():
        if not (root and name == "metadata"):
            found += _part(child, f"{path}.properties[{name}]")
    if isinstance(schema.get("additionalProperties"), dict):
        found += _part(schema["additionalProperties"], f"{path}.additionalProperties")
    if isinstance(schema.get("items"), dict):
        found += _part(schema["items"], f"{path}.items")
    return found


def _typed(schema: Schema, path: str) -> Errors:
    kind = schema.get("type")
    if schema.get("x-kubernetes-int-or-string") or schema.get("x-kubernetes-preserve-unknown-fields") and not kind:
        return []
    if not kind:
        what = "array items" if path.endswith(".items") else "specified object fields"
        return [field.required(f"{path}.type", f"must not be empty for {what}")]
    if kind not in _TYPES:
        return [field.not_supported(f"{path}.type", kind, _TYPES)]
    if kind == "array" and not isinstance(schema.get("items"), dict):
        return [field.required(f"{path}.items", "must be specified")]
    return []


def _stored(obj: Object, versions: list[Object]) -> Errors:
    """status.storedVersions must have every version that objects may be stored in."""
    stored = (obj.get("status") or {}).get("storedVersions")
    if not stored:
        return []
    found: Errors = []
    for place, name in enumerate(stored):
        if name not in [version.get("name") for version in versions]:
            words = "missing from spec.versions; must remain in spec.versions until removed from status.storedVersions"
            found.append(field.invalid(f"status.storedVersions[{place}]", name, words))
    last = [version["name"] for version in versions if version.get("storage")][-1:]
    if last and last[0] not in stored:
        found.append(field.invalid("status.storedVersions", stored, f"must have the storage version {last[0]}"))
    return found
