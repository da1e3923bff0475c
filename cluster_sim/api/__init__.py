"""What a Kubernetes object is: kinds and their schemas, metadata, quantities, selectors, patches, conditions, tables.

Everything here is a pure function over JSON-shaped dicts; inputs are never changed, results share what stayed the same.
The real code lives in k8s.io/apimachinery and k8s.io/api; each module names the file it follows.
"""
