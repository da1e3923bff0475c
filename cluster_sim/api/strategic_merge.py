"""Strategic merge patch: Kubernetes' own, in which lists merge element by element.

Upstream: k8s.io/apimachinery/pkg/util/strategicpatch/patch.go. A list whose field has the `merge` strategy merges by
its merge key (containers by name) or, of scalars, as a set. Directives: `$patch: replace|delete` in an object,
`$retainKeys`, `$setElementOrder/<list>`, `$deleteFromPrimitiveList/<list>`. Custom resources cannot be patched so.
"""

from __future__ import annotations

from typing import Any

from .json_patch import equal
from .merge_patch import decode_error
from .schema.patch_meta import PatchMeta, definition_of, patch_meta
from .sharing import ByIdentity
from .status import ApiError, bad_request, rejected, unknown, unsupported_media_type

DIRECTIVE = "$patch"
RETAIN_KEYS = "$retainKeys"
ORDER = "$setElementOrder"
DELETE = "$deleteFromPrimitiveList"

Object = dict[str, Any]

ACCEPTED = (
    "the body of the request was in an unknown format - accepted media types include: "
    "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"
)


def printed(value: Any) -> str:
    """A value as Go's %v prints it in an error."""
    if isinstance(value, dict):
        return "map[" + " ".join(f"{key}:{printed(value[key])}" for key in sorted(value)) + "]"
    if isinstance(value, list):
        return "[" + " ".join(map(printed, value)) + "]"
    if value is None or isinstance(value, bool):
        return {None: "<nil>", True: "true", False: "false"}[value]
    return str(value)


def _no_merge_key(element: Any, key: str) -> ApiError:
    return ApiError(unknown(f"map: {printed(element)} does not contain declared merge key: {key}"))


def _bad_format(what: str) -> ApiError:
    return ApiError(bad_request(f"invalid patch format of {what}"))


def _is_clean(value: Any) -> bool:
    """Whether there is neither a directive nor a null anywhere in a dict or list: nearly always."""
    if isinstance(value, dict):
        if DIRECTIVE in value:
            return False
        for item in value.values():
            if item is None or (isinstance(item, (dict, list)) and not _is_clean(item)):
                return False
        return True
    return all(_is_clean(item) for item in value if isinstance(item, (dict, list)))


def _without_directives(value: Any) -> tuple[Any, bool]:
    """What is left of a new value, and whether it is there at all; nulls in it go too."""
    if not isinstance(value, (dict, list)) or _is_clean(value):
        return value, True
    if isinstance(value, dict):
        if DIRECTIVE in value:
            return None, False
        kept = {}
        for key, item in value.items():
            if not isinstance(item, (dict, list)):
                if item is not None:
                    kept[key] = item
                continue
            item, keep = _without_directives(item)
            if keep:
                kept[key] = item
        return kept, True
    return _elements(value), True


def _elements(value: list[Any]) -> list[Any]:
    """`_without_directives` of a new list: the very same one if it has none."""
    return value if _is_clean(value) else [item for item, keep in map(_without_directives, value) if keep]


def _index_of(items: list[Any], wanted: Any, key: str) -> int:
    sought = wanted.get(key) if key and isinstance(wanted, dict) else None
    if type(sought) is str:
        for place, item in enumerate(items):
            if isinstance(item, dict) and item.get(key) == sought:
                return place
        return -1
    for place, item in enumerate(items):
        if key:
            if isinstance(item, dict) and key in item and equal(item[key], wanted.get(key)):
                return place
        elif equal(item, wanted):
            return place
    return -1


def _places(items: list[Any], key: str) -> dict[str, int] | None:
    """Merge key → first place, so that nobody searches; None unless every key is text (in Kubernetes, all but ports)."""
    places: dict[str, int] = {}
    for place, item in enumerate(items):
        value = item.get(key) if isinstance(item, dict) else None
        if type(value) is not str:
            return None
        places.setdefault(value, place)
    return places


def _ordered_by_name(merged: list[Any], patch_order: list[Any], server_order: list[Any], key: str) -> list[Any] | None:
    """`_ordered` where every merge key is text; None where it is not."""
    wanted, known, names = _places(patch_order, key), _places(server_order, key), _places(merged, key)
    if wanted is None or known is None or names is None:
        return None
    patched = sorted((item for item in merged if item[key] in wanted), key=lambda item: wanted[item[key]])
    last = len(server_order)
    left = sorted((item for item in merged if item[key] not in wanted), key=lambda item: known.get(item[key], last))
    result, place = [], 0
    for item in left:  # as `_interleave`
        here = known.get(item[key], -1)
        while place < len(patched) and not 0 <= here < known.get(patched[place][key], -1):
            result.append(patched[place])
            place += 1
        result.append(item)
    return result + patched[place:]


