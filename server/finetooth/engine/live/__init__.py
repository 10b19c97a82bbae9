"""An open document: its text, its records and their findings, kept up to date while it is typed in.

`index.py` is the one for a document, `dataset.py` for the files that belong together; `worker.py` is the
process in which everything is gathered that would keep a keystroke waiting.
"""
