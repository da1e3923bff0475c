"""Server-side apply: a PATCH that says everything its manager wants (see cluster_sim.api.managed_fields)."""
