// A replay: where it is in time, whom it follows, and everything that shows that.
import { Cards } from "./cards.js";
import { coloured, element } from "./dom.js";
import { done } from "./episode.js";
import { listen } from "./keyboard.js";
import { layout } from "./layout.js";
import { Player } from "./player.js";
import { Space } from "./space/space.js";
import { Story } from "./story.js";
import { Timeline } from "./timeline.js";
import { Transcript } from "./transcript.js";

export class Replay {
  constructor(root, episode) {
    this.episode = episode;
    this.length = Math.max(0.1, episode.length);
    Object.assign(this, { time: 0, playing: false, chosen: "", eyes: false });
    const parts = layout(root, episode, () => this.story?.turned(this.time));
    this.parts = parts.parts;
    this.scene = episode.scene ? new Space(parts.stage, episode) : new Transcript(parts.stage, episode, this);
    parts.stage.append(parts.tools);
    this.player = new Player(parts.player, this);
    this.cards = new Cards(parts.agents, episode, this);
    this.story = new Story(parts.lines, episode, this);
    this.timeline = new Timeline(parts.timeline, episode, (time) => this.seek(time));
    listen(this, this.buttons(parts.tools));
    this.read(parts);
    addEventListener("hashchange", () => this.read(parts));
    new ResizeObserver(() => this.scene.fit()).observe(parts.stage);
    this.scene.fit();
    requestAnimationFrame((now) => this.tick(now));
  }

  /** The buttons over the stage: whom to follow, and what the scene offers; returns those that have a letter. */
  buttons(bar) {
    const make = (text, title, act) => {
      const made = element("button", "chip", text);
      made.title = title;
      made.onclick = act;
      bar.append(made);
      return made;
    };
    const names = Object.keys(this.episode.colours);
    this.all = make(this.scene.whole, "everybody (0)", () => this.view("", false));
    this.follow = names.map((name, number) => [name, coloured(
      make(name, `follow ${name} (${number + 1})`, () => this.view(name, this.eyes && this.chosen !== name)),
      this.episode.colours[name])]);
    this.look = make("Eyes", "what the agent itself sees (E)", () => this.view(this.chosen || names[0], !this.eyes));
    return this.scene.tools(make);
  }

  /** Goes where the address says: `#t=12.5&view=ann&eyes&story`. */
  read(parts) {
    const asked = new URLSearchParams(location.hash.slice(1));
    this.scene.read(asked);
    this.seek(Number(asked.get("t") || 0));
    this.view(asked.get("view") || "", asked.has("eyes"));
    if (asked.has("story")) parts.story.click();
    this.scene.arrive();
  }

  seek(time) {
    this.time = Math.min(this.length, Math.max(0, Number.isFinite(time) ? time : 0));
    this.update();
  }

  play() {
    if (this.time >= this.length) this.time = 0;
    this.playing = true;
    this.update();
  }

  pause() {
    this.playing = false;
    this.update();
  }

  /** Follows somebody, from outside or through its eyes; nobody: everything. */
  view(name, eyes = false) {
    this.chosen = this.episode.colours[name] ? name : "";
    this.eyes = Boolean(this.chosen) && eyes;
    this.scene.follow(this.chosen, this.eyes);
    this.update();
  }

  body(name) {
    return this.scene.body(name);
  }

  update() {
    const { time, chosen, eyes } = this;
    this.scene.show(time);
    this.cards.show(time, chosen, eyes);
    this.story.show(time);
    this.timeline.show(time);
    this.player.show(time, this.playing);
    const all = Object.keys(this.episode.weights).length;
    this.parts.textContent = `${done(this.episode, time).size} of ${all} parts done`;
    this.all.classList.toggle("on", !chosen);
    for (const [name, button] of this.follow) button.classList.toggle("on", name === chosen);
    this.look.classList.toggle("on", eyes);
  }

  tick(now) {
    const passed = Math.min(0.1, (now - (this.before || now)) / 1000);
    this.before = now;
    if (this.playing) {
      this.time = Math.min(this.length, this.time + passed * this.player.speed);
      if (this.time >= this.length) this.playing = false;
      this.update();
    }
    this.scene.frame(passed);
    requestAnimationFrame((next) => this.tick(next));
  }
}
