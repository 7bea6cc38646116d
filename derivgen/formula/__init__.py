"""Formulas as trees: made from sympy, laid out, written as LaTeX, Typst and MathML."""
