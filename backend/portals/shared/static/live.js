"use strict";
// A page that lives: it hears of news over SSE, asks every five seconds while it cannot, and says which.

const POLL_MS = 5000;
const SOUND = "anlin.sound";
const raise = (name) => document.body.dispatchEvent(new CustomEvent(name));

document.addEventListener("alpine:init", () => {
  window.Alpine.data("live", () => ({
    state: "waiting",
    sound: localStorage.getItem(SOUND) === "on",
    get label() {
      return texts[this.state];
    },
    get soundLabel() {
      return this.sound ? texts.soundOn : texts.soundOff;
    },
    get pressed() {
      return String(this.sound);
    },
    init() {
      this.listen();
      setInterval(() => this.poll(), POLL_MS);
    },
    listen() {
      const source = new EventSource(meta("live-feed"), { withCredentials: true });
      source.addEventListener("open", () => {
        // Whatever happened while nobody listened.
        if (this.state !== "live") raise("feed-poll");
        this.state = "live";
      });
      source.addEventListener("feed", (event) => {
        for (const kind of JSON.parse(event.data).kinds) raise(kind === "resync" ? "feed-poll" : `feed-${kind}`);
      });
      source.addEventListener("error", () => {
        this.state = "lost";
        if (source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
        setTimeout(() => this.listen(), POLL_MS);
      });
    },
    poll() {
      if (this.state !== "live") raise("feed-poll");
    },
    toggleSound() {
      this.sound = !this.sound;
      localStorage.setItem(SOUND, this.sound ? "on" : "off");
      if (this.sound) chime();
    },
  }));
});

let audio;
function chime() {
  audio ??= new AudioContext();
  audio.resume();
  const gain = new GainNode(audio, { gain: 0.15 });
  const tone = new OscillatorNode(audio, { frequency: 880 });
  tone.connect(gain).connect(audio.destination);
  gain.gain.setTargetAtTime(0, audio.currentTime + 0.15, 0.08);
  tone.start();
  tone.stop(audio.currentTime + 0.6);
  navigator.vibrate?.(120);
}
