"""What a trained model is worth: its scores, its outcomes on each test example, its latency, its cost and its size.

``metrics`` declares every figure once (name, unit, direction) and is light to import. ``scores``, ``outcomes``,
``latency``, ``cost`` and ``size`` compute them in a trainer, each from no more than it needs, so that one can be tested
without a training; nothing here knows how a model was trained. ``columns`` packs arrays for the store, and
``outcome_rows`` reads outcomes back one by one.
"""
