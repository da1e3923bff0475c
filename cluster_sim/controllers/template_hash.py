"""pod-template-hash: the short word that tells one version of a template from another (`web-5d9c7b8f6d`).

The real controllers print the template's Go structs field by field, nil pointers and all, and hash that text: FNV-1a,
32 bits, in decimal, with its digits spelled in an alphabet without vowels. So the hash depends on the Go types of
its version (ours are 1.36's, in pod_template_types.txt): an upgrade may change every hash, which is why a ReplicaSet
is recognised by comparing templates and not by its name.

Source: kubernetes pkg/controller/controller_utils.go (ComputeHash), pkg/util/hash, apimachinery util/dump and
util/rand (SafeEncodeString), davecgh/go-spew format.go.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from cluster_sim.api import quantity

ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
FNV_OFFSET, FNV_PRIME = 2166136261, 16777619
ZEROES = {"bool": "false", "int32": "0", "int64": "0", "uint8": "0"}

Field = tuple[str, str, str]  # Go's name, JSON's name ("" for an embedded struct), Go's type


def compute_hash(template: dict[str, Any], collision_count: int | None = None) -> str:
    """The hash of a pod template; a collision count makes another one of the same template."""
    text = f"(v1.PodTemplateSpec){dump(template, 'v1.PodTemplateSpec')}".encode()
    if collision_count is not None:
        text += collision_count.to_bytes(4, "little") + bytes(4)  # eight bytes, of which PutUint32 fills four
    return safe_encode(str(fnv32a(text)))


def hash_text(text: str) -> str:
    """The same word for any text."""
    return safe_encode(str(fnv32a(text.encode())))


def fnv32a(data: bytes) -> int:
    """FNV-1a in 32 bits."""
    value = FNV_OFFSET
    for byte in data:
        value = (value ^ byte) * FNV_PRIME & 0xFFFFFFFF
    return value


def safe_encode(digits: str) -> str:
    """Each character as a letter or digit that forms no words."""
    return "".join(ALPHABET[ord(digit) % len(ALPHABET)] for digit in digits)


@lru_cache(maxsize=1)
def structs() -> dict[str, tuple[Field, ...]]:
    """Every struct a pod template can hold, with its fields in Go's order."""
    found: dict[str, tuple[Field, ...]] = {}
    lines = Path(__file__).with_name("pod_template_types.txt").read_text().splitlines()
    for line in lines:
        name, _, rest = line.partition(" ")
        if name and not name.startswith("#"):
            found[f"v1.{name}"] = tuple(_field(word) for word in rest.split())
    return found


def _field(word: str) -> Field:
    """`Name:type`, `Name=json:type`, `Name@:type` for an embedded struct, whose fields stand among its parent's."""
    names, _, kind = word.partition(":")
    name, _, json = names.partition("=")
    if name.endswith("@"):
        return name[:-1], json, kind
    return name, json or name[0].lower() + name[1:], kind


def dump(value: Any, kind: str) -> str:
    """A value of a Go type as spew prints it, without the type in front."""
    if kind.startswith("*"):
        return "<nil>" if value is None else dump(value, kind[1:])
    if kind == "v1.ResourceList":
        kind = "map[v1.ResourceName]resource.Quantity"
    if kind.startswith("[]"):
        return "<nil>" if not value else f"[{' '.join(_element(item, kind[2:]) for item in value)}]"
    if kind.startswith("map["):
        inner = kind[kind.index("]") + 1:]
        return "<nil>" if not value else f"map[{' '.join(f'{key}:{dump(value[key], inner)}' for key in sorted(value))}]"
    if kind == "resource.Quantity":
        return _quantity(value)
    if kind == "intstr.IntOrString":
        return _int_or_string(value)
    if kind == "v1.Time":
        return "{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}"
    if kind in structs():
        return "{" + " ".join(_dump_field(value or {}, field) for field in structs()[kind]) + "}"
    if value is None:
        return ZEROES.get(kind, "")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _element(value: Any, kind: str) -> str:
    """In a list, only pointers say what they are."""
    return f"<*>{dump(value, kind[1:])}" if kind.startswith("*") else dump(value, kind)


def _dump_field(value: dict[str, Any], field: Field) -> str:
    name, json, kind = field
    inner = value.get(json) if json else value
    return f"{name}:({kind}){dump(inner, kind)}"


def _quantity(text: Any) -> str:
    """A small number is kept as an integer and a decimal exponent; the text it was read from stays beside it."""
    match = re.fullmatch(r"([+-]?\d*)\.?(\d*)([a-zA-Z]*)", str(text if text is not None else ""))
    value, scale, form = 0, 0, ""
    if match and text is not None:
        whole, fraction, suffix = match.groups()
        if suffix.endswith("i"):
            value, form = quantity.value(str(text)), "BinarySI"
        else:
            value = int(f"{whole}{fraction}")
            scale, form = {"m": -3, "k": 3, "M": 6, "G": 9, "T": 12}.get(suffix, 0) - len(fraction), "DecimalSI"
    return (f"{{i:(resource.int64Amount){{value:(int64){value} scale:(resource.Scale){scale}}} "
            f"d:(resource.infDecAmount){{Dec:(*inf.Dec)<nil>}} s:(string){text or ''} Format:(resource.Format){form}}}")


def _int_or_string(value: Any) -> str:
    """0 is the type of a number, 1 of a name."""
    if isinstance(value, str):
        return f"{{Type:(intstr.Type)1 IntVal:(int32)0 StrVal:(string){value}}}"
    return f"{{Type:(intstr.Type)0 IntVal:(int32){value or 0} StrVal:(string)}}"
