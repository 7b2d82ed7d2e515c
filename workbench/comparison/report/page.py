"""A comparison as one HTML file that needs nothing else: no script, no request, its charts inside it.

It reads on a screen of any width, light or dark, on paper, and by ear; every text in it is inert. Its content security
policy forbids whatever it does not need, so that not even a mistake of ours could run a name as a script. The same
comparison gives the same bytes.
"""

from collections.abc import Mapping, Sequence

from workbench import __version__
from workbench.comparison.compared import Compared
from workbench.comparison.report.markup import Markup, tag
from workbench.comparison.report.page_charts import curves_section, latency_section
from workbench.comparison.report.page_classes import classes_section, confusion_section, slices_section
from workbench.comparison.report.page_context import methods_section, settings_section
from workbench.comparison.report.page_examples import examples_section
from workbench.comparison.report.page_figures import agreement_section, figures_section
from workbench.comparison.report.page_head import page_head, page_title
from workbench.comparison.report.page_style import STYLE
from workbench.comparison.report.slice_tables import SliceTable
from workbench.comparison.training_curves import Overlay

POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def to_html(compared: Compared, overlays: Sequence[Overlay] = (), slices: Sequence[SliceTable] = ()) -> str:
    """The whole page; ``overlays`` are the series of both runs, ``slices`` what was asked for of columns."""
    comparison = compared.comparison
    sections: dict[str, Markup | None] = {
        "figures": figures_section(comparison),
        "agreement": agreement_section(comparison),
        "examples": examples_section(compared),
        "confusion": confusion_section(compared),
        "classes": classes_section(comparison),
        "slices": slices_section(slices),
        "curves": curves_section(overlays),
        "latency": latency_section(compared),
        "settings": settings_section(comparison),
        "methods": methods_section(comparison),
    }
    return whole_page(page_title(comparison), page_head(comparison), sections)


def whole_page(title: str, header: Markup, sections: Mapping[str, Markup | None]) -> str:
    """A page of those sections that there are, with its contents, style and policy."""
    there = {name: part for name, part in sections.items() if part is not None}
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name_="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", Markup(STYLE)),
    )
    body = tag(
        "body",
        header,
        _contents(tuple(there)),
        tag("main", *there.values()),
        tag("footer", f"Workbench {__version__}. Every difference is B - A; intervals are at 95%."),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def _contents(names: Sequence[str]) -> Markup:
    return tag("nav", *(tag("a", name, href=f"#{name}") for name in names), aria_label="Contents")
