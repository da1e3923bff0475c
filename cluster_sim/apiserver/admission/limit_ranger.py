"""LimitRanger (to come)."""
def admit(server, info, new, old):
    return new
def validate(server, info, new, old):
    pass
