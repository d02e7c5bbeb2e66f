"""How a desk is run: every limit and option in one typed object, passed to its workers as JSON."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Setup(BaseModel):
    """``index_folder`` and ``records`` are folders; times in seconds, sizes in bytes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    index_folder: Path
    records: Path
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65_535)
    hosts: tuple[str, ...] = ()
    """Names under which the desk is reached, for the Host header; loopback names always count."""
    workers: int = Field(1, ge=1, le=64)
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    chroma_url: str = ""
    """A Chroma server; empty: passages are found in this process, see `knowledge.nearest`."""
    writer_url: str = ""
    """An OpenAI-style endpoint of a language model; empty: none."""
    writer_model: str = "default"
    rate: float = Field(50.0, gt=0)
    """Requests a second that a key may make, over all workers."""
    burst: int = Field(100, ge=1)
    """Requests that a key may make at once."""
    largest_body: int = 64 * 1024
    head_s: float = 10.0
    """How long a request's head may take to arrive."""
    body_s: float = 10.0
    """How long a request's body may take to arrive."""
    answer_s: float = 10.0
    """How long an answer may take."""
    at_once: int = Field(2, ge=1)
    """Questions that a worker answers side by side: one a core."""
    waiting: int = Field(200, ge=0)
    """Questions that may wait for their turn; one more is told that the desk is busy."""
    connections: int = Field(512, ge=1)

    @property
    def is_local(self) -> bool:
        """Whether only this machine reaches the desk."""
        return self.host in LOOPBACK

    @property
    def has_tls(self) -> bool:
        return self.tls_certificate is not None
