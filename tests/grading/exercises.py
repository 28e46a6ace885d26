"""The tests of `python -m pytest --submission=PATH`: one for each exercise of each file."""

import pytest

from .judge import EXERCISES, judge


def pytest_generate_tests(metafunc):
    """Make a test for each exercise of each submission."""
    submissions = metafunc.config.pluginmanager.getplugin("grading").submissions
    pairs = [(submission, exercise) for submission in submissions for exercise in EXERCISES]
    ids = [f"{submission.label}-{exercise}" for submission, exercise in pairs]
    metafunc.parametrize(("submission", "exercise"), pairs, ids=ids)


def test_exercise(submission, exercise, request):
    """Grade an exercise; the message of a failure is the one that the student reads."""
    grading = request.config.pluginmanager.getplugin("grading")
    verdict = judge(submission.path, exercise, grading.limits, sandbox=not grading.no_sandbox)
    request.node.user_properties += [
        ("submission", submission.label),
        ("exercise", exercise),
        ("outcome", verdict.outcome),
    ]
    if verdict.outcome != "passed":
        pytest.fail(f"{verdict.outcome}: {verdict.message}", pytrace=False)
