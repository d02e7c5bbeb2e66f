"""The append-only, hash-chained record of what was asked, decided and done."""

from assistant.journal.chain import BadRecord, read, verify
from assistant.journal.journal import Journal
from assistant.journal.record import Record

__all__ = ["BadRecord", "Journal", "Record", "read", "verify"]
