// The bar that plays: to the beginning, play and pause, the time, how fast.
import { element, icon } from "./dom.js";

const PLAY = "M4.5 2.5v11L13.5 8z";
const PAUSE = "M4 3h3v10H4zM9 3h3v10H9z";
const BEGIN = "M4 3h2v10H4zM14 3v10L7 8z";
const SPEEDS = [0.5, 1, 2, 4, 8, 16];
/** Longer episodes begin faster. */
const BRISK = 90;
const BRISKER = 240;

export class Player {
  constructor(bar, replay) {
    Object.assign(this, { replay });
    const { episode, length } = replay;
    this.speed = length < BRISK ? 1 : length < BRISKER ? 2 : 4;
    const button = (path, title, act) => {
      const made = element("button");
      made.append(icon(path));
      made.title = title;
      made.setAttribute("aria-label", title);
      made.onclick = act;
      bar.append(made);
      return made;
    };
    button(BEGIN, "to the beginning (Home)", () => replay.seek(0));
    this.button = button(PLAY, "play or pause (space)", () => (replay.playing ? replay.pause() : replay.play()));
    this.button.className = "play";
    this.clock = element("output", "clock");
    this.slider = element("input");
    Object.assign(this.slider, { type: "range", min: 0, max: length, step: 0.05, value: 0 });
    this.slider.setAttribute("aria-label", `time in ${episode.unit}`);
    this.slider.oninput = () => replay.seek(Number(this.slider.value));
    this.pace = element("select");
    this.pace.setAttribute("aria-label", "speed");
    for (const each of SPEEDS) this.pace.append(new Option(`${each}\u00D7`, each, false, each === this.speed));
    this.pace.onchange = () => {
      this.speed = Number(this.pace.value);
    };
    bar.append(this.clock, this.slider, this.pace);
  }

  /** The next speed up or down. */
  shift(by) {
    const place = SPEEDS.indexOf(this.speed) + by;
    if (place < 0 || place >= SPEEDS.length) return;
    this.speed = SPEEDS[place];
    this.pace.value = this.speed;
  }

  show(time, playing) {
    const { episode, length } = this.replay;
    this.slider.value = time;
    this.slider.style.setProperty("--part", `${(100 * time) / length}%`);
    this.slider.setAttribute("aria-valuetext", episode.clock(time));
    this.clock.textContent = `${episode.clock(time)} / ${episode.clock(length).replace("step ", "")}`;
    this.button.querySelector("path").setAttribute("d", playing ? PAUSE : PLAY);
  }
}
