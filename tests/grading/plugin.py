"""The options and the report of `python -m pytest --submission=PATH`.

pytest loads this module at every start, because the folder lab_grading-1.dist-info names it: only
so does it know the option before it takes PATH for a place to look for settings and tests.
"""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = ROOT / "pyproject.toml"
EXERCISE_TESTS = Path(__file__).with_name("exercises.py")


def pytest_addoption(parser):
    """Add the options and the limits."""
    group = parser.getgroup("grading")
    group.addoption(
        "--submission",
        action="append",
        metavar="PATH",
        help="grade this .py or .ipynb file, or all of them in this folder, and run no other test",
    )
    group.addoption("--grades", metavar="FILE", help="write the table of outcomes as CSV")
    group.addoption("--no-sandbox", action="store_true", help="grade without bubblewrap")
    parser.addini("grading_seconds", "wall time of an exercise, in seconds", default="10")
    parser.addini("grading_memory", "memory of an exercise, in bytes", default="1000000000")
    parser.addini("grading_output", "what an exercise may print, in bytes", default="1000000")
    parser.addini("grading_file_size", "largest file of an exercise, in bytes", default="10000000")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config):
    """Leave out all settings and conftest files but this project's, the students' above all."""
    options = early_config.known_args_namespace
    if not options.submission:
        return
    if early_config.inipath != SETTINGS:
        # PATH stood apart from its option, and pytest looked for its settings there.
        capture = early_config.pluginmanager.getplugin("capturemanager")
        arguments = ["-c", SETTINGS, "--rootdir", ROOT, *early_config.invocation_params.args]
        with capture.global_and_fixture_disabled():
            raise SystemExit(subprocess.call([sys.executable, "-m", "pytest", *arguments]))
    options.noconftest = True


def pytest_configure(config):
    """Find the submissions, and run nothing but their exercises."""
    options = config.option
    if not options.submission:
        return
    from .confine import Limits, why_no_sandbox
    from .find import SUFFIXES, find

    try:
        submissions = find(options.submission)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None
    if not submissions:
        raise pytest.UsageError("submission: expected .py or .ipynb files, found none")
    grades = Path(options.grades).absolute() if options.grades else None
    if grades and (grades.is_dir() or not grades.parent.is_dir() or grades.suffix in SUFFIXES):
        raise pytest.UsageError(f"grades: expected a CSV file in a folder, got {options.grades}")
    try:
        limits = Limits(
            seconds=float(config.getini("grading_seconds")),
            memory=int(config.getini("grading_memory")),
            output=int(config.getini("grading_output")),
            file_size=int(config.getini("grading_file_size")),
        )
    except ValueError as error:
        raise pytest.UsageError(f"a limit of grading is not a number: {error}") from None
    no_sandbox = "--no-sandbox was given" if options.no_sandbox else why_no_sandbox()
    config.args = [str(EXERCISE_TESTS)]
    if hasattr(config, "workerinput"):
        # Of several processes, the one that collects the reports writes the grades.
        grades = None
    config.pluginmanager.register(Grading(submissions, limits, no_sandbox, grades), "grading")


class Grading:
    """One run of grading: what is graded, how, and what has come out so far.

    Parameters
    ----------
    submissions : list of Submission
    limits : Limits
    no_sandbox : str
        Why there is no sandbox, or an empty string if there is one.
    grades : Path or None
        Where to write the table as CSV.
    """

    def __init__(self, submissions, limits, no_sandbox, grades):
        self.submissions = submissions
        self.limits = limits
        self.no_sandbox = no_sandbox
        self.grades = grades
        self.outcomes = {submission.label: {} for submission in submissions}

    def pytest_report_header(self):
        """Say how many files there are, and what confines them."""
        confined = "bubblewrap and limits"
        if self.no_sandbox:
            confined = f"limits only, because {self.no_sandbox}"
        return f"submissions: {len(self.submissions)}, confined by {confined}"

    def pytest_runtest_logreport(self, report):
        """Keep the outcome that a test has noted."""
        noted = dict(report.user_properties)
        if report.when == "call" and "outcome" in noted:
            self.outcomes[noted["submission"]][noted["exercise"]] = noted["outcome"]

    def pytest_sessionfinish(self):
        """Write the grades."""
        if self.grades:
            with self.grades.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows(self.table())

    def pytest_terminal_summary(self, terminalreporter):
        """Print a line for each file."""
        rows = self.table()
        exercises = len(rows[0]) - 2
        rows = [[*row[:-1], f"{row[-1]} of {exercises}"] for row in rows[1:]]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        terminalreporter.section("grades")
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            terminalreporter.write_line("  ".join(cells).rstrip())

    def table(self):
        """Return a head and a row for each file: its name, its outcomes and how many passed."""
        from .judge import EXERCISES

        rows = [["submission", *EXERCISES, "passed"]]
        for label, outcomes in self.outcomes.items():
            row = [outcomes.get(exercise, "") for exercise in EXERCISES]
            rows.append([label, *row, row.count("passed")])
        return rows
