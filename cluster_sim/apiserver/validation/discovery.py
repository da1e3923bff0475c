def _fine(*args):
    return []
endpoint_slice = _fine
endpoint_slice_update = _fine
