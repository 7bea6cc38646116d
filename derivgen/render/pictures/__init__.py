"""Figures drawn as SVG and in Typst and TikZ."""
