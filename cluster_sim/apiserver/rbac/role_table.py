"""The ClusterRoles and Roles every cluster begins with: facts as data, with upstream's rules.

A role's name stands alone on its line (with the labels of what it is aggregated to), its rules are indented below:
verbs, groups, resources, names of single objects. `-` is the core group; `read`, `write` and `all` stand for the usual
verbs; `events` is the rule of everybody who tells Events; a rule of paths has `url` for its group.

Upstream: kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy (policy.go, namespace_policy.go and their testdata).
"""

from __future__ import annotations

CLUSTER_ROLES = """
cluster-admin
    * * *
    * url *
admin
edit +admin
view +edit
system:aggregate-to-admin +admin
    create authorization.k8s.io localsubjectaccessreviews
    all rbac.authorization.k8s.io rolebindings,roles
system:aggregate-to-edit +edit
    read - pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy
    impersonate - serviceaccounts
    write - pods,pods/attach,pods/exec,pods/portforward,pods/proxy
    create - pods/eviction
    write - configmaps,events,persistentvolumeclaims,replicationcontrollers,replicationcontrollers/scale,secrets,serviceaccounts,services,services/proxy
    create - serviceaccounts/token
    write apps daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,replicasets/scale,statefulsets,statefulsets/scale
    write autoscaling horizontalpodautoscalers
    write batch cronjobs,jobs
    write extensions daemonsets,deployments,deployments/rollback,deployments/scale,ingresses,networkpolicies,replicasets,replicasets/scale,replicationcontrollers/scale
    write policy poddisruptionbudgets
    write networking.k8s.io ingresses,networkpolicies
    all coordination.k8s.io leases
    write resource.k8s.io resourceclaims,resourceclaimtemplates
system:aggregate-to-view +view
    read - configmaps,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,pods,replicationcontrollers,replicationcontrollers/scale,serviceaccounts,services,services/status
    read - bindings,events,limitranges,namespaces/status,pods/log,pods/status,replicationcontrollers/status,resourcequotas,resourcequotas/status
    read - namespaces
    read discovery.k8s.io endpointslices
    read apps controllerrevisions,daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,replicasets,replicasets/scale,replicasets/status,statefulsets,statefulsets/scale,statefulsets/status
    read autoscaling horizontalpodautoscalers,horizontalpodautoscalers/status
    read batch cronjobs,cronjobs/status,jobs,jobs/status
    read extensions daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,ingresses,ingresses/status,networkpolicies,replicasets,replicasets/scale,replicasets/status,replicationcontrollers/scale
    read policy poddisruptionbudgets,poddisruptionbudgets/status
    read networking.k8s.io ingresses,ingresses/status,networkpolicies
    read resource.k8s.io resourceclaims,resourceclaims/status,resourceclaimtemplates
system:discovery
    get url /api,/api/*,/apis,/apis/*,/healthz,/livez,/openapi,/openapi/*,/readyz,/version,/version/
system:monitoring
    get url /healthz,/healthz/*,/livez,/livez/*,/metrics,/metrics/slis,/readyz,/readyz/*
system:basic-user
    create authorization.k8s.io selfsubjectaccessreviews,selfsubjectrulesreviews
    create authentication.k8s.io selfsubjectreviews
system:public-info-viewer
    get url /healthz,/livez,/readyz,/version,/version/
system:service-account-issuer-discovery
    get url /.well-known/openid-configuration,/openid/v1/jwks
system:auth-delegator
    create authentication.k8s.io tokenreviews
    create authorization.k8s.io subjectaccessreviews
system:kube-aggregator
    read - endpoints,services
system:kube-dns
    list,watch - endpoints,services
system:kube-controller-manager
    events
    create coordination.k8s.io leases
    get,update coordination.k8s.io leases kube-controller-manager
    create - secrets,serviceaccounts
    delete - secrets
    get - configmaps,namespaces,secrets,serviceaccounts
    update - secrets,serviceaccounts
    create authentication.k8s.io tokenreviews
    create authorization.k8s.io subjectaccessreviews
    list,watch * *
    create - serviceaccounts/token
system:kube-scheduler
    events
    create coordination.k8s.io leases
    get,update coordination.k8s.io leases kube-scheduler
    read - nodes
    delete,get,list,watch - pods
    create - bindings,pods/binding
    patch,update - pods/status
    read - replicationcontrollers,services
    read apps,extensions replicasets
    read apps statefulsets
    read policy poddisruptionbudgets
    read - persistentvolumeclaims,persistentvolumes
    create authentication.k8s.io tokenreviews
    create authorization.k8s.io subjectaccessreviews
    read storage.k8s.io csinodes
    read - namespaces
    read storage.k8s.io csidrivers
    read storage.k8s.io csistoragecapacities
    read storage.k8s.io volumeattachments
    read resource.k8s.io deviceclasses
    patch,update resource.k8s.io resourceclaims,resourceclaims/status
    read resource.k8s.io resourceclaims
    read resource.k8s.io resourceslices
system:volume-scheduler
    get,list,patch,update,watch - persistentvolumes
    read storage.k8s.io storageclasses
    get,list,patch,update,watch - persistentvolumeclaims
system:persistent-volume-provisioner
    create,delete,get,list,watch - persistentvolumes
    get,list,update,watch - persistentvolumeclaims
    read storage.k8s.io storageclasses
    watch - events
    events
system:node
    create authentication.k8s.io tokenreviews
    create authorization.k8s.io localsubjectaccessreviews,subjectaccessreviews
    read - services
    create,get,list,watch - nodes
    patch,update - nodes/status
    patch,update - nodes
    create,patch,update - events
    read - pods
    create,delete - pods
    patch,update - pods/status
    create - pods/eviction
    read - configmaps,secrets
    get - persistentvolumeclaims,persistentvolumes
    get - endpoints
    create,get,list,watch certificates.k8s.io certificatesigningrequests
    create,delete,get,patch,update coordination.k8s.io leases
    get storage.k8s.io volumeattachments
    create - serviceaccounts/token
    get,patch,update - persistentvolumeclaims/status
    read storage.k8s.io csidrivers
    create,delete,get,patch,update storage.k8s.io csinodes
    read node.k8s.io runtimeclasses
    get resource.k8s.io resourceclaims
    deletecollection,list,watch resource.k8s.io resourceslices
    create,delete,get,patch,update resource.k8s.io resourceslices
system:node-bootstrapper
    create,get,list,watch certificates.k8s.io certificatesigningrequests
system:node-problem-detector
    get - nodes
    patch - nodes/status
    events
system:node-proxier
    list,watch - endpoints,services
    read - nodes
    events
    list,watch networking.k8s.io servicecidrs
    list,watch discovery.k8s.io endpointslices
system:kubelet-api-admin
    read - nodes
    proxy - nodes
    * - nodes/configz,nodes/healthz,nodes/log,nodes/metrics,nodes/pods,nodes/proxy,nodes/stats
system:certificates.k8s.io:certificatesigningrequests:nodeclient
    create certificates.k8s.io certificatesigningrequests/nodeclient
system:certificates.k8s.io:certificatesigningrequests:selfnodeclient
    create certificates.k8s.io certificatesigningrequests/selfnodeclient
system:certificates.k8s.io:kube-apiserver-client-approver
    approve certificates.k8s.io signers kubernetes.io/kube-apiserver-client
system:certificates.k8s.io:kube-apiserver-client-kubelet-approver
    approve certificates.k8s.io signers kubernetes.io/kube-apiserver-client-kubelet
system:certificates.k8s.io:kubelet-serving-approver
    approve certificates.k8s.io signers kubernetes.io/kubelet-serving
system:certificates.k8s.io:legacy-unknown-approver
    approve certificates.k8s.io signers kubernetes.io/legacy-unknown
"""  # noqa: E501

