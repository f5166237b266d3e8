"""Staffing of queues that share agents, found by simulation."""
