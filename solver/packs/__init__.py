"""One file per rule pack: what the law of a country asks for, as cited data."""
