"""The two looks of the dashboard. Telltales keep the colours of ISO 2575 in both."""

from textual.theme import Theme

DARK = Theme(
    name="cabin-dark",
    dark=True,
    primary="#56c8ff",
    secondary="#8aa4ff",
    accent="#ffb454",
    success="#4fd6a0",
    warning="#ffb02e",
    error="#ff5d5d",
    foreground="#dfe7ef",
    background="#090d12",
    surface="#0e141b",
    panel="#1a232e",
    boost="#16202b",
    variables={
        "dim": "#7c8a99",
        "faint": "#2b3846",
        "lamp-red": "#ff4b4b",
        "lamp-amber": "#ffb000",
        "lamp-green": "#35d48a",
        "lamp-blue": "#4aa5ff",
        "lamp-white": "#f4f7fa",
        "footer-key-foreground": "#56c8ff",
    },
)

CONTRAST = Theme(
    name="cabin-contrast",
    dark=True,
    primary="#ffff00",
    secondary="#00ffff",
    accent="#ffff00",
    success="#00ff66",
    warning="#ffcc00",
    error="#ff6060",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#202020",
    boost="#101010",
    variables={
        "dim": "#d0d0d0",
        "faint": "#707070",
        "lamp-red": "#ff5050",
        "lamp-amber": "#ffcc00",
        "lamp-green": "#00ff66",
        "lamp-blue": "#66b3ff",
        "lamp-white": "#ffffff",
        "footer-key-foreground": "#ffff00",
    },
)

THEMES = {"dark": DARK, "contrast": CONTRAST}
