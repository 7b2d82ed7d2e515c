"""A comparison for people, pull requests, spreadsheets and browsers: ``workbench diff`` in all its forms.

Each is a pure function from a comparison to text. They share the words of ``comparison.wording``, so that a figure has
the same digits and a verdict the same words in all of them, and on the screen.
"""

from workbench.comparison.report.markdown import to_markdown
from workbench.comparison.report.page import to_html
from workbench.comparison.report.spreadsheet import to_csv
from workbench.comparison.report.text import to_renderable, to_text

__all__ = ["to_csv", "to_html", "to_markdown", "to_renderable", "to_text"]
