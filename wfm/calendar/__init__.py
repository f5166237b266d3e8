"""Wall clocks, opening hours, holidays and shift options on the grid."""
