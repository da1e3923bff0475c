def _fine(*args):
    return []
role = _fine
role_update = _fine
cluster_role = _fine
cluster_role_update = _fine
role_binding = _fine
cluster_role_binding = _fine
binding_update = _fine
