"""What a run shows: report, workbook, printable pages, calendars, terminal tables."""
