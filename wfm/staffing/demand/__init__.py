"""Changes of demand between forecast and workload."""
