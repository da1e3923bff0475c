def _fine(*args):
    return []
configmap = _fine
configmap_update = _fine
service_account_update = _fine
secret = _fine
secret_update = _fine
