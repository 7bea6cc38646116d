"""Formulas evaluated at points: the model, values with slopes, quantities, derivatives, equality."""
