"""A coverage-guided fuzzer over everything that reads what others wrote: ``make fuzz``.

``targets`` says what is tried, ``words`` what the texts are made of, ``__main__`` runs the fuzzer. ``corpus`` holds
inputs that reach far, ``found`` those that once broke something; `tests/test_fuzzed.py` tries both in every test run.
"""
