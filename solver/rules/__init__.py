"""One file per rule, two faces each."""