def _in_order(items: list[Any], order: list[Any], key: str) -> list[Any]:
    """Sorted by their place in `order`; what is not there comes last, as it stood."""
    places = [(_index_of(order, item, key), place) for place, item in enumerate(items)]
    ranked = sorted(range(len(items)), key=lambda n: (places[n][0] if places[n][0] >= 0 else len(order), n))
    return [items[n] for n in ranked]


def _interleave(left: list[Any], right: list[Any], order: list[Any], key: str) -> list[Any]:
    """mergeSortedSlice: server-only items go before the first patch item that stood after them on the server."""
    merged: list[Any] = []
    left, right = list(left), list(right)
    while left and right:
        first, second = _index_of(order, left[0], key), _index_of(order, right[0], key)
        merged.append(left.pop(0) if 0 <= first < second else right.pop(0))
    return merged + left + right


def _ordered(merged: list[Any], patch_order: list[Any], server_order: list[Any], key: str) -> list[Any]:
    if key:
        for item in merged:
            if key not in item:
                raise _no_merge_key(item, key)
        by_name = _ordered_by_name(merged, patch_order, server_order, key)
        if by_name is not None:
            return by_name
    patched = [item for item in merged if _index_of(patch_order, item, key) >= 0]
    server_only = [item for item in merged if _index_of(patch_order, item, key) < 0]
    patched = _in_order(patched, patch_order, key)
    server_only = _in_order(server_only, server_order, key)
    return _interleave(server_only, patched, server_order, key)


_merged = ByIdentity()


def _merge_by_name(original: list[Any], patch: list[Any], meta: PatchMeta) -> list[Any] | None:
    """`_merge_elements` where every merge key is text and stands once in its list; None where it is not so.

    As nearly every patch is (conditions by type, containers by name), and pods of one template that are at the same
    point have the very same lists: their merge is the same list, too.
    """
    key, definition = meta.merge_key, meta.definition
    known: list[Any] | None = _merged.find(original, patch, definition)
    if known is not None:
        return known
    places, wanted = _places(original, key), _places(patch, key)
    if places is None or wanted is None or len(places) < len(original) or len(wanted) < len(patch):
        return None
    patched = []
    for element in patch:
        if DIRECTIVE in element or RETAIN_KEYS in element:
            return None
        place = places.get(element[key])
        patched.append(_without_directives(element)[0] if place is None else _merge(original[place], element, definition))
    result, place = [], 0
    for here, item in enumerate(original):  # as `_interleave`
        if item[key] in wanted:
            continue
        while place < len(patched) and here >= places.get(patched[place][key], -1):
            result.append(patched[place])
            place += 1
        result.append(item)
    result += patched[place:]
    _merged.keep(result, original, patch, definition)
    return result


def _merge_elements(original: list[Any], patch: list[Any], meta: PatchMeta) -> list[Any]:
    """Two lists of objects, by merge key."""
    by_name = _merge_by_name(original, patch, meta)
    if by_name is not None:
        return by_name
    key, plain, replace = meta.merge_key, [], False
    for element in patch:
        directive = element.get(DIRECTIVE)
        if directive is None:
            plain.append(element)
        elif directive == "delete":
            if key not in element:
                raise _no_merge_key(element, key)
            original = [item for item in original if not equal(item.get(key), element[key])]
        elif directive == "replace":
            replace = True
        elif directive == "merge":
            raise ApiError(unknown("merging lists cannot yet be specified in the patch"))
        else:
            raise ApiError(unknown(f"unknown patch type: {directive} in map: {printed(element)}"))
    if replace:
        return [_without_directives(item)[0] for item in plain]
    merged = list(original)
    for element in plain:
        if key not in element:
            raise _no_merge_key(element, key)
        place = _index_of(merged, element, key)
        if place >= 0:
            merged[place] = _merge(merged[place], element, meta.definition)
        else:
            merged.append(_without_directives(element)[0])
    return _ordered(merged, plain, original, key)


def _merge_list(original: list[Any], patch: list[Any], meta: PatchMeta) -> list[Any]:
    if not meta.merges:
        return _elements(patch)
    if not original and not patch:
        return original
    elements = [*original, *patch]
    kinds = [*map(_container, elements)]
    if list in kinds:
        raise ApiError(rejected())
    if kinds[0] is dict:
        if kinds.count(dict) < len(kinds):
            raise ApiError(unknown("list element types are not identical"))
        if not meta.merge_key:
            raise ApiError(unknown("cannot merge lists without merge key for "))
        return _merge_elements(original, patch, meta)
    merged: list[Any] = []
    for item in elements:
        if _index_of(merged, item, "") < 0:
            merged.append(item)
    return _ordered(merged, patch, original, "")


