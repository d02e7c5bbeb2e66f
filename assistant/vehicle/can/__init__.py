"""The diagnostic socket: OBD-II (SAE J1979) and UDS (ISO 14229) over ISO-TP (ISO 15765-2) on any python-can bus."""
