"""PodSecurity (to come)."""
WORKLOADS = ()
def validate(server, info, new, old):
    pass
def warn(server, info, new, old):
    pass
def validate_namespace(server, info, new, old):
    pass
