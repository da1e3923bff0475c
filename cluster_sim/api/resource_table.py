"""The built-in resources, one a line: facts as data, in the order discovery prefers their groups and versions.

Columns, under their group and version: plural, kind, scope (N namespaced, C cluster), verbs (all, or a list), short
names, categories, subresources, and the storage prefix where it is not the plural ("group": the group, then the
plural). "-" is nothing, and so is what is missing at the end. Upstream: the strategies under kubernetes/pkg/registry/
and cmd/kube-apiserver/app (SpecialDefaultResourcePrefixes). Alpha and beta versions are not served, as by default.
"""

from __future__ import annotations

TABLE = """
v1
    bindings Binding N create - - -
    componentstatuses ComponentStatus C get,list cs - -
    configmaps ConfigMap N all cm - -
    endpoints Endpoints N all ep - - services/endpoints
    events Event N all ev - -
    limitranges LimitRange N all limits - -
    namespaces Namespace C create,delete,get,list,patch,update,watch ns - finalize,status
    nodes Node C all no - proxy,status minions
    persistentvolumeclaims PersistentVolumeClaim N all pvc - status
    persistentvolumes PersistentVolume C all pv - status
    pods Pod N all po all attach,binding,ephemeralcontainers,eviction,exec,log,portforward,proxy,resize,status
    podtemplates PodTemplate N all - - -
    replicationcontrollers ReplicationController N all rc all scale,status controllers
    resourcequotas ResourceQuota N all quota - status
    secrets Secret N all - - -
    serviceaccounts ServiceAccount N all sa - token
    services Service N all svc all proxy,status services/specs
apiregistration.k8s.io/v1
    apiservices APIService C all - api-extensions status group
apps/v1
    controllerrevisions ControllerRevision N all - - -
    daemonsets DaemonSet N all ds all status
    deployments Deployment N all deploy all scale,status
    replicasets ReplicaSet N all rs all scale,status
    statefulsets StatefulSet N all sts all scale,status
events.k8s.io/v1
    events Event N all ev - -
authentication.k8s.io/v1
    selfsubjectreviews SelfSubjectReview C create - - -
    tokenreviews TokenReview C create - - -
authorization.k8s.io/v1
    localsubjectaccessreviews LocalSubjectAccessReview N create - - -
    selfsubjectaccessreviews SelfSubjectAccessReview C create - - -
    selfsubjectrulesreviews SelfSubjectRulesReview C create - - -
    subjectaccessreviews SubjectAccessReview C create - - -
autoscaling/v2
    horizontalpodautoscalers HorizontalPodAutoscaler N all hpa all status
autoscaling/v1
    horizontalpodautoscalers HorizontalPodAutoscaler N all hpa all status
batch/v1
    cronjobs CronJob N all cj all status
    jobs Job N all - all status
certificates.k8s.io/v1
    certificatesigningrequests CertificateSigningRequest C all csr - approval,status
networking.k8s.io/v1
    ingressclasses IngressClass C all - - -
    ingresses Ingress N all ing - status ingress
    ipaddresses IPAddress C all ip - -
    networkpolicies NetworkPolicy N all netpol - -
    servicecidrs ServiceCIDR C all - - status
policy/v1
    poddisruptionbudgets PodDisruptionBudget N all pdb - status
rbac.authorization.k8s.io/v1
    clusterrolebindings ClusterRoleBinding C all - - -
    clusterroles ClusterRole C all - - -
    rolebindings RoleBinding N all - - -
    roles Role N all - - -
storage.k8s.io/v1
    csidrivers CSIDriver C all - - -
    csinodes CSINode C all - - -
    csistoragecapacities CSIStorageCapacity N all - - -
    storageclasses StorageClass C all sc - -
    volumeattachments VolumeAttachment C all - - status
    volumeattributesclasses VolumeAttributesClass C all vac - -
admissionregistration.k8s.io/v1
    mutatingadmissionpolicies MutatingAdmissionPolicy C all - api-extensions
    mutatingadmissionpolicybindings MutatingAdmissionPolicyBinding C all - api-extensions
    mutatingwebhookconfigurations MutatingWebhookConfiguration C all - api-extensions -
    validatingadmissionpolicies ValidatingAdmissionPolicy C all - api-extensions status
    validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding C all - api-extensions
    validatingwebhookconfigurations ValidatingWebhookConfiguration C all - api-extensions
apiextensions.k8s.io/v1
    customresourcedefinitions CustomResourceDefinition C all crd,crds api-extensions status group
scheduling.k8s.io/v1
    priorityclasses PriorityClass C all pc - -
coordination.k8s.io/v1
    leases Lease N all - - -
node.k8s.io/v1
    runtimeclasses RuntimeClass C all - - -
discovery.k8s.io/v1
    endpointslices EndpointSlice N all - - -
resource.k8s.io/v1
    deviceclasses DeviceClass C all - - -
    resourceclaims ResourceClaim N all - - status
    resourceclaimtemplates ResourceClaimTemplate N all - - -
    resourceslices ResourceSlice C all - - -
flowcontrol.apiserver.k8s.io/v1
    flowschemas FlowSchema C all - - status
    prioritylevelconfigurations PriorityLevelConfiguration C all - - status
"""

# The resource metrics API, served by an addon and not by the API server itself.
METRICS_TABLE = """
metrics.k8s.io/v1beta1
    nodes NodeMetrics C get,list - - -
    pods PodMetrics N get,list - - -
"""

ALL_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")

_CONNECT = ("create", "get")
_PROXY = ("create", "delete", "get", "patch", "update")
_UPDATE = ("get", "patch", "update")

# name → (group, version, kind, verbs); a group of None means the parent's own group, version and kind.
SUBRESOURCES: dict[str, tuple[str | None, str, str, tuple[str, ...]]] = {
    "status": (None, "", "", _UPDATE),
    "approval": (None, "", "", _UPDATE),
    "ephemeralcontainers": (None, "", "", _UPDATE),
    "resize": (None, "", "", _UPDATE),
    "finalize": (None, "", "", ("update",)),
    "log": (None, "", "", ("get",)),
    "scale": ("autoscaling", "v1", "Scale", _UPDATE),
    "eviction": ("policy", "v1", "Eviction", ("create",)),
    "token": ("authentication.k8s.io", "v1", "TokenRequest", ("create",)),
    "binding": (None, "", "Binding", ("create",)),
    "attach": (None, "", "PodAttachOptions", _CONNECT),
    "exec": (None, "", "PodExecOptions", _CONNECT),
    "portforward": (None, "", "PodPortForwardOptions", _CONNECT),
    "proxy": (None, "", "{kind}ProxyOptions", _PROXY),
}
