"""One file per objective term, two faces each."""
