"""The checks behind the levels `baseline` and `restricted`, in the order in which complaints are told.

Upstream: k8s.io/pod-security-admission/policy/check_*.go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Object = dict[str, Any]
# (reason, detail) of a check that fails; None if it holds
Complaint = tuple[str, str] | None

BASELINE_CAPABILITIES = ("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE",
                         "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT")
SAFE_SYSCTLS = ("kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start",
                "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports",
                "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
                "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem")
SELINUX_TYPES = ("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t")
SAFE_VOLUMES = ("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret")
APPARMOR = ("", "RuntimeDefault", "Localhost")
SECCOMP = ("RuntimeDefault", "Localhost")


def _all(spec: Object) -> list[Object]:
    return [container for kind in ("initContainers", "containers", "ephemeralContainers") for container in spec.get(kind) or ()]


def _context(container: Object) -> Object:
    return container.get("securityContext") or {}


def _named(names: list[str], word: str = "container") -> str:
    """ 'container "a"', 'containers "a", "b"'."""
    return f"{word}{'s' if len(names) > 1 else ''} " + ", ".join(f'"{name}"' for name in names)


def _where(spec: Object, wrong: Callable[[Object], bool]) -> list[str]:
    return [container.get("name", "") for container in _all(spec) if wrong(_context(container))]


def _app_armor(spec: Object, meta: Object) -> Complaint:
    setters = []
    pod = ((spec.get("securityContext") or {}).get("appArmorProfile") or {}).get("type", "")
    values = []
    if pod not in APPARMOR:
        setters.append("pod")
        values.append(pod)
    bad = [c for c in _all(spec) if (_context(c).get("appArmorProfile") or {}).get("type", "") not in APPARMOR]
    if bad:
        setters.append(_named([c.get("name", "") for c in bad]))
        values += [_context(c)["appArmorProfile"]["type"] for c in bad]
    if not setters:
        return None
    text = ", ".join(f'"{value}"' for value in dict.fromkeys(values))
    return "forbidden AppArmor profile" + ("s" if len(values) > 1 else ""), (
        f"{' and '.join(setters)} must not set securityContext.appArmorProfile.type to {text}")


def _capabilities_baseline(spec: Object, meta: Object) -> Complaint:
    bad, found = [], []
    for container in _all(spec):
        added = [name for name in (_context(container).get("capabilities") or {}).get("add") or () if name not in BASELINE_CAPABILITIES]
        if added:
            bad.append(container.get("name", ""))
            found += added
    if not bad:
        return None
    words = ", ".join(f'"{name}"' for name in sorted(dict.fromkeys(found)))
    return "non-default capabilities", f"{_named(bad)} must not include {words} in securityContext.capabilities.add"


def _host_namespaces(spec: Object, meta: Object) -> Complaint:
    found = [f"{name}=true" for name in ("hostNetwork", "hostPID", "hostIPC") if spec.get(name)]
    return ("host namespaces", ", ".join(found)) if found else None


def _host_path(spec: Object, meta: Object) -> Complaint:
    found = [volume["name"] for volume in spec.get("volumes") or () if volume.get("hostPath") is not None]
    return ("hostPath volumes", _named(found, "volume")) if found else None


def _host_ports(spec: Object, meta: Object) -> Complaint:
    bad, ports = [], []
    for container in _all(spec):
        used = [port["hostPort"] for port in container.get("ports") or () if port.get("hostPort")]
        if used:
            bad.append(container.get("name", ""))
            ports += used
    if not bad:
        return None
    numbers = sorted({str(port): True for port in ports})
    verb = "uses" if len(bad) == 1 else "use"
    return "hostPort", f"{_named(bad)} {verb} hostPort{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"


def _privileged(spec: Object, meta: Object) -> Complaint:
    bad = _where(spec, lambda context: bool(context.get("privileged")))
    return ("privileged", f"{_named(bad)} must not set securityContext.privileged=true") if bad else None


def _proc_mount(spec: Object, meta: Object) -> Complaint:
    bad = _where(spec, lambda context: context.get("procMount") not in (None, "Default"))
    if not bad:
        return None
    values = ", ".join(f'"{v}"' for v in sorted({_context(c)["procMount"]: True for c in _all(spec)
                                                 if _context(c).get("procMount") not in (None, "Default")}))
    return "procMount", f"{_named(bad)} must not set securityContext.procMount to {values}"


def _se_linux(spec: Object, meta: Object) -> Complaint:
    setters, parts = [], []
    types: dict[str, bool] = {}

    def bad(options: Object | None) -> bool:
        given = options or {}
        if given.get("type", "") not in SELINUX_TYPES:
            types[given["type"]] = True
        for key in ("user", "role"):
            if given.get(key) and f"{key} may not be set" not in parts:
                parts.append(f"{key} may not be set")
        return given.get("type", "") not in SELINUX_TYPES or bool(given.get("user") or given.get("role"))

    if bad((spec.get("securityContext") or {}).get("seLinuxOptions")):
        setters.append("pod")
    names = [c.get("name", "") for c in _all(spec) if bad(_context(c).get("seLinuxOptions"))]
    if names:
        setters.append(_named(names))
    if not setters:
        return None
    first = [f"type{'s' if len(types) > 1 else ''} " + ", ".join(f'"{value}"' for value in sorted(types))] if types else []
    verb = "set" if len(setters) > 1 or len(names) > 1 else "sets"
    return "seLinuxOptions", f"{' and '.join(setters)} {verb} forbidden securityContext.seLinuxOptions: {'; '.join([*first, *sorted(parts, reverse=True)])}"


def _seccomp_baseline(spec: Object, meta: Object) -> Complaint:
    return _seccomp(spec, False)


def _sysctls(spec: Object, meta: Object) -> Complaint:
    found = [item.get("name", "") for item in (spec.get("securityContext") or {}).get("sysctls") or () if item.get("name") not in SAFE_SYSCTLS]
    return ("forbidden sysctls", ", ".join(found)) if found else None


def _host_process(spec: Object, meta: Object) -> Complaint:
    setters = ["pod"] if ((spec.get("securityContext") or {}).get("windowsOptions") or {}).get("hostProcess") else []
    bad = _where(spec, lambda context: bool((context.get("windowsOptions") or {}).get("hostProcess")))
    if bad:
        setters.append(_named(bad))
    return ("hostProcess", f"{' and '.join(setters)} must not set securityContext.windowsOptions.hostProcess=true") if setters else None


def _escalation(spec: Object, meta: Object) -> Complaint:
    bad = _where(spec, lambda context: context.get("allowPrivilegeEscalation") is not False)
    return ("allowPrivilegeEscalation != false", f"{_named(bad)} must set securityContext.allowPrivilegeEscalation=false") if bad else None


def _capabilities_restricted(spec: Object, meta: Object) -> Complaint:
    undropped, adders, added = [], [], []
    for container in _all(spec):
        given = _context(container).get("capabilities") or {}
        if "ALL" not in (given.get("drop") or ()):
            undropped.append(container.get("name", ""))
        extra = [name for name in given.get("add") or () if name != "NET_BIND_SERVICE"]
        if extra:
            adders.append(container.get("name", ""))
            added += extra
    parts = []
    if undropped:
        parts.append(f'{_named(undropped)} must set securityContext.capabilities.drop=["ALL"]')
    if adders:
        words = ", ".join(f'"{name}"' for name in sorted(dict.fromkeys(added)))
        parts.append(f"{_named(adders)} must not include {words} in securityContext.capabilities.add")
    return ("unrestricted capabilities", "; ".join(parts)) if parts else None


def _volumes(spec: Object, meta: Object) -> Complaint:
    bad = []
    types: dict[str, bool] = {}
    for volume in spec.get("volumes") or ():
        kind = next((key for key in volume if key != "name"), "")
        if kind not in SAFE_VOLUMES:
            bad.append(volume["name"])
            types[kind] = True
    if not bad:
        return None
    words = ", ".join(f'"{kind}"' for kind in sorted(types))
    verb = "uses" if len(bad) == 1 else "use"
    return "restricted volume types", f"{_named(bad, 'volume')} {verb} restricted volume type{'s' if len(types) > 1 else ''} {words}"


def _non_root(spec: Object, meta: Object) -> Complaint:
    pod = (spec.get("securityContext") or {}).get("runAsNonRoot")
    refused = [c.get("name", "") for c in _all(spec) if _context(c).get("runAsNonRoot") is False]
    unset = [c.get("name", "") for c in _all(spec) if _context(c).get("runAsNonRoot") is None] if pod is not True else []
    parts = []
    if pod is False:
        parts.append("pod")
    if refused:
        parts.append(_named(refused))
    if parts:
        return "runAsNonRoot != true", f"{' and '.join(parts)} must not set securityContext.runAsNonRoot=false"
    if unset:
        return "runAsNonRoot != true", f"pod or {_named(unset)} must set securityContext.runAsNonRoot=true"
    return None


def _user(spec: Object, meta: Object) -> Complaint:
    setters = ["pod"] if (spec.get("securityContext") or {}).get("runAsUser") == 0 else []
    bad = _where(spec, lambda context: context.get("runAsUser") == 0)
    if bad:
        setters.append(_named(bad))
    return ("runAsUser=0", f"{' and '.join(setters)} must not set runAsUser=0") if setters else None


def _seccomp_restricted(spec: Object, meta: Object) -> Complaint:
    return _seccomp(spec, True)


def _seccomp(spec: Object, restricted: bool) -> Complaint:
    pod = ((spec.get("securityContext") or {}).get("seccompProfile") or {}).get("type")
    setters, values = [], []
    if pod is not None and pod not in SECCOMP:
        setters.append("pod")
        values.append(pod)
    bad, unset = [], []
    for container in _all(spec):
        given = (_context(container).get("seccompProfile") or {}).get("type")
        if given is None:
            if pod not in SECCOMP:
                unset.append(container.get("name", ""))
        elif given not in SECCOMP:
            bad.append(container.get("name", ""))
            values.append(given)
    if bad:
        setters.append(_named(bad))
    if setters:
        words = ", ".join(f'"{value}"' for value in sorted(dict.fromkeys(values)))
        return "seccompProfile", f"{' and '.join(setters)} must not set securityContext.seccompProfile.type to {words}"
    if restricted and unset:
        return "seccompProfile", f'pod or {_named(unset)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"'
    return None


Check = Callable[[Object, Object], Complaint]
BASELINE: tuple[Check, ...] = (_app_armor, _capabilities_baseline, _host_namespaces, _host_path, _host_ports, _privileged,
                               _proc_mount, _se_linux, _seccomp_baseline, _sysctls, _host_process)
# At `restricted` three checks of `baseline` give way to stricter ones.
RESTRICTED: tuple[Check, ...] = (_app_armor, _host_namespaces, _host_ports, _privileged, _proc_mount, _se_linux, _sysctls,
                                 _host_process, _escalation, _capabilities_restricted, _volumes, _non_root, _user,
                                 _seccomp_restricted)
CHECKS = {"privileged": (), "baseline": BASELINE, "restricted": RESTRICTED}


def evaluate(spec: Object, level: str, meta: Object, reasons_only: bool = False) -> str:
    """What is against the level: 'reason (detail), reason (detail)'; "" if nothing is."""
    found = [complaint for check in CHECKS[level] if (complaint := check(spec, meta)) is not None]
    if reasons_only:
        return ", ".join(reason for reason, _ in found)
    return ", ".join(f"{reason} ({detail})" if detail else reason for reason, detail in found)
