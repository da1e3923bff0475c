"""apply: the fourth language of PATCH, and the only one that may create.

The body is a whole configuration, as YAML or JSON. What it names is laid over the live object, what its manager named
before and does not now is taken away, and what others own is a conflict unless forced. Then everything goes as for a
create or an update, with the record of owners already made.

Upstream: k8s.io/apiserver/pkg/endpoints/handlers/patch.go (applyPatcher).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cluster_sim.api import managed_fields, meta, status, yaml
from cluster_sim.api.managed_fields import typed
from cluster_sim.api.managed_fields.structure import Structure
from cluster_sim.api.status import ApiError, bad_request
from cluster_sim.apiserver import conversion, decoding, go_text, strategies
from cluster_sim.apiserver.object_meta import storage_key
from cluster_sim.apiserver.outcome import Outcome
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.verbs import create, update

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]


def apply(server: APIServer, info: RequestInfo, call: Object) -> Outcome:
    """Server-side apply of an object or of its status."""
    config = configuration(info, call["body"])
    create.in_namespace(config, info, info.kind)  # only checked here
    stored = server.cache.get(*storage_key(info.kind, info.namespace, info.name))
    if stored is not None and not meta.name(config):
        config = meta.with_metadata(config, name=info.name)
    update.check_name(config, info)
    if stored is None and info.subresource:
        raise ApiError(status.not_found(info.plural, info.name, info.group))
    old = conversion.to_version(server, stored, info.kind.api_version) if stored is not None else None
    made = managed_fields.apply(
        old, config, structure_of(server, info), info.first("fieldManager"), server.kernel.timestamp(),
        info.flag("force"), info.subresource, has_status(info),
    )  # fmt: skip
    info.managed_fields = meta.metadata(made).get("managedFields") or []
    if old is None and strategy_of(server, info).status:
        made = {key: value for key, value in made.items() if key != "status"}
    new = decoding.decode(server, info, meta.with_metadata(made, managedFields=None))
    if old is None:
        return _create(server, info, call, new)
    new = create.in_namespace(meta.with_metadata(new, managedFields=info.managed_fields), info, info.kind)
    if info.subresource == "status":
        from cluster_sim.apiserver.subresources import status as status_subresource

        return status_subresource.replace(server, info, old, new)
    return update.replace(server, info, call, old, new)


def _create(server: APIServer, info: RequestInfo, call: Object, new: Object) -> Outcome:
    """Apply of what is not there needs the right to create it."""
    server.authorizer.check(replace(info, verb="create"))
    if meta.uid(new):
        raise ApiError(status.conflict(info.plural, info.name, "uid mismatch: the provided object specified uid "
                                       f"{meta.uid(new)}, and no existing object was found", info.group))  # fmt: skip
    return create.store(server, info, call, meta.with_metadata(new, resourceVersion=None))


def replicas(server: APIServer, info: RequestInfo, call: Object, old: Object) -> int:
    """Server-side apply of a Scale: the replicas it comes to. Who owns them is noted for the object itself."""
    config = configuration(info, call["body"], SCALE)
    update.check_name(config, info)
    wrong = typed.problems(config, managed_fields.of_kind(*SCALE))
    if wrong:
        raise ApiError(status.unknown(f"failed to create typed patch object ({meta.namespace(config)}/{info.name}; "
                                      f"{SCALE[0]}, Kind={SCALE[1]}): {wrong[0]}"))  # fmt: skip
    given = config.get("spec") or {}
    spec = {"replicas": given["replicas"]} if "replicas" in given else {}
    made = managed_fields.apply(
        old, {"apiVersion": old["apiVersion"], "kind": old["kind"], "metadata": {"name": info.name}, "spec": spec},
        structure_of(server, info), info.first("fieldManager"), server.kernel.timestamp(), info.flag("force"), "scale",
    )  # fmt: skip
    info.managed_fields = meta.metadata(made).get("managedFields") or []
    return int((made.get("spec") or {}).get("replicas", 0))


SCALE = ("autoscaling/v1", "Scale")


def configuration(info: RequestInfo, body: Any, wanted: tuple[str, str] | None = None) -> Object:
    """The object of the body, of the request's kind or the one wanted; raises ApiError 400."""
    value, twice = body, list[tuple[str, int]]()
    if isinstance(body, (str, bytes)):
        try:
            value = yaml.load(body if isinstance(body, str) else body.decode("utf-8", "replace"), twice)
        except yaml.YamlError as error:
            where = f"line {error.line}: " if error.line > 1 else ""  # upstream counts from 0 and leaves 0 out
            raise ApiError(bad_request(
                f"error decoding YAML: error converting YAML to JSON: yaml: {where}{error.message}")) from None  # fmt: skip
    value = {} if value is None else value
    if not isinstance(value, dict):
        words = ((list, "array"), (str, "string"), (bool, "bool"))
        word = next((word for kind, word in words if isinstance(value, kind)), "number")
        raise ApiError(bad_request("error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
                                   f"{word} into Go value of type map[string]interface {{}}"))  # fmt: skip
    _check_twice(info, twice)
    version, kind = str(value.get("apiVersion") or "/"), str(value.get("kind") or "")
    if (version, kind) != (wanted or (info.kind.api_version, info.kind.kind)):
        place = version if "/" in version else f"/{version}"
        raise ApiError(bad_request(f"invalid object type: {place}, Kind={kind}"))
    if value.get("metadata") is not None and not isinstance(value["metadata"], dict):
        where = version if "/" in version else f"/{version}"
        text = (f"failed to create typed patch object (/; {where}, Kind={kind}): .metadata: expected map, got "
                f"&{{{go_text.plus_v(value['metadata'])}}}")  # fmt: skip
        raise ApiError(status.unknown(text))
    return value


def _check_twice(info: RequestInfo, twice: list[tuple[str, int]]) -> None:
    """Keys given twice: refused, warned of or ignored, as fieldValidation says."""
    mode = info.first("fieldValidation") or "Warn"
    if not twice or mode == "Ignore":
        return
    found = [f'line {line}: key "{key}" already set in map' for key, line in twice]
    if mode == "Strict":
        lines = "".join(f"\n  {text}" for text in found)
        raise ApiError(bad_request(
            f"error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:{lines}"))  # fmt: skip
    info.warnings.extend(found)


def structure_of(server: APIServer, info: RequestInfo) -> Structure:
    """How the fields of the request's kind are owned."""
    if not server.custom.owns(info.kind):
        return managed_fields.of_kind(info.kind.api_version, info.kind.kind)
    custom = (server.custom.version(info.kind).get("schema") or {}).get("openAPIV3Schema")
    return managed_fields.of_kind(info.kind.api_version, info.kind.kind, custom)


def strategy_of(server: APIServer, info: RequestInfo) -> strategies.Strategy:
    """How the store treats the kind."""
    return server.custom.strategy(info.kind) if server.custom.owns(info.kind) else strategies.of(info.kind)


def has_status(info: RequestInfo) -> bool:
    """Whether the kind's status has an endpoint of its own, so that nobody owns it by a plain write."""
    return "status" in info.kind.subresources
