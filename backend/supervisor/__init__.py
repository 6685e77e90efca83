"""`make run`: the embedded servers and every process of the product as children of one parent.

Imports the standard library and psutil only, so that the parent stays small.
"""
