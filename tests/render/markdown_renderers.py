"""Drivers of the programs that read Markdown: many sources in, one page for each out."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from markdown_pages import MATHJAX, MATHJAX_DOLLARS, Page, Part

Sources = Mapping[str, str]
Pages = dict[str, Page]


def _element(kind: str, tex: str) -> str:
    return f"<tex-{kind}>{tex}</tex-{kind}>"


# --- GitHub -----------------------------------------------------------------------------------

_BARE_DOLLARS = (
    r"(?<![\w\\])\$\$(?P<display>.+?)\$\$|(?<![\w\\])\$(?P<inline>[^\s$](?:[^$]*[^\s$])?)\$(?!\w)"
)


def github(sources: Sources, folder: Path) -> Pages:  # noqa: ARG001
    """cmark-gfm, then what GitHub does with formulas in backticks, math blocks, and dollars."""
    import cmarkgfm
    from cmarkgfm.cmark import Options

    pages = {}
    for name, source in sources.items():
        text = cmarkgfm.github_flavored_markdown_to_html(source, Options.CMARK_OPT_UNSAFE)
        text = re.sub(r"\$<code>(.*?)</code>\$", lambda m: _element("inline", m[1]), text)
        text = re.sub(
            r'<pre lang="math"><code>(.*?)</code></pre>',
            lambda m: _element("display", m[1]),
            text,
            flags=re.DOTALL,
        )
        text = text.replace("<p>[!NOTE]\n", "<p>")
        pages[name] = Page(text, _BARE_DOLLARS)
    return pages


# --- Jekyll -----------------------------------------------------------------------------------

_JEKYLL = """
require "json"
require "liquid"
require "kramdown"
require "kramdown-parser-gfm"
sources = JSON.parse($stdin.read)
front = /\\A---\\s*\\n.*?^---\\s*\\n/m
puts JSON.generate(sources.transform_values { |text|
  body = text.sub(front, "")
  liquid = Liquid::Template.parse(body, error_mode: :strict).render!({}, strict_variables: true)
  document = Kramdown::Document.new(liquid, input: ENV["INPUT"], math_engine: "mathjax", syntax_highlighter: nil)
  raise document.warnings.join("; ") unless document.warnings.empty?
  document.to_html
})
"""


def kramdown(sources: Sources, folder: Path, parser: str = "GFM") -> Pages:  # noqa: ARG001
    """Liquid, then kramdown with the parser that Jekyll takes, then MathJax's search."""
    done = subprocess.run(
        ["ruby", "-e", _JEKYLL],
        input=json.dumps(dict(sources)),
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "INPUT": parser},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {name: Page(text, MATHJAX) for name, text in json.loads(done.stdout).items()}


def plain_kramdown(sources: Sources, folder: Path) -> Pages:
    """The same with kramdown's own parser."""
    return kramdown(sources, folder, "kramdown")


# --- Hugo -------------------------------------------------------------------------------------

_HUGO = r"""
baseURL = "https://example.org/"
disableKinds = ["taxonomy", "term", "RSS", "sitemap", "home", "section", "404"]
[markup.goldmark.extensions.passthrough]
enable = true
[markup.goldmark.extensions.passthrough.delimiters]
block = [['\[', '\]'], ['$$', '$$']]
inline = [['\(', '\)']]
"""


def hugo(sources: Sources, folder: Path) -> Pages:
    """A site of Hugo's with the passthrough extension on, as its handbook says."""
    _run_hugo(sources, folder, "{{ .Content }}")
    return {name: Page(_hugo_text(name, folder), MATHJAX) for name in sources}


def title_of_hugo(sources: Sources, folder: Path) -> list[tuple[str, list[Part]]]:
    """The title that Hugo knows a page by, and what stands in the page."""
    _run_hugo(sources, folder, "{{ .Title | jsonify }}\n{{ .Content }}")
    found = []
    for name in sources:
        title, body = _hugo_text(name, folder).split("\n", 1)
        found.append((json.loads(html.unescape(title)), Page(body).parts))
    return found


