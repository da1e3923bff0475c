"""Custom resources: what their own schemas do to them.

A CustomResourceDefinition brings a *structural* schema: every part has a type, and the server can therefore drop what
it does not know (`structural.prune`), fill in defaults (`structural.fill`), check values (`validate`) and evaluate
rules in CEL (`rules`). `definition` checks the definitions themselves. Upstream:
k8s.io/apiextensions-apiserver/pkg/apiserver/schema and pkg/apiserver/validation.
"""

from .definition import check_definition
from .rules import check_rules
from .structural import fill, prune
from .validate import check_lists, check_values

__all__ = ["check_definition", "check_lists", "check_rules", "check_values", "fill", "prune"]
