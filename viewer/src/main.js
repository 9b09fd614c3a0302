// The page of a replay: reads the episode, sets the stage, and lets one move in time and space.
import * as THREE from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import { Cards, Story } from "./cards.js";
import { clock, css, element, icon } from "./dom.js";
import { Labels } from "./labels.js";
import { Stage } from "./stage.js";
import { cut } from "./surfaces.js";
import { Timeline } from "./timeline.js";
import style from "./page.css";

const OPEN = 2.15;
const PLAY = "M4.5 2.5v11L13.5 8z";
const PAUSE = "M4 3h3v10H4zM9 3h3v10H9z";
const WHOLE = 1e4;
const SPEEDS = [0.5, 1, 2, 4, 8, 16];
const LIGHT = { air: "#e9e8e3", sky: "#c9dbe6" };
const NIGHT = { air: "#1b1e24", sky: "#8fa9bb" };

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

class Replay {
  constructor(root, episode) {
    this.episode = episode;
    this.seconds = Math.max(0.1, episode.seconds);
    Object.assign(this, { time: 0, playing: false, chosen: "", eyes: false, roofs: "auto", dirty: true });
    this.speed = this.seconds < 90 ? 1 : this.seconds < 240 ? 2 : 4;
    this.stage = new Stage(episode);
    this.layOut(root);
    this.labels = new Labels(this.layer, this.stage, episode);
    this.cards = new Cards(this.agents, episode, this.stage, (name, eyes) => this.view(name, eyes));
    this.story = new Story(this.lines, episode, (time) => this.seek(time));
    this.timeline = new Timeline(this.times, episode, (time) => this.seek(time));
    this.draws();
    this.keys();
    this.covered = Object.values(episode.bodies).some((track) => (
      track.some((key, place) => key.length > 1 && place % 3 === 0 && this.stage.indoors(key))));
    this.stage.show(0);
    cut.value = this.height();
    this.overview(true);
    this.fromAddress();
    this.update();
    new ResizeObserver(() => this.fit()).observe(this.view3d);
    this.fit();
    requestAnimationFrame((now) => this.tick(now));
  }

  layOut(root) {
    const { episode } = this;
    const top = element("header", "top");
    const titles = element("div", "titles");
    titles.append(element("h1", "", episode.world.replace(/-v\d+$/, "").replace(/.*:/, "").replaceAll("_", " ")));
    titles.append(element("p", "", episode.purpose));
    const facts = element("div", "facts");
    const success = episode.outcome.success;
    if (episode.failure) facts.append(element("span", "pill bad", `broken off: ${episode.failure}`));
    else if (success !== undefined) facts.append(element("span", `pill ${success ? "good" : "bad"}`, success ? "success" : "no success"));
    const reasons = new Set(Object.values(episode.endings).map(([, reason]) => reason));
    for (const reason of reasons) facts.append(element("span", "pill", reason));
    facts.append(element("span", "pill", `seed ${episode.seed}`));
    top.append(titles, facts);
    this.view3d = element("div", "stage");
    this.layer = element("div", "layer");
    this.canvas = element("canvas");
    this.canvas.setAttribute("aria-label", "the scene in three dimensions");
    this.tools = element("div", "tools");
    this.view3d.append(this.canvas, this.layer, this.tools);
    const side = element("aside", "side");
    const tabs = element("nav", "tabs");
    this.agents = element("div", "agents");
    this.lines = element("div", "lines");
    this.lines.hidden = true;
    const tab = (text, shown, hidden) => {
      const button = element("button", "", text);
      button.onclick = () => {
        [shown.hidden, hidden.hidden] = [false, true];
        for (const each of tabs.children) each.classList.toggle("on", each === button);
        this.story.last = -2;
        this.update();
      };
      tabs.append(button);
      return button;
    };
    tab("Agents", this.agents, this.lines).classList.add("on");
    this.tell = tab("Story", this.lines, this.agents);
    side.append(tabs, this.agents, this.lines);
    const bottom = element("footer", "bottom");
    this.times = element("div", "timeline");
    bottom.append(this.player(), this.times);
    root.append(top, this.view3d, side, bottom);
    this.buttons();
  }

  player() {
    const bar = element("div", "player");
    const button = (text, title, act) => {
      const made = element("button");
      made.append(icon(text));
      made.title = title;
      made.setAttribute("aria-label", title);
      made.onclick = act;
      bar.append(made);
      return made;
    };
    button("M4 3h2v10H4zM14 3v10L7 8z", "to the beginning", () => this.seek(0));
    this.button = button(PLAY, "play or pause (space)", () => (this.playing ? this.pause() : this.play()));
    this.button.className = "play";
    this.told = element("output", "clock");
    this.slider = element("input");
    Object.assign(this.slider, { type: "range", min: 0, max: this.seconds, step: 0.05, value: 0 });
    this.slider.setAttribute("aria-label", "time in seconds");
    this.slider.oninput = () => this.seek(Number(this.slider.value));
    const speed = element("select");
    speed.setAttribute("aria-label", "speed");
    for (const each of SPEEDS) speed.append(new Option(`${each}\u00D7`, each, false, each === this.speed));
    speed.onchange = () => {
      this.speed = Number(speed.value);
    };
    bar.append(this.told, this.slider, speed);
    return bar;
  }

