"""Addresses of Services: cluster IPs and their families, external IPs, the ranges and the status of load balancers.

Upstream: kubernetes/pkg/apis/core/validation/validation.go (ValidateServiceClusterIPsRelatedFields,
validateUpgradeDowngradeClusterIPs, ValidateLoadBalancerStatus).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field, names
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.validation import addresses

Object = dict[str, Any]
Errors = list[FieldError]

FAMILIES = ("IPv4", "IPv6")
POLICIES = ("PreferDualStack", "RequireDualStack", "SingleStack")
ONCE = "may not change once set"
RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
ONLY_BALANCERS = "may only be used when `type` is 'LoadBalancer'"


def check(spec: Object, kind: str) -> Errors:
    """Cluster IPs with their families, and external IPs."""
    errors = _cluster_ips(spec) if kind != "ExternalName" else []
    for place, ip in enumerate(spec.get("externalIPs") or ()):
        at = f"spec.externalIPs[{place}]"
        errors += addresses.ip(ip, at) or addresses.endpoint_ip(ip, at)
    return errors


def _cluster_ips(spec: Object) -> Errors:
    errors: Errors = []
    one, ips, families = spec.get("clusterIP", ""), spec.get("clusterIPs") or [], spec.get("ipFamilies") or []
    if one and ips and ips[0] != one:
        errors.append(field.invalid("spec.clusterIPs", ips, "first value must match `clusterIP`"))
    elif ips and not one:
        errors.append(field.invalid("spec.clusterIPs", ips, "must be empty when `clusterIP` is not specified"))
    for place, family in enumerate(families):
        if family not in FAMILIES:
            errors.append(field.not_supported(f"spec.ipFamilies[{place}]", family, FAMILIES))
        if family in families[:place]:
            errors.append(field.duplicate(f"spec.ipFamilies[{place}]", family))
    if spec.get("ipFamilyPolicy") is not None and spec["ipFamilyPolicy"] not in POLICIES:
        errors.append(field.not_supported("spec.ipFamilyPolicy", spec["ipFamilyPolicy"], POLICIES))
    ips = ips or ([one] if one else [])
    wrong: Errors = []
    for place, ip in enumerate(ips):
        if place == 0 and ip == "None":
            wrong += [field.invalid("spec.clusterIPs", ips, "'None' must be the first and only value")] if len(ips) > 1 else []
        else:
            wrong += addresses.ip(ip, f"spec.clusterIPs[{place}]")
    errors += wrong
    if len(ips) > 2:
        errors.append(field.invalid("spec.clusterIPs", ips, "may only hold up to 2 values"))
    if wrong:
        return errors
    if len(ips) > 1 and sum(":" in ip for ip in ips) in (0, len(ips)):
        errors.append(field.invalid("spec.clusterIPs", ips, "may specify no more than one IP for each IP family"))
    for place, (ip, family) in enumerate(zip(ips, families, strict=False)):
        if ip != "None" and (":" in ip) != (family == "IPv6"):
            errors.append(field.invalid(f"spec.clusterIPs[{place}]", ip,
                                        f"expected an {family} value as indicated by `ipFamilies[{place}]`"))
    return errors


def changed(after: Object, before: Object) -> Errors:
    """What an update may do to cluster IPs and families: add or release a second, never change the first."""
    if "ExternalName" in (after.get("type"), before.get("type")):
        return []
    have, want = before.get("clusterIPs") or [], after.get("clusterIPs") or []
    was_headless, is_headless = have == ["None"], want == ["None"]
    if was_headless and is_headless:
        return []
    errors = _one_stays(want, have, "clusterIPs", want, after.get("ipFamilyPolicy"))
    if was_headless or is_headless:
        return errors
    families = after.get("ipFamilies") or []
    return errors + _one_stays(families, before.get("ipFamilies") or [], "ipFamilies", want, after.get("ipFamilyPolicy"))


def _one_stays(want: list[str], have: list[str], name: str, ips: list[str], policy: str | None) -> Errors:
    path, one = f"spec.{name}", name.removesuffix("s") if name == "clusterIPs" else "ipFamily"
    if len(want) == len(have):
        return [field.invalid(f"{path}[{place if name == 'clusterIPs' else 0}]", want, ONCE)
                for place, value in enumerate(have) if want[place] != value]
    errors: Errors = []
    if len(have) > len(want) and not ips:
        errors.append(field.invalid(f"{path}[0]", want, f"primary {one} can not be unset"))
    if have and want and want[0] != have[0]:
        errors.append(field.invalid(f"{path}[0]", ips, ONCE))
    if len(have) > len(want) == 1 and policy != "SingleStack":
        errors.append(field.invalid("spec.ipFamilyPolicy", policy, f"must be set to 'SingleStack' when releasing the secondary {one}"))
    return errors


def source_ranges(spec: Object, notes: dict[str, str], kind: str) -> Errors:
    """Who may use a load balancer: the field, or the annotation before it. (The odd spelling is upstream's.)"""
    path, given = "spec.LoadBalancerSourceRanges", spec.get("loadBalancerSourceRanges") or []
    errors: Errors = []
    if given:
        errors += [field.forbidden(path, ONLY_BALANCERS)] if kind != "LoadBalancer" else []
        for place, cidr in enumerate(given):
            errors += addresses.cidr(cidr.strip(), f"{path}[{place}]")
    elif RANGES in notes:
        at = f"metadata.annotations[{RANGES}]"
        errors += [field.forbidden(at, ONLY_BALANCERS)] if kind != "LoadBalancer" else []
        for cidr in notes[RANGES].strip().split(",") if notes[RANGES].strip() else ():
            errors += addresses.cidr(cidr.strip(), at)
    return errors


def balancer_status(given: Object, spec: Object, path: str = "status.loadBalancer") -> Errors:
    """ValidateLoadBalancerStatus."""
    entries, errors = given.get("ingress") or [], []
    if spec.get("type") != "LoadBalancer":
        return [field.forbidden(f"{path}.ingress", "may only be used when `spec.type` is 'LoadBalancer'")] if entries else []
    for place, entry in enumerate(entries):
        at, ip, mode, host = f"{path}.ingress[{place}]", entry.get("ip", ""), entry.get("ipMode"), entry.get("hostname", "")
        errors += addresses.ip(ip, f"{at}.ip") if ip else []
        if mode is None:
            errors += [field.required(f"{at}.ipMode", "must be specified when `ip` is set")] if ip else []
        elif not ip:
            errors.append(field.forbidden(f"{at}.ipMode", "may not be specified when `ip` is not set"))
        elif mode not in ("Proxy", "VIP"):
            errors.append(field.not_supported(f"{at}.ipMode", mode, ("Proxy", "VIP")))
        if host:
            errors += [field.invalid(f"{at}.hostname", host, text) for text in names.dns_subdomain(host)]
            errors += [field.invalid(f"{at}.hostname", host, "must be a DNS name, not an IP address")] if addresses.is_ip(host) else []
    return errors
