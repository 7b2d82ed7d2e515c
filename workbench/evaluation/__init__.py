"""What a trained model is worth: its scores, its outcomes on each test example, its latency, its cost and its size.

``metrics`` declares every figure once (name, unit, direction) and is light to import; the other modules compute them
and need NumPy. Nothing here knows how a model was trained.
"""
