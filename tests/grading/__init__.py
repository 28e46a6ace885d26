"""Grade what students hand in, without trusting it.

`find` lists the files and reads their cells, `cut` keeps the statements that a graded function
needs, `confine` runs them in a child process (`child`), `judge` calls the lab's own checks on that
child, and `plugin` makes all of it options and a report of pytest.
"""
