"""Validation: what may be stored, in upstream's words. One file for each family of kinds.

Upstream: kubernetes/pkg/apis/*/validation/validation.go.
"""
