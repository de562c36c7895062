"""Figures in pages: blocks of Markdown files, Sphinx, Markdown's fences, Jupyter, pandoc. Each imports its own host."""
