"""Passages in a Chroma server, so that any number of workers share them."""

from typing import Any
from urllib.parse import urlsplit

from knowledge.errors import KnowledgeError
from knowledge.index import COLLECTION
from knowledge.shelf import Shelf

BATCH = 1_000


class Server:
    """A Chroma server or a distributed Chroma by its URL. Each build of the index has a collection of its own, so
    that workers go from one to the next each at its time.
    """

    def __init__(self, url: str) -> None:
        """Raises KnowledgeError when the URL is none."""
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            port = -1
        if parts.scheme not in ("http", "https") or not parts.hostname or port == -1:
            raise KnowledgeError(f"{url}: not the address of a Chroma server, such as http://chroma:8000")
        self.url, self._host, self._ssl = url, parts.hostname, parts.scheme == "https"
        self._port = port or (443 if self._ssl else 8000)

    def store(self, shelf: Shelf) -> Any:
        """LangChain's Chroma vector store over the build of ``shelf``; its passages are uploaded unless they are
        there. Raises KnowledgeError when the server cannot be used.
        """
        from langchain_chroma import Chroma

        client = self._client()
        name = self.collection(shelf)
        try:
            collection = client.get_or_create_collection(
                name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
            )
            if collection.count() != len(shelf.passages):
                self._upload(collection, shelf)
            return Chroma(collection_name=name, client=client)
        except Exception as error:  # the client raises many kinds, its HTTP library's among them
            raise KnowledgeError(f"{self.url}: the Chroma server cannot be used: {error}") from error

    @staticmethod
    def collection(shelf: Shelf) -> str:
        """The collection of a build."""
        return f"{COLLECTION}-{shelf.folder.name}"

    def forget(self, shelf: Shelf) -> None:
        """Remove the collection of a build that nobody reads any more; another worker may have done so already."""
        from chromadb.errors import NotFoundError

        try:
            self._client().delete_collection(self.collection(shelf))
        except NotFoundError:
            pass
        except Exception as error:  # as above
            raise KnowledgeError(f"{self.url}: an old build cannot be removed: {error}") from error

    def _client(self) -> Any:
        import chromadb
        from chromadb.config import Settings

        try:
            return chromadb.HttpClient(
                self._host, self._port, ssl=self._ssl, settings=Settings(anonymized_telemetry=False)
            )
        except Exception as error:  # as above
            raise KnowledgeError(f"{self.url}: no Chroma server answers there: {error}") from error

    @staticmethod
    def _upload(collection: Any, shelf: Shelf) -> None:
        for start in range(0, len(shelf.passages), BATCH):
            rows = range(start, min(start + BATCH, len(shelf.passages)))
            collection.upsert(
                ids=[str(row) for row in rows],
                embeddings=shelf.vectors[rows.start : rows.stop],
                documents=[shelf.passages[row][1] for row in rows],
                metadatas=[
                    {
                        "row": row,
                        "pack": shelf.owner[shelf.passages[row][0]],
                        "section": shelf.passages[row][0],
                        "page": shelf.sections[shelf.passages[row][0]].page or 0,
                    }
                    for row in rows
                ],
            )
