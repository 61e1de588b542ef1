"""What explains the verdicts: one module an ablation.

Each has ``calls(subject)``, the trainings it needs, and ``tables(subject, results)``, what comes
of them; one that is drawn has ``draw(subject, results)`` as well, which returns a PNG.
"""
