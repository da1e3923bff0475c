def _fine(*args):
    return []
ingress = _fine
ingress_class = _fine
network_policy = _fine
