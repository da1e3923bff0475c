"""Validation beyond the recordings: fields and complaints, in upstream's words."""

import pytest

from cluster_sim.apiserver.validation import (
    batch,
    claims,
    cron,
    ingress,
    limits,
    networking,
    persistent_volumes,
    pod_spec,
    rollout,
    service,
)
from cluster_sim.apiserver.validation import storage_kinds as storage

GOOD = {"name": "c", "image": "x:1", "terminationMessagePolicy": "File", "imagePullPolicy": "Always"}
POD = {"restartPolicy": "Always", "dnsPolicy": "ClusterFirst", "containers": [GOOD]}


def told(errors):
    return [f"{error.field}: {error.body()}" for error in errors]


def container(**more):
    return {**POD, "containers": [{**GOOD, **more}]}


@pytest.mark.parametrize(("spec", "complaints"), [
    (POD, []),
    (container(env=[{"name": "A", "valueFrom": {}}]),
     ['spec.containers[0].env[0].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, '
      "`configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"]),
    (container(envFrom=[{"configMapRef": {}}]), ["spec.containers[0].envFrom[0].configMapRef.name: Required value"]),
    (container(ports=[{"containerPort": 70000, "protocol": "TCP"}]),
     ["spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive"]),
    (container(ports=[{"containerPort": 1, "protocol": "ICMP"}]),
     ['spec.containers[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"']),
    (container(resources={"requests": {"example.com/gpu": "1"}}),
     ["spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable resources"]),
    (container(resources={"requests": {"example.com/gpu": "1"}, "limits": {"example.com/gpu": "2"}}),
     ['spec.containers[0].resources.requests: Invalid value: "1": must be equal to example.com/gpu limit of 2']),
    (container(readinessProbe={"exec": {}}), ["spec.containers[0].readinessProbe.exec.command: Required value"]),
    (container(lifecycle={"preStop": {}}), ["spec.containers[0].lifecycle.preStop: Required value: must specify a handler type"]),
    (container(securityContext={"privileged": True, "allowPrivilegeEscalation": False}),
     ['spec.containers[0].securityContext: Invalid value: {"privileged":true,"allowPrivilegeEscalation":false}: cannot set '
      "`allowPrivilegeEscalation` to false and `privileged` to true"]),
    ({**POD, "volumes": [{"name": "v", "configMap": {}}]}, ["spec.volumes[0].configMap.name: Required value"]),
    ({**POD, "volumes": [{"name": "v", "hostPath": {"path": "/a/../b"}}]},
     ['spec.volumes[0].hostPath.path: Invalid value: "/a/../b": must not contain \'..\'']),
    ({**POD, "volumes": [{"name": "v", "emptyDir": {}}, {"name": "v", "emptyDir": {}}]},
     ['spec.volumes[1].name: Duplicate value: "v"']),
    ({**POD, "initContainers": [{**GOOD, "name": "c"}]}, ['spec.initContainers[0].name: Duplicate value: "c"']),
    ({**POD, "initContainers": [{**GOOD, "name": "i", "livenessProbe": {"exec": {"command": ["x"]}}}]},
     ["spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always"]),
    ({**POD, "hostNetwork": True, "containers": [{**GOOD, "ports": [{"containerPort": 1, "hostPort": 2, "protocol": "TCP"}]}]},
     ["spec.containers[0].ports[0].hostPort: Invalid value: 2: must match `containerPort` when `hostNetwork` is true"]),
    ({**POD, "tolerations": [{"effect": "NoSchedule"}]},
     ['spec.tolerations[0].operator: Invalid value: "": operator must be Exists when `key` is empty, which means "match all '
      'values and all keys"']),
    ({**POD, "imagePullSecrets": [{}]}, []),
    (container(restartPolicy="Never", restartPolicyRules=[{"action": "Restart", "exitCodes": {"operator": "In", "values": [42]}}]), []),
    (container(restartPolicy="Sometimes", restartPolicyRules=[{"action": "Restart"}]),
     ['spec.containers[0].restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "Never", "OnFailure"',
      "spec.containers[0].restartPolicyRules[0].exitCodes: Required value: must be specified"]),
    ({**POD, "hostnameOverride": "a", "setHostnameAsFQDN": True},
     ["spec.hostnameOverride: Forbidden: may not be specified when setHostnameAsFQDN is true"]),
    (container(volumeMounts=[{"name": "v", "mountPath": "/v", "mountPropagation": "Bidirectional"}]),
     ['spec.containers[0].volumeMounts[0].name: Not found: "v"', "spec.containers[0].volumeMounts.mountPropagation: Forbidden: "
      "Bidirectional mount propagation is available only to privileged containers"]),
    ({**POD, "volumes": [{"name": "v", "projected": {"sources": [{"serviceAccountToken": {}}]}}]},
     ["spec.volumes[0].projected.path: Required value"]),
    ({**POD, "volumes": [{"name": "v", "projected": {"sources": [
        {"secret": {"name": "a", "items": [{"key": "k", "path": "p"}]}}, {"configMap": {"name": "b", "items": [{"key": "k", "path": "p"}]}}]}}]},
     ['spec.volumes[0].projected: Invalid value: "b": conflicting duplicate paths']),
    ({**POD, "shareProcessNamespace": True, "hostPID": True},
     ["spec.securityContext.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled"]),
    ({**POD, "hostNetwork": True, "securityContext": {"sysctls": [{"name": "net.core.somaxconn"}, {"name": "net.core.somaxconn"}]}},
     ["spec.securityContext.sysctls[0].name: Invalid value: \"net.core.somaxconn\": may not be specified when 'hostNetwork' is true",
      'spec.securityContext.sysctls[1].name: Duplicate value: "net.core.somaxconn"',
      "spec.securityContext.sysctls[1].name: Invalid value: \"net.core.somaxconn\": may not be specified when 'hostNetwork' is true"]),
    ({**POD, "securityContext": {"seccompProfile": {"type": "Sometimes"}}},
     ['spec.securityContext.seccompProfile.type: Unsupported value: "Sometimes": supported values: "Localhost", "RuntimeDefault", '
      '"Unconfined"']),
    ({**POD, "os": {"name": "windows"}, "hostPID": True}, ["spec.hostPID: Forbidden: cannot be set for a windows pod"]),
    ({**POD, "os": {"name": "plan9"}}, ['spec.os: Unsupported value: "plan9": supported values: "linux", "windows"']),
    ({**container(resources={"requests": {"cpu": "2"}}), "resources": {"requests": {"cpu": "1"}}},
     ['spec.resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate container requests of 2']),
    (container(resources={"limits": {"hugepages-2Mi": "3Mi", "memory": "1Gi"}, "requests": {"hugepages-2Mi": "3Mi", "memory": "1Gi"}}),
     [f'spec.containers[0].resources.{kind}[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi'
      for kind in ("limits", "requests")]),
    ({**POD, "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
        {"matchExpressions": [{"key": "a", "operator": "In", "values": ["b c"]}]}]}}}},
     ["spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values[0]: "
      "Invalid value: \"b c\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must "
      "start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
      "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"]),
    ({**POD, "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "z", "whenUnsatisfiable": "DoNotSchedule",
                                            "matchLabelKeys": ["a"]}]},
     ["spec.topologySpreadConstraints[0].matchLabelKeys: Forbidden: must not be specified when labelSelector is not set"]),
])
def test_a_pods_spec(spec, complaints):
    assert told(pod_spec.validate(spec, "spec")) == complaints


