"""The theatre: a Django house where people watch, touch and learn the cluster that `cluster_sim` plays."""
