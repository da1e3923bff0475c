def _fine(*args):
    return []
limit_range = _fine
resource_quota = _fine
resource_quota_update = _fine
