"""An event simulator of contact centres: many queues, groups, days, one seed."""
