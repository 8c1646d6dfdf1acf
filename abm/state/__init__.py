"""State: tables of plain NumPy columns. No behaviour lives here beyond keeping the books."""
