"""Grade what students hand in, without trusting it.

`find` lists the files and reads their cells, and `cut` keeps the statements that a graded function
needs; both are done in a process of their own (`read`). `confine` runs what is kept in another one
(`child`), `judge` calls the lab's own checks on that child, and `plugin` makes it options and
a report of pytest, with a test for each exercise (`exercises`).
"""
