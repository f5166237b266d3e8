"""From history to a judged roster: composition only, no files and no prices."""