def _container(value: Any) -> type | None:
    return dict if isinstance(value, dict) else list if isinstance(value, list) else None


def _retain(original: Object, patch: Object) -> Object:
    kept = patch[RETAIN_KEYS]
    if not isinstance(kept, list):
        raise _bad_format("retainKeys")
    for key, value in patch.items():
        if value is not None and key != RETAIN_KEYS and not key.startswith((DELETE, ORDER)) and key not in kept:
            raise _bad_format("retainKeys")
    return {key: value for key, value in original.items() if key in kept}


def _check_order(patch: list[Any], order: list[Any], key: str) -> None:
    """The patch's elements must come in the order the directive gives."""
    if not order or not patch:
        return
    rest = list(order)
    for element in patch:
        if key and DIRECTIVE in element:
            continue
        place = _index_of(rest, element, key)
        if place < 0:
            text = f"The order in patch list:\n{printed(patch)}\n doesn't match {ORDER} list:\n{printed(order)}\n"
            raise ApiError(unknown(text))
        rest = rest[place + 1 :]


def _set_order(original: Object, patch: Object, directive: str, definition: str) -> Object:
    """Merge the list a $setElementOrder directive speaks of, and put it into that order."""
    order, (_, slash, name) = patch[directive], directive.partition("/")
    if not slash or not isinstance(order, list):
        raise _bad_format("setElementOrder list")
    meta = patch_meta(definition, name)
    have, given = original.get(name), patch.get(name)
    if given is not None and not isinstance(given, list) or have is not None and not isinstance(have, list):
        raise _bad_format("setElementOrder list")
    _check_order(given or [], order, meta.merge_key)
    if have is None and given is None:
        return original
    if have is None:
        merged = _elements(given or [])
    else:
        merged = have if given is None else _merge_list(have, given, meta)
    return {**original, name: _ordered(merged, order, have or [], meta.merge_key)}


def _merge(original: Object | None, patch: Object, definition: str) -> Object:
    directive = patch.get(DIRECTIVE)
    if directive == "replace":
        return {key: value for key, value in patch.items() if key != DIRECTIVE}
    if directive == "delete":
        return {}
    if directive is not None:
        raise ApiError(unknown(f"unknown patch type: {directive} in map: {printed(patch)}"))
    result = dict(original or {})
    if RETAIN_KEYS in patch:
        result = _retain(result, patch)
    if "$" not in "".join([key[:1] for key in patch]):  # no directives: nearly every patch
        for key, value in patch.items():
            if value is None:
                result.pop(key, None)
            else:
                _merge_field(result, key, value, definition)
        return result
    done = [RETAIN_KEYS]
    for key in patch:
        if key.startswith(ORDER):
            result = _set_order(result, patch, key, definition)
            done += [key, key.partition("/")[2]] if isinstance(patch.get(key.partition("/")[2]), list) else [key]
    for key, value in patch.items():
        if key in done:
            continue
        if key.startswith(DELETE):
            _, slash, name = key.partition("/")
            if not slash or not isinstance(value, list):
                raise _bad_format("primitive list")
            if name in result:
                result[name] = [item for item in result[name] if _index_of(value, item, "") < 0]
        elif value is None:
            result.pop(key, None)
        else:
            _merge_field(result, key, value, definition)
    return result


def _merge_field(result: Object, key: str, value: Any, definition: str) -> None:
    """Put one field of the patch into `result`, a dict of our own making."""
    if not isinstance(value, (dict, list)):
        result[key] = value
        return
    have = result.get(key)
    meta = patch_meta(definition, key)
    if isinstance(have, dict) and isinstance(value, dict) and "replace" not in meta.strategies:
        result[key] = _merge(have, value, meta.definition)
    elif isinstance(have, list) and isinstance(value, list):
        result[key] = _merge_list(have, value, meta)
    else:
        new, keep = _without_directives(value)
        if keep:
            result[key] = new
        else:
            result.pop(key, None)


def strategic_merge_patch(obj: Object, patch: Any, api_version: str, kind: str) -> Object:
    """The patched object; raises ApiError (400, 415 for a custom resource, 422, 500) as upstream does."""
    definition = definition_of(api_version, kind)
    if not definition:
        raise ApiError(unsupported_media_type(ACCEPTED))
    if not isinstance(patch, dict):
        raise decode_error(patch)
    return _merge(obj, patch, definition)
