"""Prove that the bench catches faults: break the core in small ways, and see which test falls.

faults.py     the faults of tests/faults/: table and patches
patches.py    read and apply a patch
tree.py       a copy of the checkout in which the core can be broken
merge.py      put all faults into one core, chosen by a number: one build for all
order.py      which tests are tried, and in which order
tests.py      run tests in a tree until one fails
station.py    try a fault: trees and order
benches.py    run the benches that must not pass
campaign.py   all of it, fault by fault
report.py     table and build/reports/selftest.json
"""
