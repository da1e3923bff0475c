"""The opening scene: which machines there are, and the manifests that are applied to them first.

A scene is YAML. Its first document is of kind Scene (`apiVersion: podium.dev/v1`); its `spec` says how many control
plane machines and workers there are, or lists them with their sizes. Ordinary Kubernetes manifests follow. Everything
a person can get wrong here is answered with a `SceneError` that names the place and what is allowed.
"""

from __future__ import annotations

import os.path
from dataclasses import dataclass, field
from typing import Any

from cluster_sim.api import yaml

API_VERSION, KIND = "podium.dev/v1", "Scene"
SPEC_FIELDS = ("controlPlanes", "workers", "managedControlPlane", "loadBalancer", "addons")
MACHINE_FIELDS = ("name", "cpu", "memory", "zone", "pods")
ADDONS = ("dns", "kube-proxy", "metrics", "storage-class", "network-policy")
DEFAULT_ADDONS = ADDONS[:4]
MAX_WORKERS = 5_000
MAX_CONTROL_PLANES = 5  # as etcd advises; with an even number one more may fail than with one fewer: none
DEFAULT_WORKERS = 2
WORKER = {"cpu": "2", "memory": "4Gi", "pods": 110}
CONTROL_PLANE = {"cpu": "2", "memory": "2Gi", "pods": 110}


class SceneError(ValueError):
    """The scene cannot be opened; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene that was read and checked. `text` is what the command log keeps."""

    machines: list[dict[str, Any]]
    manifests: list[dict[str, Any]] = field(default_factory=list)
    addons: list[str] = field(default_factory=list)
    load_balancer: bool = False
    text: str = ""


def read(source: str | os.PathLike[str] | dict[str, Any] | list[dict[str, Any]]) -> Scene:
    """Read a scene from a path, YAML text, one document or a list of documents."""
    text = _text(source)
    try:
        documents = yaml.load_all(text)
    except yaml.YamlError as error:
        raise SceneError(f"The scene is not readable YAML. {error}") from error
    documents = [document for document in documents if document is not None]
    for number, document in enumerate(documents, 1):
        if not isinstance(document, dict):
            raise SceneError(f"Document {number} of the scene is no object: it needs apiVersion and kind.")
    spec: dict[str, Any] = {}
    if documents and documents[0].get("kind") == KIND:
        spec = _spec(documents[0])
        documents = documents[1:]
    for number, document in enumerate(documents, 1):
        for wanted in ("apiVersion", "kind"):
            if not isinstance(document.get(wanted), str) or not document[wanted]:
                raise SceneError(f"Manifest {number} of the scene has no {wanted}.")
        if document["kind"] == KIND:
            raise SceneError("The Scene document must come first, and only once.")
    machines = _machines(spec)
    masters = [machine for machine in machines if machine["role"] == "control-plane"]
    return Scene(machines, documents, _addons(spec), spec.get("loadBalancer", len(masters) > 1), text)


def _text(source: Any) -> str:
    if isinstance(source, dict):
        return yaml.dump(source)
    if isinstance(source, list):
        return "---\n".join(yaml.dump(document) for document in source)
    text = os.fspath(source)
    if "\n" not in text and ": " not in text and not text.lstrip().startswith("{"):
        try:
            with open(text, encoding="utf-8") as file:
                return file.read()
        except OSError as error:
            raise SceneError(f"The scene {text!r} cannot be read: {error.strerror}.") from error
        except ValueError as error:
            raise SceneError(f"The scene {text!r} is not text in UTF-8.") from error
    return text


def _spec(document: dict[str, Any]) -> dict[str, Any]:
    if document.get("apiVersion") != API_VERSION:
        raise SceneError(f"A Scene has apiVersion {API_VERSION}, not {document.get('apiVersion')!r}.")
    unknown = [name for name in document if name not in ("apiVersion", "kind", "metadata", "spec")]
    spec = document.get("spec") or {}
    if not isinstance(spec, dict):
        raise SceneError("The Scene's spec must be an object.")
    unknown += [f"spec.{name}" for name in spec if name not in SPEC_FIELDS]
    if unknown:
        raise SceneError(f"The Scene has an unknown field: {', '.join(unknown)}. "
                         f"Its spec may have {', '.join(SPEC_FIELDS)}.")
    for name in ("managedControlPlane", "loadBalancer"):
        if not isinstance(spec.get(name, False), bool):
            raise SceneError(f"spec.{name} must be true or false.")
    return spec


def _machines(spec: dict[str, Any]) -> list[dict[str, Any]]:
    managed = spec.get("managedControlPlane", False)
    masters = _group(spec, "controlPlanes", 1, "master", CONTROL_PLANE, 1, MAX_CONTROL_PLANES)
    workers = _group(spec, "workers", DEFAULT_WORKERS, "worker", WORKER, 0, MAX_WORKERS)
    if len(masters) > 1 and not spec.get("loadBalancer", True):
        raise SceneError("Several control planes need one address for all: spec.loadBalancer cannot be false.")
    machines = [{**machine, "role": "control-plane", "node": not managed} for machine in masters]
    machines += [{**machine, "role": "worker", "node": True} for machine in workers]
    names: dict[str, bool] = {}
    for machine in machines:
        if machine["name"] in names:
            raise SceneError(f"Two machines of the scene are called {machine['name']!r}.")
        names[machine["name"]] = True
    return [{**machine, "index": index} for index, machine in enumerate(machines)]


def _group(spec: dict[str, Any], name: str, default: int, prefix: str, size: dict[str, Any], least: int,
           most: int) -> list[dict[str, Any]]:
    wanted = spec.get(name, default)
    if isinstance(wanted, int) and not isinstance(wanted, bool):
        wanted = [{} for _ in range(min(wanted, most + 1))] if wanted >= 0 else None
    if not isinstance(wanted, list):
        raise SceneError(f"spec.{name} must be a number or a list of machines.")
    if not least <= len(wanted) <= most:
        odd = " Odd numbers are wise: four etcd members bear no more losses than three." if name == "controlPlanes" else ""
        raise SceneError(f"spec.{name} asks for {spec.get(name)!r} machines; there may be {least} to {most}.{odd}")
    return [_machine(item or {}, f"spec.{name}[{index}]", f"{prefix}-{index + 1}", size)
            for index, item in enumerate(wanted)]


def _machine(item: Any, where: str, name: str, size: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise SceneError(f"{where} must be an object with {', '.join(MACHINE_FIELDS)}.")
    unknown = [key for key in item if key not in MACHINE_FIELDS]
    if unknown:
        raise SceneError(f"{where} has an unknown field: {', '.join(map(str, unknown))}. "
                         f"A machine may have {', '.join(MACHINE_FIELDS)}.")
    machine = {"name": name, "zone": None, **size, **item}
    name = machine["name"]
    if not isinstance(name, str) or not name.replace("-", "").replace(".", "").isalnum() or name != name.lower():
        raise SceneError(f"{where}.name {name!r} is no node name: lower case letters, digits, '-' and '.'.")
    return {**machine, "cpu": str(machine["cpu"]), "memory": str(machine["memory"]), "pods": int(machine["pods"])}


def _addons(spec: dict[str, Any]) -> list[str]:
    addons = spec.get("addons", list(DEFAULT_ADDONS))
    unknown = [name for name in addons if name not in ADDONS] if isinstance(addons, list) else [str(addons)]
    if unknown:
        raise SceneError(f"spec.addons names an unknown add-on: {', '.join(map(str, unknown))}. "
                         f"There are {', '.join(ADDONS)}.")
    return list(addons)
