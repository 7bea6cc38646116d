"""What a document says of its quantities: statements, definitions, arrays, tables, situations."""
