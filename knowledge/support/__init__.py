"""The support desk: people and programs ask the same manuals as the car, through one index and no vehicle."""
