"""One file per channel: how its contacts become people."""
