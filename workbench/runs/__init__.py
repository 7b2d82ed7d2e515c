"""The processes of a run, from the wish to the last row in the store, so that nothing that dies takes a point along.

``launcher`` checks a spec, queues the run and starts its ``supervisor``, which waits for its turn (``waiting``,
``leases``), starts the ``trainer`` (``trainer_process``) and folds what that one reports into the store (``folding``).
The trainer writes events through a ``recorder`` to the ``spool`` (``encoding``); ``ending`` decides what became of the
run. From outside, ``stopping`` asks it to stop and tells whether it lives, and ``recovery`` looks after what died.

There are two processes, since the one that imports torch is the one that crashes, and files and locks between them
instead of pipes, since those outlive both. Nothing is imported here: each process loads only what it needs.
"""
