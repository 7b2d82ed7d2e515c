"""The store: one SQLite file that keeps every run, and the only place in the program where SQL is written.

Records (``records``, ``packed_records``) go in and come out; ``database`` opens and guards the file, ``migrations``
shapes it, and a module for each topic (runs, series, outcomes, …) holds short functions over an open ``Database``. It
knows nothing of models, of what a metric means, or of screens.
"""
