"""Every proof at full length, and the page that says what came of it.

python -m tests.proving [STEP ...]
"""
