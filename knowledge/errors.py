"""What can be wrong with manuals and their index.

KnowledgeError          the message says what is wrong, where, and what to do
├── PackError           a pack's file is wrong: names file, line and key
├── IndexMissing        no index was built yet
├── IndexBroken         the index does not hold what its manifest says
└── ModelError          the embedding model's files, or the language model configured, cannot be opened
"""


class KnowledgeError(Exception):
    """An error a person can act on."""


class PackError(KnowledgeError):
    """A pack's file is wrong: names file, line and key."""


class IndexMissing(KnowledgeError):  # noqa: N818  # says what is the case, as FileNotFoundError
    """No index was built yet."""


class IndexBroken(KnowledgeError):  # noqa: N818  # as above
    """The index does not hold what its manifest says, or cannot be read."""


class ModelError(KnowledgeError):
    """The embedding model's files, or the language model that is configured, cannot be opened."""
