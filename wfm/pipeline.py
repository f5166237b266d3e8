"""From history to an evaluated roster: composition only, no files and no prices."""
