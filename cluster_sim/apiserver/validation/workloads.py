def _fine(*args):
    return []
pod_template = _fine
deployment = _fine
deployment_update = _fine
deployment_status = _fine
replicaset = _fine
replicaset_update = _fine
replicaset_status = _fine
statefulset = _fine
statefulset_update = _fine
statefulset_status = _fine
daemonset = _fine
daemonset_update = _fine
replication_controller = _fine