  buttons() {
    const make = (text, title, act, colour) => {
      const made = element("button", "chip", text);
      made.title = title;
      made.onclick = act;
      if (colour) made.style.setProperty("--own", css(colour));
      this.tools.append(made);
      return made;
    };
    this.all = make("Overview", "the whole scene (0)", () => this.view("", false));
    this.follow = Object.keys(this.episode.colours).map((name, number) => [name,
      make(name, `follow ${name} (${number + 1})`, () => this.view(name, this.eyes && this.chosen !== name), this.episode.colours[name])]);
    this.look = make("Eyes", "see through the eyes of the agent (E)", () => (
      this.view(this.chosen || this.follow[0]?.[0] || "", !this.eyes)));
    this.lift = make("Roofs", "lift the roofs, or put them on (R)", () => this.setRoofs(this.lifted ? "on" : "off"));
    this.levels = this.stage.storeys.length < 2 ? [] : this.stage.storeys.map((_, number) => (
      make(number ? `Floor ${number}` : "Ground floor", "what is on this floor", () => this.setRoofs(number))));
    this.named = make("Labels", "names of things and places (L)", () => {
      this.labels.wanted = !this.labels.wanted;
      this.update();
    });
  }

  draws() {
    try {
      this.renderer = new THREE.WebGLRenderer({ canvas: this.canvas, antialias: true, preserveDrawingBuffer: true });
    } catch (error) {
      this.view3d.replaceChildren(element("p", "sorry", "This browser cannot draw in three dimensions (WebGL 2)."));
      throw error;
    }
    this.renderer.setPixelRatio(Math.min(2, window.devicePixelRatio));
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = THREE.PCFShadowMap;
    this.camera = new THREE.PerspectiveCamera(42, 1, 0.1, 2000);
    this.camera.up.set(0, 0, 1);
    this.controls = new OrbitControls(this.camera, this.canvas);
    Object.assign(this.controls, { maxPolarAngle: 1.5, minDistance: 2, maxDistance: this.stage.bounds.radius * 5,
      enableDamping: true, dampingFactor: 0.12, zoomToCursor: true });
    this.controls.addEventListener("change", () => {
      this.dirty = true;
    });
    this.controls.addEventListener("start", () => {
      this.touched = true;
      this.flight = null;
    });
    this.behind = new THREE.PerspectiveCamera(60, 1, 0.08, 600);
    this.behind.up.set(0, 0, 1);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const paint = () => {
      this.tones = dark.matches ? NIGHT : LIGHT;
      this.dirty = true;
    };
    dark.addEventListener("change", paint);
    paint();
  }

