"""In which form an object is answered: as it is, as a Table, as metadata only, in another version of its group.

Upstream: k8s.io/apiserver/pkg/endpoints/handlers/response.go, negotiation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import resources, tables
from cluster_sim.apiserver import conversion, negotiation, request_info
from cluster_sim.apiserver.scale import scale_of

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

BETA = "meta.k8s.io/v1beta1"


def accept(call: Object) -> str:
    """ "Table", "PartialObjectMetadata", "PartialObjectMetadataList" or "": what the client asked to be given."""
    return negotiation.shape(call).kind if negotiation.accept_header(call) else ""


def in_version(body: Object, call: Object) -> Object:
    """A Table or metadata in the version of meta.k8s.io that was asked for (v1 is what they are made in)."""
    if negotiation.shape(call).version != "v1beta1":
        return body
    return _beta(body)


def _beta(body: Object) -> Object:
    new = {**body, "apiVersion": BETA}
    if "rows" in body:
        new["rows"] = [{**row, "object": {**row["object"], "apiVersion": BETA}}
                       if (row.get("object") or {}).get("kind") == "PartialObjectMetadata" else row for row in body["rows"]]
    if body.get("kind") == "PartialObjectMetadataList":
        new["items"] = [{**item, "apiVersion": BETA} for item in body["items"]]
    return new


def view(name: str, obj: Object | None) -> Any:
    """An object made from the committed one."""
    if name == "scale" and obj is not None:
        return scale_of(obj)
    return obj


def present(server: APIServer, call: Object, body: Any, shape: str) -> Any:
    """A single object in the version of the path and the shape asked for."""
    if not isinstance(body, dict) or body.get("kind") in (None, "Status", "Scale"):
        return body
    version = body.get("apiVersion", "")
    if not shape and call["path"].startswith(f"/apis/{version}/" if "/" in version else f"/api/{version}/"):
        return body  # as it is stored: nearly every answer
    info = request_info.parse(call["verb"], call["path"])
    resource = server.custom.find(info.group, info.version, info.plural) or resources.by_plural(
        info.plural, info.group, info.version
    )
    if resource is None:
        return body
    body = conversion.to_version(server, body, resource.api_version)
    if shape == "Table" and not info.subresource:
        return in_version(table(server, resource, [body], {"resourceVersion": body["metadata"].get("resourceVersion", "")},
                                info.first("includeObject", "Metadata")), call)
    if shape == "PartialObjectMetadata":
        return in_version(partial(body), call)
    return body


def partial(obj: Object) -> Object:
    """Only the metadata of an object."""
    return tables.partial_metadata(obj)


def table(server: APIServer, resource: Any, objects: list[Object], metadata: Object, include: str) -> Object:
    """What kubectl prints."""
    now = server.kernel.epoch + server.kernel.now
    columns = server.custom.columns(resource) if server.custom.find(resource.group, resource.version, resource.plural) else None
    made: Object = tables.table(resource, objects, now, include, metadata, columns)
    return made


def events(server: APIServer, row: Object, given: list[list[Any]]) -> list[list[Any]]:
    """Watch events in the shape their watcher asked for."""
    shaped = []
    for kind, obj in given:
        if kind == "ERROR":
            shaped.append([kind, obj])
            continue
        if row["convert"] and kind != "BOOKMARK":
            obj = conversion.to_version(server, obj, row["apiVersion"])
        if row["shape"] == "Table":
            resource = (server.custom.find(row["group"], row["version"], row["plural"])
                        or resources.by_plural(row["plural"], row["group"], row["version"]))
            meta = {"resourceVersion": obj["metadata"]["resourceVersion"]}
            obj = table(server, resource, [obj], meta, row["include"])
            if row.get("headed"):
                obj = {**obj, "columnDefinitions": None}  # only the first of a watch tells the columns
            row["headed"] = True
        elif row["shape"] == "PartialObjectMetadata":
            obj = partial(obj)
        if row["beta"] and kind != "ERROR":
            obj = _beta(obj)
        shaped.append([kind, obj])
    return shaped
