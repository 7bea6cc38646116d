"""From blocks to files: formats, dialects, escapes, PDF."""
