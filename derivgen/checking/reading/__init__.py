"""From files to manuscripts: one reader for each format."""
