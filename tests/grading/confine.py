"""Run a student's function in a child process that can neither harm nor hang the grader."""

import functools
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
CHILD = Path(__file__).with_name("child.py")
MOST_REPLY_BYTES = 50_000_000

# Matplotlib keeps its cache in the folder where the process runs, and opens no window.
ENVIRONMENT = {"PATH": os.defpath, "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}
ENVIRONMENT |= {"MPLCONFIGDIR": ".", "MPLBACKEND": "Agg"}


class Limits(NamedTuple):
    """What an exercise may use."""

    seconds: float = 10
    memory: int = 1_000_000_000
    output: int = 1_000_000
    file_size: int = 10_000_000


# What a student reads when a limit is met.
STOPPED = {
    "seconds": "It ran for more than {limits.seconds:g} seconds: is there a loop that never ends?",
    "memory": "It asked for more than {limits.memory:,} bytes of memory: look at the sizes of the "
    "arrays.",
    "output": "It printed more than {limits.output:,} bytes: is there a print in a loop?",
    "file_size": "It wrote a file of more than {limits.file_size:,} bytes; an initializer writes "
    "no files.",
    "processes": "It started another process, and none but its own is allowed.",
    "died": "Its process ended before it gave an answer.",
    "unreadable": "Its answer can't be read.",
}


class Stopped(BaseException):
    """A limit was met. It is no Exception, so that no check takes it for the student's own."""


@functools.cache
def why_no_sandbox():
    """Return why bubblewrap can't be used here, or an empty string if it can."""
    if not shutil.which("bwrap"):
        return "bubblewrap (bwrap) is not installed"
    try:
        trial = subprocess.run(
            [*bubblewrap(Limits()), "true"], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        return f"bubblewrap doesn't work here: {error}"
    return f"bubblewrap doesn't work here: {trial.stderr.strip()}" if trial.returncode else ""


def bubblewrap(limits):
    """Return the command that starts another in a sandbox.

    No network, its own processes and an own /tmp; of the disk it sees, read-only, the system and
    the environment that Python runs in, but not this repo.
    """
    command = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    for path in ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc/ld.so.cache", sys.base_prefix):
        command += ["--ro-bind-try", path, path]
    # A tmpfs is kept in memory, which the limit of a process doesn't count.
    command += ["--proc", "/proc", "--dev", "/dev", "--size", str(10 * limits.file_size)]
    command += ["--tmpfs", "/tmp", "--tmpfs", str(ROOT)]
    # The environment may lie in the repo, and NumPy outside the environment.
    for path in (sys.prefix, sysconfig.get_path("platlib"), Path(np.__file__).parents[1]):
        command += ["--ro-bind-try", str(path), str(path)]
    command += ["--ro-bind", str(CHILD), "/run/child.py", "--remount-ro", str(ROOT)]
    return [*command, "--chdir", "/tmp"]


def child_command(limits, sandbox):
    """Return the command that starts the process for one exercise, in the sandbox or without."""
    script = "/run/child.py" if sandbox else str(CHILD)
    command = [sys.executable, "-I", "-B", script, json.dumps(limits._asdict())]
    return [*bubblewrap(limits), *command] if sandbox else command


class Child:
    """A process that answers requests, one line of JSON each; use it with `with`.

    Parameters
    ----------
    command : list of str
    limits : Limits
        The parent sees to the time and to what is printed, the process itself to the others.
    cwd : path, optional
        Where it runs, if not in an empty folder of its own.
    """

    def __init__(self, command, limits, cwd=None):
        self.limits = limits
        self.scratch = tempfile.mkdtemp(prefix="grading-")
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd or self.scratch,
            env=ENVIRONMENT,
            start_new_session=True,
        )
        self.deadline = None
        self.reply = bytearray()
        self.printed = 0
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            os.set_blocking(pipe.fileno(), False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """End the process, if it runs, and put away what it leaves."""
        if self.process.stdin.closed:
            return
        self.kill()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def kill(self):
        """End the process and all in its group."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def ask(self, **request):
        """Send a request and return the reply.

        The time runs from the first request on.

        Raises
        ------
        Stopped
            If a limit was met, or there is no reply that can be read.
        """
        if self.deadline is None:
            self.deadline = time.monotonic() + self.limits.seconds
        line = self.exchange(json.dumps(request).encode() + b"\n")
        try:
            reply = json.loads(line)
            outcome = reply["outcome"]
        except (ValueError, TypeError, KeyError, RecursionError):
            raise self.stopped("unreadable") from None
        if outcome == "stopped":
            raise self.stopped(reply.get("limit"))
        return reply

    def exchange(self, request):
        """Write a request and read a line, while watching the time and what is printed."""
        stdin, stdout, stderr = (
            pipe.fileno() for pipe in (self.process.stdin, self.process.stdout, self.process.stderr)
        )
        with selectors.DefaultSelector() as selector:
            selector.register(stdin, selectors.EVENT_WRITE)
            selector.register(stdout, selectors.EVENT_READ)
            selector.register(stderr, selectors.EVENT_READ)
            complete = b"\n" in self.reply
            while not complete:
                left = self.deadline - time.monotonic()
                if left <= 0:
                    raise self.stopped("seconds")
                for key, _ in selector.select(left):
                    if key.fd == stdin:
                        request = self.write(request)
                        if not request:
                            selector.unregister(stdin)
                        continue
                    data = os.read(key.fd, 65536)
                    if not data:
                        selector.unregister(key.fd)
                    if key.fd == stderr:
                        self.printed += len(data)
                        if self.printed > self.limits.output:
                            raise self.stopped("output")
                    elif not data:
                        raise self.stopped(self.cause_of_death())
                    else:
                        self.reply += data
                        complete = b"\n" in data
                        if len(self.reply) > MOST_REPLY_BYTES:
                            raise self.stopped("unreadable")
        line, _, self.reply = self.reply.partition(b"\n")
        return bytes(line)

    def write(self, request):
        """Write what the pipe takes, and return the rest; none if nobody reads any more."""
        try:
            return request[os.write(self.process.stdin.fileno(), request) :]
        except BrokenPipeError:
            return b""

    def cause_of_death(self):
        """Return the limit that ended the process, as far as its exit status tells."""
        try:
            status = self.process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return "died"
        # bubblewrap reports a signal as 128 + its number.
        return "file_size" if status in (-signal.SIGXFSZ, 128 + signal.SIGXFSZ) else "died"

    def stopped(self, limit):
        """End the process, and return the error to raise."""
        self.kill()
        text = STOPPED.get(str(limit), STOPPED["unreadable"])
        return Stopped(text.format(limits=self.limits))
