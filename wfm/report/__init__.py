"""Report, workbook, printable pages."""
