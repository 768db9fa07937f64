"""Kedja from Python: open a store or a server, ask each question, get tables, graphs and pictures.

    import kedja

    with kedja.open("http://127.0.0.1:8000") as asking:      # or "sqlite:///kedja.sqlite", or nothing: your own store
        answer = asking.at(valid_at="2026-11-01").exposure("2321000073", "forced-labour")
        answer.frame()           # the rows that page and CSV show, as a pandas DataFrame
        answer.frame("members")  # a list of the answer, as it is
        answer.network()         # networkx
        answer.unknown           # what is not known, in sentences

The same answer from a store and from the server that serves it. Errors are ``kedja.KedjaError`` and its kinds.
"""

from kedja.asking import Kedja, open  # noqa: A004  (kedja.open, as gzip.open)
from kedja.result import Result
from ontology.errors import AmbiguousError, InputError, KedjaError, NotInGraphError

__all__ = ["AmbiguousError", "InputError", "Kedja", "KedjaError", "NotInGraphError", "Result", "open"]
