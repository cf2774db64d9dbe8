"""The same for Python: change the golden models, the compiler or the bench, and see a test fall.

kinds.py       the kinds of changes, and all changes of each kind in a file
reach.py       which lines each test runs, and how long it takes
station.py     a process that has imported the libraries and forks itself for each mutant
choice.py      which tests a mutant is given, and in which order
campaign.py    mutant by mutant: choose, run the tests that reach it, judge
"""
