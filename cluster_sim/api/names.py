"""Names: what may name an object, a label, a port. Each check returns upstream's complaints, [] when all is well.

Upstream: k8s.io/apimachinery/pkg/util/validation/validation.go.
"""

from __future__ import annotations

import re

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_RFC1035 = "[a-z]([-a-z0-9]*[a-z0-9])?"
_QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL_VALUE = "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?"
_CONFIG_KEY = "[-._a-zA-Z0-9]+"
_ANY = {text: re.compile(text) for text in (_LABEL, _SUBDOMAIN, _RFC1035, _QUALIFIED, _LABEL_VALUE, _CONFIG_KEY)}

SUBDOMAIN_MESSAGE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
    "and must start and end with an alphanumeric character"
)
LABEL_MESSAGE = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
    "and must start and end with an alphanumeric character"
)
RFC1035_MESSAGE = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
    "and end with an alphanumeric character"
)
QUALIFIED_MESSAGE = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
)
LABEL_VALUE_MESSAGE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
    "and must start and end with an alphanumeric character"
)
CONFIG_KEY_MESSAGE = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
ENV_NAME_MESSAGE = (
    "a valid environment variable name must consist only of printable ASCII characters other than '='"
)


def _matches(expression: str, text: str) -> bool:
    return _ANY[expression].fullmatch(text) is not None


def _regex_error(message: str, expression: str, *examples: str) -> str:
    """Upstream's RegexError, with its own two spaces before each "or"."""
    given = "e.g. " + " or ".join(f"'{example}', " for example in examples) if examples else ""
    return f"{message} ({given}regex used for validation is '{expression}')"


def too_long(limit: int, unit: str = "characters") -> str:
    """Names say characters, what is in labels says bytes; both count bytes."""
    return f"must be no more than {limit} {unit}"


def dns_subdomain(text: str, unit: str = "characters") -> list[str]:
    """Most objects' names: up to 253 characters, dots allowed."""
    errors = [too_long(253, unit)] if len(text.encode()) > 253 else []
    if not _matches(_SUBDOMAIN, text):
        errors.append(_regex_error(SUBDOMAIN_MESSAGE, _SUBDOMAIN, "example.com"))
    return errors


def dns_label(text: str) -> list[str]:
    """Namespaces, containers, volumes: up to 63 characters, no dots."""
    errors = [too_long(63)] if len(text.encode()) > 63 else []
    if not _matches(_LABEL, text) and _matches(_SUBDOMAIN, text):
        errors.append("must not contain dots")
    elif not _matches(_LABEL, text):
        errors.append(_regex_error(LABEL_MESSAGE, _LABEL, "my-name", "123-abc"))
    return errors


def dns_1035_label(text: str) -> list[str]:
    """As a label, but it starts with a letter."""
    errors = [too_long(63)] if len(text.encode()) > 63 else []
    if not _matches(_RFC1035, text):
        errors.append(_regex_error(RFC1035_MESSAGE, _RFC1035, "my-name", "abc-123"))
    return errors


def qualified_name(text: str) -> list[str]:
    """Keys of labels, annotations and taints: an optional DNS prefix and a slash, then a name."""
    prefix, slash, name = text.rpartition("/")
    if "/" in prefix:
        return [
            "a valid label key "
            + _regex_error(QUALIFIED_MESSAGE, _QUALIFIED, "MyName", "my.name", "123-abc")
            + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        ]
    errors = []
    if slash:
        if not prefix:
            errors.append("prefix part must be non-empty")
        errors += [f"prefix part {error}" for error in (dns_subdomain(prefix, "bytes") if prefix else [])]
    if not name:
        errors.append("name part must be non-empty")
    elif len(name) > 63:
        errors.append(f"name part {too_long(63, 'bytes')}")
    if not _matches(_QUALIFIED, name):
        errors.append("name part " + _regex_error(QUALIFIED_MESSAGE, _QUALIFIED, "MyName", "my.name", "123-abc"))
    return errors


def label_value(text: str) -> list[str]:
    errors = [too_long(63, "bytes")] if len(text.encode()) > 63 else []
    if not _matches(_LABEL_VALUE, text):
        errors.append(_regex_error(LABEL_VALUE_MESSAGE, _LABEL_VALUE, "MyValue", "my_value", "12345"))
    return errors


def config_key(text: str) -> list[str]:
    """Keys of ConfigMaps and Secrets."""
    errors = [too_long(253)] if len(text.encode()) > 253 else []
    if not _matches(_CONFIG_KEY, text):
        errors.append(_regex_error(CONFIG_KEY_MESSAGE, _CONFIG_KEY, "key.name", "KEY_NAME", "key-name"))
    if text == ".":
        errors.append("must not be '.'")
    elif text == "..":
        errors.append("must not be '..'")
    elif text.startswith(".."):
        errors.append("must not start with '..'")
    return errors


def env_name(text: str) -> list[str]:
    """Environment variables: since 1.34 any printable ASCII but the equals sign."""
    errors = ["environment variable name must be non-empty"] if not text else []
    if not all(" " <= letter <= "~" and letter != "=" for letter in text):
        errors.append(ENV_NAME_MESSAGE)
    return errors


def port_number(number: int) -> list[str]:
    return [] if 1 <= number <= 65535 else ["must be between 1 and 65535, inclusive"]


def port_name(text: str) -> list[str]:
    """IANA service names, as containers and Services use them for ports."""
    errors = []
    if len(text) > 15:
        errors.append("must be no more than 15 characters")
    if not re.fullmatch("[-a-z0-9]+", text):
        errors.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not re.search("[a-z]", text):
        errors.append("must contain at least one letter (a-z)")
    if "--" in text:
        errors.append("must not contain consecutive hyphens")
    if text and (text[0] == "-" or text[-1] == "-"):
        errors.append("must not begin or end with a hyphen")
    return errors
