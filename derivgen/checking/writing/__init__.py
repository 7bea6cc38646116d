"""Writes a report: for a terminal, as JSON, as SARIF, into the author's own text, for Jupyter.

Each module has one function, from a report (and the document where its text is shown) to a string.
"""