@pytest.mark.parametrize(("schedule", "complaint"), [
    ("*/5 * * * *", ""), ("0 9-17/2 * jan,mar MON-FRI", ""), ("@hourly", ""), ("? ? ? ? ?", ""),
    ("* * * *", "expected exactly 5 fields, found 4: [* * * *]"), ("* 24 * * *", "end of range (24) above maximum (23): 24"),
    ("* * 0 * *", "beginning of range (0) below minimum (1): 0"), ("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"),
    ("*/0 * * * *", "step of range should be a positive number: */0"), ("@often", "unrecognized descriptor: @often"),
    ("x * * * *", 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax')])
def test_cron_schedules(schedule, complaint):
    assert cron.error(schedule) == complaint


@pytest.mark.parametrize(("check", "given", "complaints"), [
    (rollout.daemonset_strategy, {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 1}},
     ["x.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero"]),
    (rollout.daemonset_strategy, {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 0}},
     ["x.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0"]),
    (rollout.statefulset_strategy, {"type": "RollingUpdate", "rollingUpdate": {"partition": -1}},
     ["x.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0"]),
    (rollout.deployment_strategy, {"type": "Sometimes"},
     ['x: Unsupported value: {"Type":"Sometimes","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"']),
])
def test_update_strategies(check, given, complaints):
    assert told(check(given, "x")) == complaints


@pytest.mark.parametrize(("kind", "obj", "complaints"), [
    (service.validate, {"spec": {"type": "ClusterIP", "sessionAffinity": "None", "clusterIP": "None"}}, []),
    (service.validate, {"spec": {"type": "ClusterIP", "sessionAffinity": "None", "ports": [
        {"port": 80, "protocol": "TCP", "targetPort": 80, "nodePort": 30001}]}},
     ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"]),
    (service.validate, {"spec": {"type": "ClusterIP", "sessionAffinity": "None", "ports": [
        {"port": 80, "protocol": "TCP", "targetPort": 80}], "externalIPs": ["127.0.0.1"], "loadBalancerClass": "a/b"}},
     ['spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
      "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'"]),
    (service.validate, {"spec": {"type": "ClusterIP", "sessionAffinity": "None", "clusterIP": "10.96.0.9", "ipFamilies": ["IPv6"],
                                 "trafficDistribution": "Far", "ports": [{"port": 80, "protocol": "TCP", "targetPort": 80}]}},
     ['spec.clusterIPs[0]: Invalid value: "10.96.0.9": expected an IPv6 value as indicated by `ipFamilies[0]`',
      'spec.trafficDistribution: Unsupported value: "Far": supported values: "PreferClose", "PreferSameZone", "PreferSameNode"']),
    (limits.resource_quota, {"spec": {"hard": {"pods": "1", "requests.cpu": "1"}, "scopes": ["BestEffort", "NotBestEffort"]}},
     ['spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: unsupported scope applied to resource',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes']),
    (limits.resource_quota, {"spec": {"hard": {"pods": "1"}, "scopeSelector": {"matchExpressions": [
        {"scopeName": "PriorityClass", "operator": "In"}]}}},
     ["spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for "
      "scope selector"]),
    (limits.limit_range, {"spec": {"limits": [{"type": "Container", "min": {"cpu": "1"}, "max": {"cpu": "2"},
                                               "maxLimitRequestRatio": {"cpu": "3"}}]}},
     ['spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "3": ratio 3 is greater than max/min = 2.000000']),
    (networking.network_policy, {"spec": {"ingress": [{"from": [{}]}]}}, ["spec.ingress[0].from[0]: Required value: must specify a peer"]),
    (networking.network_policy, {"spec": {"egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["11.0.0.0/16"]}}]}]}},
     ['spec.egress[0].to[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`']),
    (ingress.validate, {"metadata": {}, "spec": {"rules": [{"host": "1.2.3.4"}]}},
     ['spec.rules[0].host: Invalid value: "1.2.3.4": must be a DNS name, not an IP address']),
    (claims.claim, {"spec": {"accessModes": ["ReadWriteOnce", "ReadWriteOncePod"], "resources": {"requests": {"storage": "1"}}}},
     ["spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes"]),
    (storage.storage_class, {"provisioner": "x", "volumeBindingMode": "Soon"},
     ['volumeBindingMode: Unsupported value: "Soon": supported values: "Immediate", "WaitForFirstConsumer"']),
    (limits.limit_range, {"spec": {"limits": [{"type": "Pod", "default": {"cpu": "1"}}]}},
     ["spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'"]),
    (batch.cronjob, {"metadata": {"name": "j"}, "spec": {"schedule": "* * * * *", "concurrencyPolicy": "Maybe", "jobTemplate": {
        "spec": {"template": {"spec": {**POD, "restartPolicy": "Never"}}}}}},
     ['spec.concurrencyPolicy: Unsupported value: "Maybe": supported values: "Allow", "Forbid", "Replace"']),
])
def test_other_kinds(kind, obj, complaints):
    assert told(kind(obj)) == complaints


@pytest.mark.parametrize(("check", "new", "old", "complaints"), [
    (claims.claim_update, {"storage": "1Gi"}, {"storage": "2Gi"},
     ["spec: Forbidden: " + claims.CLAIM_FROZEN]),
    (claims.claim_update, {"storage": "2Gi", "phase": "Bound"}, {"storage": "1Gi", "phase": "Bound"}, []),
    (claims.claim_update, {"storage": "1Gi", "phase": "Bound"}, {"storage": "2Gi", "phase": "Bound"},
     ["spec.resources.requests.storage: Forbidden: field can not be less than status.capacity"]),
])
def test_a_claims_size(check, new, old, complaints):
    def made(storage, phase="Pending"):
        status = {"phase": phase, **({"capacity": {"storage": storage}} if phase == "Bound" else {})}
        return {"metadata": {}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": storage}}},
                "status": status}

    assert told(check(made(**new), made(**old))) == complaints


@pytest.mark.parametrize(("check", "obj", "complaints"), [
    (persistent_volumes.volume, {"spec": {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "1"}, "local": {"path": "/a/.."}}},
     ['spec.local.path: Invalid value: "/a/..": must not contain \'..\'',
      "spec.nodeAffinity: Required value: Local volume requires node affinity"]),
    (persistent_volumes.volume, {"spec": {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "1"}, "csi": {"driver": "d"},
                                          "volumeAttributesClassName": ""}},
     ["spec.csi.volumeHandle: Required value", "spec.volumeAttributesClassName: Required value: an empty string is disallowed"]),
    (storage.attachment, {"spec": {"attacher": "a", "nodeName": "n", "source": {}}},
     ["spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName"]),
    (storage.csi_node, {"spec": {"drivers": [{"name": "a", "nodeID": "n"}, {"name": "a", "nodeID": ""}]}},
     ["spec.drivers[1].nodeID: Required value", 'spec.drivers[1].name: Duplicate value: "a"']),
    (storage.csi_driver, {"spec": {"attachRequired": True, "podInfoOnMount": False, "fsGroupPolicy": "Never"}},
     ["spec.storageCapacity: Required value",
      'spec.fsGroupPolicy: Unsupported value: "Never": supported values: "File", "None", "ReadWriteOnceWithFSType"']),
    (storage.attributes_class, {"driverName": "d"}, ["parameters: Required value: must contain at least one key/value pair"]),
    (storage.storage_class, {"provisioner": "x", "volumeBindingMode": "Immediate", "allowedTopologies": [
        {"matchLabelExpressions": [{"key": "z", "values": ["a", "a"]}]}]},
     ['allowedTopologies[0].matchLabelExpressions[0].values[1]: Duplicate value: "a"']),
])
def test_storage(check, obj, complaints):
    assert told(check(obj)) == complaints