# role: who holds it, each "User:…", "Group:…" or "ServiceAccount:namespace/name"
CLUSTER_BINDINGS = """
cluster-admin: Group:system:masters
system:discovery: Group:system:authenticated
system:basic-user: Group:system:authenticated
system:public-info-viewer: Group:system:authenticated Group:system:unauthenticated
system:monitoring: Group:system:monitoring
system:node-proxier: User:system:kube-proxy
system:kube-controller-manager: User:system:kube-controller-manager
system:kube-dns: ServiceAccount:kube-system/kube-dns
system:kube-scheduler: User:system:kube-scheduler
system:volume-scheduler: User:system:kube-scheduler
system:node:
system:service-account-issuer-discovery: Group:system:serviceaccounts
"""

# namespace/name, then its rules as above
ROLES = """
kube-system/extension-apiserver-authentication-reader
    read - configmaps extension-apiserver-authentication
kube-system/system:controller:bootstrap-signer
    read - secrets
kube-system/system:controller:cloud-provider
    create,get,list,watch - configmaps
kube-system/system:controller:token-cleaner
    delete,get,list,watch - secrets
    events
kube-system/system::leader-locking-kube-controller-manager
    watch - configmaps
    get,update - configmaps kube-controller-manager
kube-system/system::leader-locking-kube-scheduler
    watch - configmaps
    get,update - configmaps kube-scheduler
kube-public/system:controller:bootstrap-signer
    read - configmaps
    update - configmaps cluster-info
    events
"""
BINDINGS = """
kube-system/system::extension-apiserver-authentication-reader extension-apiserver-authentication-reader: User:system:kube-controller-manager User:system:kube-scheduler
kube-system/system::leader-locking-kube-controller-manager: User:system:kube-controller-manager ServiceAccount:kube-system/kube-controller-manager
kube-system/system::leader-locking-kube-scheduler: User:system:kube-scheduler ServiceAccount:kube-system/kube-scheduler
kube-system/system:controller:bootstrap-signer: ServiceAccount:kube-system/bootstrap-signer
kube-system/system:controller:cloud-provider: ServiceAccount:kube-system/cloud-provider
kube-system/system:controller:token-cleaner: ServiceAccount:kube-system/token-cleaner
kube-public/system:controller:bootstrap-signer: ServiceAccount:kube-system/bootstrap-signer
"""  # noqa: E501
