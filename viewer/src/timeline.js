// The line of time: what each agent did and when it spoke, parts of the task, and rewards.
import { clock, css, drawn, element, signed } from "./dom.js";

const LANE = 22;
const FLAGS = 20;
const CHART = 44;

export class Timeline {
  constructor(root, episode, seek) {
    Object.assign(this, { root, episode, seek });
    this.names = element("div", "names");
    this.area = element("div", "area");
    this.head = element("div", "head");
    root.append(this.names, this.area);
    this.span = Math.max(0.1, episode.seconds);
    const at = (event) => {
      const box = this.area.getBoundingClientRect();
      seek(((event.clientX - box.left) / box.width) * this.span);
    };
    this.area.onpointerdown = (event) => {
      this.area.setPointerCapture(event.pointerId);
      at(event);
    };
    this.area.onpointermove = (event) => {
      if (event.buttons) at(event);
    };
    new ResizeObserver(() => requestAnimationFrame(() => this.draw())).observe(this.area);
    this.draw();
  }

  x(time) {
    return (time / this.span) * this.width;
  }

  draw() {
    const { episode } = this;
    const agents = Object.keys(episode.colours);
    const flags = episode.subgoals.length ? FLAGS : 0;
    const chart = episode.rewards.length ? CHART : 0;
    this.width = this.area.clientWidth;
    if (!this.width) return;
    const high = flags + agents.length * LANE + chart + 16;
    const svg = drawn("svg", { width: this.width, height: high, viewBox: `0 0 ${this.width} ${high}` });
    this.names.replaceChildren();
    const name = (text, height, colour) => {
      const made = element("div", "", text);
      made.style.height = `${height}px`;
      if (colour) made.style.setProperty("--own", css(colour));
      this.names.append(made);
    };
    if (flags) name("task", FLAGS);
    for (const [at, what, done, by] of episode.subgoals) {
      const x = this.x(at);
      const colour = by && episode.colours[by] ? css(episode.colours[by]) : "currentColor";
      const flag = drawn("path", { d: `M${x} ${FLAGS}V4l9 4-9 4`, class: done ? "flag" : "flag undone", stroke: colour,
        fill: done ? colour : "none" }, svg);
      drawn("title", {}, flag).textContent = `${clock(at)} ${what}${done ? "" : " undone"}${by ? ` (${by})` : ""}`;
      drawn("line", { x1: x, x2: x, y1: FLAGS, y2: high - 16, class: "drop" }, svg);
    }
    agents.forEach((agent, lane) => {
      name(agent, LANE, episode.colours[agent]);
      this.lane(svg, agent, flags + lane * LANE);
    });
    if (chart) {
      name("reward", CHART);
      this.chart(svg, agents, flags + agents.length * LANE + 4, chart - 8);
    }
    const step = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600].find((each) => this.x(each) > 64) || 1200;
    for (let at = 0; at <= this.span; at += step) {
      if (this.x(at) > this.width - 24 && at) continue;
      drawn("text", { x: this.x(at) + (at ? 0 : 1), y: high - 3, class: `tick ${at ? "" : "first"}` }, svg).textContent =
        at < 60 ? `${at} s` : `${Math.floor(at / 60)}:${String(at % 60).padStart(2, "0")}`;
    }
    this.area.replaceChildren(svg, this.head);
    this.show(this.time || 0);
  }

  lane(svg, agent, top) {
    const { episode } = this;
    const turns = episode.turns.filter((turn) => turn.agent === agent);
    const colour = css(episode.colours[agent]);
    turns.forEach((turn, number) => {
      const end = turns[number + 1]?.at ?? this.span;
      const [x, width] = [this.x(turn.at), this.x(end) - this.x(turn.at)];
      if (width < 0.4) return;
      const idle = !turn.does || turn.does === "wait";
      const bar = drawn("rect", { x: x + 0.5, y: top + 3, width: Math.max(0.6, width - 1), height: LANE - 6, rx: 3,
        fill: colour, class: `bar ${idle ? "idle" : ""}` }, svg);
      drawn("title", {}, bar).textContent = `${clock(turn.at)} ${agent}: ${turn.does || "nothing"}`;
      const letters = Math.floor((width - 8) / 5.6);
      if (letters > 3 && turn.does) {
        const text = turn.does.length > letters ? `${turn.does.slice(0, letters - 1)}\u2026` : turn.does;
        drawn("text", { x: x + 5, y: top + LANE / 2 + 3.5, class: `does ${idle ? "idle" : ""}` }, svg).textContent = text;
      }
    });
    for (const [at, speaker, text] of episode.speech) {
      if (speaker !== agent) continue;
      const x = this.x(at);
      const mark = drawn("path", { d: `M${x - 5} ${top + 1}h10v7h-6l-3 3v-3h-1z`, class: "speech" }, svg);
      drawn("title", {}, mark).textContent = `${clock(at)} ${speaker}: ${text}`;
    }
  }

  chart(svg, agents, top, high) {
    const { rewards, colours } = this.episode;
    const sums = new Map(agents.map((agent) => [agent, [[0, 0]]]));
    let [least, most] = [0, 0];
    for (const [at, agent, amount] of rewards) {
      const points = sums.get(agent);
      if (!points) continue;
      const sum = points[points.length - 1][1] + amount;
      points.push([at, sum]);
      [least, most] = [Math.min(least, sum), Math.max(most, sum)];
    }
    const y = (value) => top + high - ((value - least) / (most - least || 1)) * high;
    drawn("line", { x1: 0, x2: this.width, y1: y(0), y2: y(0), class: "zero" }, svg);
    drawn("text", { x: this.width - 2, y: top + 8, class: "scale" }, svg).textContent = signed(most);
    for (const [agent, points] of sums) {
      let path = `M0 ${y(0)}`;
      for (const [at, sum] of points.slice(1)) path += `H${this.x(at)}V${y(sum)}`;
      drawn("path", { d: `${path}H${this.width}`, class: "sum", stroke: css(colours[agent]) }, svg);
    }
  }

  show(time) {
    this.time = time;
    this.head.style.transform = `translateX(${this.x(time) || 0}px)`;
  }
}