def _run_hugo(sources: Sources, folder: Path, layout: str) -> None:
    site = folder / "site"
    (site / "layouts" / "_default").mkdir(parents=True)
    (site / "content").mkdir()
    (site / "hugo.toml").write_text(_HUGO)
    (site / "layouts" / "_default" / "single.html").write_text(layout)
    for name, source in sources.items():
        (site / "content" / f"{name}.md").write_text(source, encoding="utf-8")
    program = shutil.which("hugo", path=str(Path(sys.executable).parent)) or "hugo"
    command = [program, "--quiet", "--panicOnWarning", "--source", str(site)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _hugo_text(name: str, folder: Path) -> str:
    page = folder / "site" / "public" / name.lower() / "index.html"
    return page.read_text(encoding="utf-8")


# --- Pandoc and Quarto ------------------------------------------------------------------------


def pandoc(sources: Sources, folder: Path) -> Pages:  # noqa: ARG001
    """Pandoc to HTML, its formulas marked; MathJax looks through the rest of the page."""
    return {name: Page(_pandoc_math(_pandoc(source)), MATHJAX) for name, source in sources.items()}


def title_of_pandoc(source: str) -> tuple[str, str]:
    """The title that Pandoc takes from the front matter, as a reader sees it, and the body."""
    parts = Page(_pandoc(source, "--standalone"), MATHJAX).parts
    title = next(text for kind, text in parts if kind == "h1")
    return title, parts[-1][1]


def _pandoc(source: str, *options: str) -> str:
    import pypandoc

    given = ["--mathjax", "--wrap=none", "--fail-if-warnings", *options]
    text: str = pypandoc.convert_text(source, "html", "markdown-implicit_figures", given)
    return text


def _pandoc_math(text: str) -> str:
    text = re.sub(
        r'<span class="math inline">\\\((.*?)\\\)</span>',
        lambda m: _element("inline", m[1]),
        text,
        flags=re.DOTALL,
    )
    return re.sub(
        r'<span class="math display">\\\[(.*?)\\\]</span>',
        lambda m: _element("display", m[1]),
        text,
        flags=re.DOTALL,
    )


# --- MyST -------------------------------------------------------------------------------------


_SPHINX = """
extensions = ["myst_parser", "sphinx.ext.mathjax"]
myst_enable_extensions = ["dollarmath", "amsmath"]
suppress_warnings = ["toc.not_included"]
"""
_SPHINX_DISPLAY = re.compile(
    r'<div class="math[^>]*>\s*(?:<span class="eqno">(\(\d+\)).*?</span>)?\\\[(.*?)\\\]</div>',
    re.DOTALL,
)


def myst(sources: Sources, folder: Path) -> Pages:
    """Sphinx with myst-parser, dollarmath and amsmath; a warning is an error."""
    (folder / "conf.py").write_text(_SPHINX)
    for name, source in sources.items():
        (folder / f"{name}.md").write_text(source, encoding="utf-8")
    (folder / "index.md").write_text("# Index\n")
    command = [
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-b",
        "html",
        str(folder),
        str(folder / "built"),
    ]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {
        name: _sphinx_page((folder / "built" / f"{name}.html").read_text("utf-8"))
        for name in sources
    }


def _sphinx_page(text: str) -> Page:
    body = re.search(
        r'<div class="body" role="main">(.*?)<div class="sphinxsidebar"', text, re.DOTALL
    )[1]  # type: ignore[index]
    body = re.sub(r'<a class="headerlink".*?</a>', "", body)
    body = _SPHINX_DISPLAY.sub(
        lambda m: _element("display", _without_split(m[2]) + f" {m[1] or ''}"), body
    )
    body = re.sub(
        r'<span class="math[^>]*>\\\((.*?)\\\)</span>',
        lambda m: _element("inline", m[1]),
        body,
        flags=re.DOTALL,
    )
    return Page(
        re.sub(r'<p class="admonition-title">(.*?)</p>', r"<p><strong>\1</strong></p>", body)
    )


def _without_split(tex: str) -> str:
    """Sphinx puts an environment of its own around what has several lines."""
    return re.sub(r"^\s*\\begin\{split\}(.*)\\end\{split\}\s*$", r"\1", tex, flags=re.DOTALL)


# --- Jupyter ----------------------------------------------------------------------------------


def jupyter(sources: Sources, folder: Path) -> Pages:  # noqa: ARG001
    """nbconvert's Markdown, then MathJax as Jupyter sets it up, with single dollars."""
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    pages = {}
    for name, source in sources.items():
        text = markdown2html_mistune(source)
        text = re.sub(r'<a class="anchor-link".*?</a>', "", text)
        pages[name] = Page(text, MATHJAX_DOLLARS)
    return pages


_MATHSPLIT = re.compile(
    r"(\$\$?|\\(?:begin|end)\{[a-z]*\*?\}|\\[{}$]|[{}]|(?:\n\s*)+|@@\d+@@|\\\\(?:\(|\)|\[|\]))",
    re.IGNORECASE,
)


def jupyterlab(sources: Sources, folder: Path) -> Pages:  # noqa: ARG001
    """JupyterLab's own search for formulas (its ``latex.ts``) before there is any Markdown, CommonMark
    with tables and links of bare addresses, the formulas put back, and MathJax over the page."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    pages = {}
    for name, source in sources.items():
        text, formulas = _without_formulas(source)
        page = reader.render(text)
        for number, formula in enumerate(formulas):
            page = page.replace(f"@@{number}@@", html.escape(formula, quote=False), 1)
        pages[name] = Page(page, MATHJAX_DOLLARS)
    return pages


def _without_formulas(text: str) -> tuple[str, list[str]]:
    """The text with ``@@0@@`` for the first formula and so on, and the formulas."""
    text = text.replace("~", "~T")
    text = re.sub(
        r"^(`{3,}|(?:~T){3,})[^`\n]*\n(.*?)^\1`*$",
        _hidden_dollars,
        text,
        flags=re.MULTILINE | re.DOTALL,
    )
    text = re.sub(r"(^|[^\\])(`+)([^\n]*?[^`\n])\2(?!`)", _hidden_dollars, text, flags=re.MULTILINE)
    blocks = _MATHSPLIT.split(text)
    formulas: list[str] = []
    start = last = None
    end = ""
    braces = at = 0

    def take(first: int, final: int) -> None:
        formula = "".join(blocks[first : final + 1])
        blocks[first : final + 1] = ["" for _ in range(final + 1 - first)]
        blocks[first] = f"@@{len(formulas)}@@"
        formulas.append(formula.replace("~D", "$").replace("~T", "~"))

    at = 1
    while at < len(blocks):
        block = blocks[at]
        if start is not None:
            if block == end:
                if braces:
                    last = at
                else:
                    take(start, at)
                    start = last = None
            elif re.search(r"\n.*\n", block):
                if last is not None:
                    at = last
                    take(start, at)
                start = last = None
                braces = 0
            elif block == "{":
                braces += 1
            elif block == "}" and braces:
                braces -= 1
        elif block in ("$", "$$"):
            start, end, braces = at, block, 0
        elif block in (r"\\(", r"\\["):
            start, end, braces = at, r"\\)" if block.endswith("(") else r"\\]", 0
        elif block.startswith(r"\begin"):
            start, end, braces = at, rf"\end{block[6:]}", 0
        at += 2
    return "".join(blocks).replace("~D", "$").replace("~T", "~"), formulas


def _hidden_dollars(found: re.Match[str]) -> str:
    return found[0].replace("$", "~D")


# --- Obsidian ---------------------------------------------------------------------------------


def obsidian(sources: Sources, folder: Path) -> Pages:  # noqa: ARG001
    """markdown-it with dollars as Obsidian reads them, which is no library; callouts by their form."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    def render(content: str, options: Mapping[str, bool]) -> str:
        return _element("display" if options["display_mode"] else "inline", html.escape(content))

    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    reader.use(dollarmath_plugin, renderer=render, double_inline=True, allow_labels=False)
    pages = {}
    for name, source in sources.items():
        text = re.sub(
            r"<p>\[!note\] (.*)\n", r"<p><strong>\1</strong></p><p>", reader.render(source)
        )
        pages[name] = Page(text)
    return pages


#: A name for each way of reading, the dialect that is written for it, and the driver.
RENDERERS: Mapping[str, tuple[str, Callable[[Sources, Path], Pages]]] = {
    "github": ("github", github),
    "jekyll": ("kramdown", kramdown),
    "kramdown": ("kramdown", plain_kramdown),
    "hugo": ("hugo", hugo),
    "pandoc": ("pandoc", pandoc),
    "myst": ("myst", myst),
    "jupyter": ("jupyter", jupyter),
    "jupyterlab": ("jupyter", jupyterlab),
    "obsidian": ("obsidian", obsidian),
}
