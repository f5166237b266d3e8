"""A roster in hand: edited, merged, repaired, explained, judged, kept in versions."""