  keys() {
    addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || /INPUT|SELECT|TEXTAREA/.test(event.target.tagName)) return;
      const key = event.key.toLowerCase();
      const number = Number(key);
      if (key === " ") this.playing ? this.pause() : this.play();
      else if (key === "arrowright") this.seek(this.time + 1);
      else if (key === "arrowleft") this.seek(this.time - 1);
      else if (key === "e") this.look.click();
      else if (key === "r") this.lift.click();
      else if (key === "l") this.named.click();
      else if (key === "0") this.view("", false);
      else if (number >= 1 && number <= this.follow.length) this.view(this.follow[number - 1][0], this.eyes);
      else return;
      event.preventDefault();
    });
  }

  fromAddress() {
    const asked = new URLSearchParams(location.hash.slice(1));
    if (asked.has("roofs")) this.setRoofs(asked.get("roofs") === "on" ? "on" : "off");
    if (asked.has("t")) this.seek(Number(asked.get("t")));
    if (asked.has("view")) this.view(asked.get("view"), asked.has("eyes"));
    if (asked.has("story")) this.tell.click();
    if (this.flight) this.flight.part = 1;
  }

  // ---- time -------------------------------------------------------------------------------------------------------

  seek(time) {
    this.time = Math.min(this.seconds, Math.max(0, Number.isFinite(time) ? time : 0));
    this.update();
  }

  play() {
    if (this.time >= this.seconds) this.time = 0;
    this.playing = true;
    this.update();
  }

  pause() {
    this.playing = false;
    this.update();
  }

  // ---- space ------------------------------------------------------------------------------------------------------

  /** Follows somebody, from outside or through its eyes; nobody: the whole scene. */
  view(name, eyes = false) {
    this.touched = false;
    const changed = name !== this.chosen;
    this.chosen = this.stage.people.has(name) || this.episode.colours[name] ? name : "";
    this.eyes = Boolean(this.chosen) && eyes;
    this.controls.enabled = !this.eyes;
    this.last = null;
    if (!this.chosen) this.overview();
    else if (!this.eyes && changed) this.approach();
    this.update();
  }

  overview(atOnce = false) {
    const { west, east, south, north, x, y } = this.stage.bounds;
    const corners = [west, east].flatMap((a) => [south, north].flatMap((b) => [0, 2.5].map((c) => new THREE.Vector3(a, b, c))));
    const camera = this.camera.clone();
    const from = new THREE.Vector3(-0.2, -0.62, 0.76).normalize();
    const target = new THREE.Vector3(x, y, 0);
    let far = this.stage.bounds.radius * 2;
    // As near as everything still fits, below the buttons; a few rounds settle it.
    for (let round = 0; round < 8; round++) {
      camera.position.copy(target).addScaledVector(from, far);
      camera.lookAt(target);
      camera.updateMatrixWorld();
      const points = corners.map((corner) => corner.clone().project(camera));
      const [left, right] = [Math.min(...points.map((p) => p.x)), Math.max(...points.map((p) => p.x))];
      const [low, high] = [Math.min(...points.map((p) => p.y)), Math.max(...points.map((p) => p.y))];
      const half = far * Math.tan((camera.fov * Math.PI) / 360);
      const aside = new THREE.Vector3().setFromMatrixColumn(camera.matrixWorld, 0);
      const up = new THREE.Vector3().setFromMatrixColumn(camera.matrixWorld, 1);
      target.addScaledVector(aside, ((left + right) / 2) * half * camera.aspect);
      target.addScaledVector(up.setZ(0), ((low + high) / 2 + 0.06) * half);
      far *= Math.max((right - left) / 1.88, (high - low) / 1.72) ** 0.9;
    }
    this.fly(target, target.clone().addScaledVector(from, far), atOnce);
  }

  approach() {
    const at = this.stage.people.get(this.chosen)?.at;
    if (!at) return;
    const target = new THREE.Vector3(at[1], at[2], at[3] + 1);
    // From the side where nothing that stays stands between.
    const sides = [-0.4, 0.4, -1.1, 1.1, -1.9, 1.9, -2.6, 2.6].map((turn) => (
      target.clone().add(new THREE.Vector3(8.2 * Math.sin(turn), -8.2 * Math.cos(turn), 8.5))));
    const open = this.height() < WHOLE ? null : sides.find((side) => this.stage.clear(target, side));
    this.fly(target, open ?? sides[0]);
  }

  fly(target, position, atOnce = false) {
    this.flight = { target, position, part: atOnce ? 1 : 0, from: [this.controls.target.clone(), this.camera.position.clone()] };
    this.dirty = true;
  }

  setRoofs(which) {
    this.roofs = which;
    this.update();
  }

  /** Where the scene is cut open now, metres. */
  height() {
    if (this.eyes || this.roofs === "on") return WHOLE;
    const at = this.chosen && this.stage.people.get(this.chosen)?.at;
    if (typeof this.roofs === "number") return this.stage.storeys[this.roofs] + OPEN;
    if (at && (this.roofs === "off" || this.stage.indoors(at))) return this.stage.storey(at[3]) + OPEN;
    if (this.roofs === "auto" && (!this.covered || at)) return WHOLE;
    const inside = [...this.stage.people.values()].map((each) => each.at)
      .filter((key) => key && (this.roofs === "off" || this.stage.indoors(key))).map((key) => key[3]);
    return this.stage.storey(inside.length ? Math.max(...inside) : 0) + OPEN;
  }

  body(name) {
    const at = this.stage.people.get(name)?.at;
    return at ? { x: at[1], y: at[2], z: at[3], heading: at[4], posture: at[6] } : null;
  }

  // ---- drawing ----------------------------------------------------------------------------------------------------

  update() {
    const { time } = this;
    this.stage.show(time, this.eyes ? this.chosen : "");
    this.cards.show(time, this.chosen, this.eyes);
    this.story.show(time);
    this.timeline.show(time);
    this.slider.value = time;
    this.slider.style.setProperty("--part", `${(100 * time) / this.seconds}%`);
    this.told.textContent = `${clock(time)} / ${clock(this.seconds)}`;
    this.button.querySelector("path").setAttribute("d", this.playing ? PAUSE : PLAY);
    this.all.classList.toggle("on", !this.chosen);
    for (const [name, button] of this.follow) button.classList.toggle("on", name === this.chosen);
    this.look.classList.toggle("on", this.eyes);
    this.named.classList.toggle("on", this.labels.wanted);
    this.levels.forEach((button, number) => button.classList.toggle("on", this.roofs === number));
    this.dirty = true;
  }

  fit() {
    const [width, height] = [this.view3d.clientWidth, this.view3d.clientHeight];
    if (!width || !height) return;
    this.renderer.setSize(width, height, false);
    this.camera.aspect = this.behind.aspect = width / height;
    this.camera.updateProjectionMatrix();
    // Agents see 90 degrees from side to side; a wide picture shows a little more than that.
    this.behind.fov = Math.min(75, (2 * Math.atan(1 / Math.max(1, this.behind.aspect)) * 180) / Math.PI + 8);
    this.behind.updateProjectionMatrix();
    if (!this.chosen && !this.touched) {
      this.overview(true);
      this.move(0);
    }
    // At once: a canvas of another size is empty.
    this.draw();
  }

  tick(now) {
    const passed = Math.min(0.1, (now - (this.before || now)) / 1000);
    this.before = now;
    if (this.playing) {
      this.time = Math.min(this.seconds, this.time + passed * this.speed);
      if (this.time >= this.seconds) this.playing = false;
      this.update();
    }
    if (!this.eyes) this.controls.update();
    this.move(passed);
    if (this.dirty) this.draw();
    requestAnimationFrame((next) => this.tick(next));
  }

  move(passed) {
    const wanted = this.height();
    this.lifted = wanted < WHOLE;
    this.lift.classList.toggle("on", !this.lifted);
    const now = Math.min(cut.value, 24);
    if (cut.value !== wanted) {
      const aim = Math.min(wanted, 24);
      const next = now + (aim - now) * Math.min(1, passed * 7);
      cut.value = Math.abs(next - aim) < 0.02 || this.eyes ? wanted : next;
      this.stage.show(this.time, this.eyes ? this.chosen : "");
      this.dirty = true;
    }
    if (this.flight) {
      const { target, position, from } = this.flight;
      this.flight.part = Math.min(1, this.flight.part + passed * 1.6);
      const part = this.flight.part ** 2 * (3 - 2 * this.flight.part);
      this.controls.target.lerpVectors(from[0], target, part);
      this.camera.position.lerpVectors(from[1], position, part);
      if (this.flight.part >= 1) this.flight = null;
      this.controls.update();
      this.dirty = true;
    }
    const at = this.chosen && !this.eyes && this.stage.people.get(this.chosen)?.at;
    if (at) {
      const spot = new THREE.Vector3(at[1], at[2], at[3] + 1);
      if (this.last) {
        const by = spot.clone().sub(this.last);
        this.controls.target.add(by);
        this.camera.position.add(by);
        if (this.flight) {
          this.flight.target.add(by);
          this.flight.position.add(by);
        }
      }
      this.last = spot;
    }
  }

  draw() {
    this.dirty = false;
    const at = this.eyes && this.stage.people.get(this.chosen)?.at;
    const camera = at ? this.behind : this.camera;
    if (at) {
      const [, x, y, z, heading, pitch, posture] = at;
      const [turn, up] = [(heading * Math.PI) / 180, (pitch * Math.PI) / 180];
      camera.position.set(x, y, z + (posture === "lying" ? 0.25 : 1.6));
      camera.lookAt(x + Math.cos(turn) * Math.cos(up), y + Math.sin(turn) * Math.cos(up), camera.position.z + Math.sin(up));
      camera.updateMatrixWorld();
    }
    this.stage.lamps(Boolean(at) && this.stage.indoors(at));
    const tone = new THREE.Color(at ? this.tones.sky : this.tones.air);
    this.stage.scene.background = tone;
    const far = at ? 160 : this.stage.bounds.radius * 8;
    this.stage.scene.fog = new THREE.Fog(tone, far * 0.25, far);
    const focus = at ? camera.position : this.controls.target;
    const reach = Math.min(this.stage.bounds.radius, at ? 45 : Math.max(16, focus.distanceTo(camera.position) * 1.5));
    const whole = reach >= this.stage.bounds.radius;
    this.stage.shine(whole ? this.stage.bounds.x : focus.x, whole ? this.stage.bounds.y : focus.y, reach);
    this.renderer.render(this.stage.scene, camera);
    this.labels.show(camera, this.time, cut.value, this.eyes ? this.chosen : "");
    this.drawn = (this.drawn || 0) + 1;
  }
}

const sheet = element("style");
sheet.textContent = style;
document.head.append(sheet);
window.replay = { ready: false };
unpacked(document.getElementById("episode").textContent).then((episode) => {
  const made = new Replay(document.getElementById("replay"), episode);
  Object.assign(made, { ready: true });
  window.replay = made;
});
