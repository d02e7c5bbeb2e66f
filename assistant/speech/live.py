"""A live conversation put together from the settings: which microphone, loudspeaker and wake word, and why."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from assistant.errors import DeviceError
from assistant.ports import Loudspeaker, Microphone, Synthesizer, Transcriber, WakeWord
from assistant.settings import SpeechSettings
from assistant.speech import devices, echo
from assistant.speech.conversation import Conversation, Event
from assistant.speech.mouth import Mouth
from assistant.speech.own_voice import OwnVoice
from assistant.utterance import Reply, Utterance, Zone


def conversation(
    speech: SpeechSettings,
    transcriber: Callable[[], Transcriber],
    synthesizer: Callable[[], Synthesizer],
    answer: Callable[[Utterance], Awaitable[Reply]],
    tell: Callable[[Event], None] = lambda event: None,
    *,
    source: Sequence[Path] = (),
    sink: Path | None = None,
    why: dict[str, str] | None = None,
) -> Conversation:
    """A conversation that ``run`` begins. The loudspeaker is opened here, the microphone then.

    ``source`` are sound files in place of the microphone, ``sink`` a WAV file in place of the loudspeaker. ``why`` is
    told what is used and why, as `cabin doctor` is. Where there is no loudspeaker, replies are only told. Raises
    SettingsError for a wake word that cannot be listened for, DeviceError for a loudspeaker that was named and is not
    there, StorageError for a ``sink`` that cannot be written.
    """
    why = {} if why is None else why
    word, listens = wake_word(speech)  # before anything is opened that would have to be closed again
    speaker, why["loudspeaker"] = loudspeaker(speech, sink)
    why["wake word"] = listens
    voice, reason = own_voice()
    if speaker is not None:
        why["echo"] = reason
    return Conversation(
        lambda: microphone(speech, source),
        transcriber,
        answer,
        tell,
        mouth=Mouth(speaker, synthesizer) if speaker else None,
        own_voice=voice,
        wake_word=word,
        zone=Zone(speech.microphone_zone),
    )


def microphone(speech: SpeechSettings, source: Sequence[Path] = ()) -> Microphone:
    """The microphone of the settings, opened; or ``source``. Raises DeviceError when there is none."""
    from assistant.speech.microphone import DeviceMicrophone, FileMicrophone

    return FileMicrophone(*source) if source else DeviceMicrophone(speech.microphone)


def loudspeaker(speech: SpeechSettings, sink: Path | None = None) -> tuple[Loudspeaker | None, str]:
    """The loudspeaker of the settings, opened, or None and why. One that was named and is not there is an error."""
    from assistant.speech.loudspeaker import DeviceLoudspeaker, FileLoudspeaker

    if sink is not None:
        return FileLoudspeaker(sink), f"replies are written to {sink}"
    try:
        return DeviceLoudspeaker(speech.loudspeaker), _why(speech.loudspeaker)
    except DeviceError as error:
        if speech.loudspeaker != devices.DEFAULT:
            raise
        return None, str(error)


def wake_word(speech: SpeechSettings) -> tuple[WakeWord | None, str]:
    """What listens for the wake word of the settings, and why; None when they name none. Raises SettingsError."""
    if not speech.wake_word.strip():
        return None, "the settings name none: push-to-talk only"
    if speech.wake_word_uri:
        from assistant.speech.wyoming_wake import WyomingWakeWord

        remote = WyomingWakeWord(speech.wake_word_uri, speech.wake_word)
        return remote, (
            f'"{remote.phrase}", by the Wyoming server {speech.wake_word_uri}, because the settings name it: '
            "everything that the microphone hears goes there unencrypted"
        )
    from assistant.speech.wake import SphinxWakeWord

    word = SphinxWakeWord(speech.wake_word)
    return word, f'"{word.phrase}", by PocketSphinx (built in)'


def own_voice() -> tuple[OwnVoice, str]:
    """What keeps our own voice out of what is heard, and why."""
    missing = echo.available()
    if missing:
        return OwnVoice(), f"nothing is heard while a reply is spoken: {missing}"
    return OwnVoice(echo.WebRtcCanceller()), "replies can be interrupted: WebRTC's echo canceller takes them out"


def examine(speech: SpeechSettings, kind: devices.Kind) -> tuple[str, str]:
    """For `cabin doctor`: the device that would be used, and why. Raises DeviceError when a named one is missing."""
    named = speech.microphone if kind == "microphone" else speech.loudspeaker
    try:
        found = devices.find(kind, named)
    except DeviceError as error:
        if named != devices.DEFAULT:
            raise
        return "none", str(error)
    return found.name, _why(named) + f", {found.sample_rate} Hz"


def _why(named: str) -> str:
    return "this computer's default" if named == devices.DEFAULT else "the settings name it"
