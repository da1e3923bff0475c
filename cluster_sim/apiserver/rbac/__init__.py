"""RBAC: roles, bindings, and the question whether somebody may do something."""
