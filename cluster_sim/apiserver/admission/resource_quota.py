"""ResourceQuota (to come)."""
def charge(server, info, new, old, call):
    return []
