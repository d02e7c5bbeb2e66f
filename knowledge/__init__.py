"""What the car knows: manuals, index, retrieval, the chain, diagnostics wording."""
