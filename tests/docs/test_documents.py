"""The documentation is true: every block runs, what it shows is what comes out, what is generated is up to date.

A page is run from top to bottom in one namespace and one folder. A `python` block is executed (one with a title is also
saved under it); a `console` block runs its `$` lines in a shell. What a block shows (`text` after `python`, the lines
below `$` in `console`) must come out in that order; `...` stands for anything. A block below `<!-- no-run -->` is only
shown. A page with `<!-- peer: PACKAGE -->` is run by `make test-peers`, where that package is.
"""

import contextlib
import importlib.util
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"^(<!-- no-run -->\n)?```(\w+)([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
PEER = re.compile(r"^<!-- peer: (\S+) -->$", re.MULTILINE)
RUN = [
    pytest.param(path, marks=[pytest.mark.peer(package) for package in PEER.findall(path.read_text())])
    for path in PAGES
    if any(kind in ("python", "console") for kind in re.findall(r"^```(\w+)", path.read_text(), re.M))
]
SHELL = {
    **os.environ,
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    "COLUMNS": "110",
    "NO_COLOR": "1",
}


def generator():
    spec = importlib.util.spec_from_file_location("documentation_generator", DOCS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def words(text):
    """A line without its spacing, so that the width of a table's columns does not matter."""
    return " ".join(text.split())


def compare(shown, printed):
    """Each line that is shown comes out, in this order; `...` alone skips lines, inside a line it skips characters."""
    came = [words(line) for line in printed.splitlines() if line.strip()]
    for line in filter(None, map(words, shown.splitlines())):
        if line == "...":
            continue
        pattern = re.compile(".*".join(map(re.escape, line.split("..."))))
        while came and not pattern.fullmatch(came[0]):
            came.pop(0)
        assert came, f"{line!r} is shown, but does not come out of:\n{printed}"
        came.pop(0)


def run_python(code, namespace, where):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, where, "exec"), namespace)
    return out.getvalue()


def run_console(text):
    """Runs each `$` line and compares what it printed with the lines below it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        while command.endswith("\\"):
            more, _, shown = shown.partition("\n")
            command = command[:-1] + more
        done = subprocess.run(["bash", "-c", command], env=SHELL, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        compare(shown, done.stdout)


@pytest.fixture
def threads_as_they_were():
    """Pages may tell torch how many threads to use; the tests after them must not notice."""
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("threads_as_they_were")
@pytest.mark.parametrize("page", RUN, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_does_what_it_shows(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    namespace, printed, text = {"__name__": "page"}, None, page.read_text()
    for found in BLOCK.finditer(text):
        only_shown, kind, attributes, code = found.groups()
        if only_shown:
            printed = None
            continue
        if kind == "python":
            if title := re.search(r'title="([^"]+)"', attributes):
                (tmp_path / title[1]).write_text(code)
            line = text[: found.start()].count("\n") + 1
            printed = run_python("\n" * line + code, namespace, str(page))
            continue
        if kind == "console":
            run_console(code)
        elif kind == "text" and printed is not None:
            compare(code, printed)
        printed = None


def test_the_comparison_itself_can_fail():
    compare("a ... c\n...\nlast", "a  bb c\nmore\nlast\n")
    with pytest.raises(AssertionError, match="does not come out"):
        compare("second\nfirst", "first\nsecond")
    with pytest.raises(AssertionError, match="does not come out"):
        compare("12 of 100", "13 of 100")


GENERATED = [page for page in PAGES if "<!-- generated: " in page.read_text()]


@pytest.mark.parametrize("page", GENERATED, ids=lambda path: path.stem)
def test_what_is_generated_is_up_to_date(page):
    from coterie.environments import references

    generate = generator()
    assert generate.generated(page.read_text()) == page.read_text(), "run `python docs/generate.py`"
    measured = json.loads(json.dumps(generate.MEASURED))
    assert measured == {id: references().get(id) for id in measured}, "run `python docs/generate.py`"


def test_every_world_metric_and_algorithm_has_its_page_or_section():
    from coterie import algorithms
    from coterie.environments import environments, references

    worlds = {f"{id.rpartition('-v')[0]}.md" for id in environments()}
    assert references().keys() == set(environments())
    assert worlds <= {path.name for path in (DOCS / "reference" / "worlds").iterdir()}
    sections = re.findall(r"^## (\w+)", (DOCS / "reference" / "algorithms.md").read_text(), re.MULTILINE)
    assert set(algorithms.__all__) <= set(sections)


def test_every_example_is_named_in_the_readme():
    readme = (ROOT / "README.md").read_text()
    for path in (ROOT / "examples").glob("*.py"):
        assert path.stem in readme, path.name


def test_the_site_builds_without_a_warning_and_fetches_nothing(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    built = list((tmp_path / "site").rglob("*.html"))
    assert len(built) > 30
    for page in built:
        fetched = re.findall(r"<(?:script|img|iframe)[^>]+src=\"?(https?:[^\s\">]+)", page.read_text())
        fetched += re.findall(
            r"<link[^>]+rel=\"?(?:stylesheet|preconnect|icon)[^>]+href=\"?(https?:[^\s\">]+)", page.read_text()
        )
        assert fetched == [], page.name
        assert "```" not in page.read_text(), f"{page.name}: a block was not understood"
