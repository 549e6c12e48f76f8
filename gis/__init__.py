"""Pure analysis: tables in, tables out. No file, database, network or clock."""
