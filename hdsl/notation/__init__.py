"""A model in the notation of a paper: LaTeX, Unicode text, Markdown and MathML."""
