"""The ClusterRole aggregation controller: roles made of other roles.

A ClusterRole with an aggregationRule has no rules of its own: they are gathered from all ClusterRoles its selectors
match. So whoever adds a kind of resource adds rights to `view`, `edit` and `admin` with a label.

Source: kubernetes pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go.
"""

from __future__ import annotations

from collections.abc import Iterable

from cluster_sim.api import meta, selectors
from cluster_sim.client import Controller
from cluster_sim.controllers.pods import Object
from cluster_sim.kernel import DETAIL
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "aggregation.write": "ClusterRole aggregation controller gathers {count} rules into {role}",
}, file="cluster_sim/controllers/clusterrole_aggregation.py")


def gathered(role: Object, others: Iterable[Object]) -> list[Object]:
    """The rules of all other roles that match, by name, each once."""
    rules: list[Object] = []
    matching = (other for other in others if meta.name(other) != meta.name(role) and any(
        selectors.matches(selector, meta.labels(other))
        for selector in role["aggregationRule"].get("clusterRoleSelectors") or ()))
    for other in sorted(matching, key=meta.name):
        rules += [rule for rule in other.get("rules") or () if rule not in rules]
    return rules


class ClusterRoleAggregationController(Controller):
    """ClusterRoles with an aggregationRule."""

    name = "clusterrole-aggregation"
    account = "clusterrole-aggregation-controller"
    watches = ("clusterroles",)

    def keys(self, resource: str, old: Object | None, new: Object | None) -> Iterable[str]:
        """Any change may concern any aggregated role."""
        return [key for key, role in self.lister("clusterroles").objects.items() if role.get("aggregationRule")]

    def sync(self, key: str, span: int) -> None:
        """Write the rules if they differ."""
        role = self.lister("clusterroles").get(key)
        if role is None or not role.get("aggregationRule"):
            return
        rules = gathered(role, self.lister("clusterroles").list())
        if rules != (role.get("rules") or []):
            self.update("clusterroles", {**role, "rules": rules}, subject=key, phrase="aggregation.write", level=DETAIL,
                        args={"role": key, "count": len(rules)})
