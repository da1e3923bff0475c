"""Rules: x-kubernetes-validations, conditions in CEL over a value and, when it changes, over what it was.

Upstream: k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel. A rule that mentions oldSelf is a *transition rule*:
it is only evaluated when there is an old value. The real server refuses rules by their estimated cost and checks their
types; ours tries a rule on a value made from the schema, and bounds its length.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from cluster_sim.api import expressions, field
from cluster_sim.api.field import FieldError

Schema = dict[str, Any]
Errors = list[FieldError]

RULES = "x-kubernetes-validations"
MAX_RULE = 5 << 10  # letters
_RESERVED = ("true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if",
             "import", "let", "loop", "package", "namespace", "return", "var", "void", "while")  # fmt: skip
_REASONS = {"FieldValueInvalid": field.INVALID, "FieldValueForbidden": field.FORBIDDEN,
            "FieldValueRequired": field.REQUIRED, "FieldValueDuplicate": field.DUPLICATE}  # fmt: skip


def escape(name: str) -> str:
    """A field's name as a rule writes it."""
    if name in _RESERVED:
        return f"__{name}__"
    for plain, word in (("__", "__underscores__"), (".", "__dot__"), ("-", "__dash__"), ("/", "__slash__")):
        name = name.replace(plain, word)
    return name


def _value(value: Any, schema: Schema) -> Any:
    """A value as rules see it: escaped names, doubles where the schema says number, times as times."""
    if isinstance(value, dict):
        known, rest = schema.get("properties"), schema.get("additionalProperties")
        if known:
            return {escape(name): _value(item, known.get(name, {})) for name, item in value.items()}
        return {name: _value(item, rest if isinstance(rest, dict) else {}) for name, item in value.items()}
    if isinstance(value, list):
        items = schema.get("items") or {}
        return [_value(item, items) for item in value]
    if schema.get("type") == "number" and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if schema.get("type") == "integer" and isinstance(value, float):
        return int(value)
    if schema.get("format") == "date-time" and isinstance(value, str):
        try:
            return datetime.fromisoformat(value.replace("Z", "+00:00"))
        except ValueError:
            return value
    return value


def is_transition(rule: str) -> bool:
    """Whether a rule speaks of the old value."""
    return "oldSelf" in rule and "oldSelf" in expressions.compiled(rule).variables()


def check_rules(value: Any, schema: Schema, old: Any = None, has_old: bool = False, path: str = "") -> Errors:
    """What the rules of a schema complain of; has_old: there was a value before, `old`."""
    found: Errors = []
    if RULES in schema:
        found += _evaluate(value, schema, old, has_old, path)
    if isinstance(value, dict):
        known, rest = schema.get("properties") or {}, schema.get("additionalProperties")
        before = old if isinstance(old, dict) else {}
        for name, item in value.items():
            child = known.get(name) or (rest if isinstance(rest, dict) else None)
            if child is not None:
                here = f"{path}.{name}" if path else name
                found += check_rules(item, child, before.get(name), name in before, here)
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        before_items = _correlated(value, old, schema)
        for place, item in enumerate(value):
            known_before = place in before_items
            found += check_rules(item, schema["items"], before_items.get(place), known_before, f"{path}[{place}]")
    return found


def _correlated(value: list[Any], old: Any, schema: Schema) -> dict[int, Any]:
    """place → the old element it was, for lists that have keys; others have no history."""
    if schema.get("x-kubernetes-list-type") != "map" or not isinstance(old, list):
        return {}
    keys = schema.get("x-kubernetes-list-map-keys") or []

    def key(item: Any) -> tuple[Any, ...]:
        return tuple(item.get(name) for name in keys) if isinstance(item, dict) else ()

    return {place: before for place, item in enumerate(value) for before in old if key(before) == key(item)}


def _evaluate(value: Any, schema: Schema, old: Any, has_old: bool, path: str) -> Errors:
    found: Errors = []
    variables = {"self": _value(value, schema)}
    if has_old:
        variables["oldSelf"] = _value(old, schema)
    for rule in schema[RULES]:
        text = rule.get("rule", "")
        try:
            if is_transition(text) and not has_old:
                continue
            holds = expressions.run(text, variables)
        except Exception as error:  # whatever CEL raises is the rule's fault
            found.append(field.invalid(_place(path, rule), _shown(value), f"{expressions.reason(error)} evaluating rule: {text}"))
            continue
        if holds is not True:
            found.append(_complaint(rule, value, path, variables))
    return found


def _place(path: str, rule: Schema) -> str:
    return f"{path}{rule.get('fieldPath', '')}".lstrip(".")


def _shown(value: Any) -> Any:
    return field.OMIT if isinstance(value, (dict, list)) else value


def _complaint(rule: Schema, value: Any, path: str, variables: dict[str, Any]) -> FieldError:
    message = (rule.get("message") or "").strip()
    if rule.get("messageExpression"):
        try:
            told = expressions.run(rule["messageExpression"], variables)
            message = told.strip() if isinstance(told, str) and told.strip() and "\n" not in told else message
        except Exception:  # then the fixed message
            pass
    message = message or f"failed rule: {rule.get('rule', '').strip()}"
    reason = _REASONS.get(rule.get("reason", ""), field.INVALID)
    return FieldError(reason, _place(path, rule), _shown(value), message)


def sample(schema: Schema) -> Any:
    """A value that has everything its schema knows, for trying rules."""
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        known = {name: sample(child) for name, child in (schema.get("properties") or {}).items()}
        rest = schema.get("additionalProperties")
        return {**known, "key": sample(rest)} if isinstance(rest, dict) else known
    if kind == "array":
        return [sample(schema.get("items") or {})]
    if schema.get("format") == "date-time":
        return "2026-01-01T00:00:00Z"
    return {"integer": 1, "number": 1.5, "boolean": True, "string": "a"}.get(str(kind), "a")


def problem(rule: str, schema: Schema) -> str | None:
    """Why a rule cannot be one of this schema's, None when it can: it is parsed, and tried on a sample."""
    if not rule.strip():
        return "rule is not specified"
    if len(rule) > MAX_RULE:
        return f"rule is longer than {MAX_RULE} letters"
    value = _value(sample(schema), schema)
    try:
        result = expressions.run(rule, {"self": value, "oldSelf": value})
    except KeyError as error:
        return f"compilation failed: ERROR: <input>: undefined field '{error.args[0] if error.args else ''}'"
    except (IndexError, ZeroDivisionError, OverflowError):
        return None  # it depends on the value
    except Exception as error:
        if isinstance(error, ValueError) and "parse" not in str(error):
            return None
        return f"compilation failed: {re.sub(r'^Failed to parse expression .*?: ', '', str(error)).splitlines()[0]}"
    return None if isinstance(result, bool) else "cel expression must evaluate to a bool"
