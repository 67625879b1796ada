"""Tables of plain values in Excel workbooks and CSV files, out and in."""
