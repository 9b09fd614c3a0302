// The line of time: what each agent did and when it spoke, parts of the task, and rewards.
import { coloured, css, drawn, element, signed } from "./dom.js";

const LANE = 24;
const FLAGS = 20;
const CHART = 44;
const TICKS = 16;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200];
const A_LETTER = 5.6;
const DASH = 7;

export class Timeline {
  constructor(root, episode, seek) {
    Object.assign(this, { episode, agents: Object.keys(episode.colours), length: Math.max(0.1, episode.length) });
    [this.names, this.area, this.head] = [element("div", "names"), element("div", "area"), element("div", "head")];
    root.append(this.names, this.area);
    const at = (event) => {
      const box = this.area.getBoundingClientRect();
      seek(((event.clientX - box.left) / box.width) * this.length);
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
    return (time / this.length) * this.width;
  }

  show(time) {
    this.time = time;
    this.head.style.transform = `translateX(${this.x(time) || 0}px)`;
  }

  draw() {
    const { episode, agents } = this;
    const flags = episode.subgoals.length ? FLAGS : 0;
    const chart = episode.rewards.length ? CHART : 0;
    this.width = this.area.clientWidth;
    if (!this.width) return;
    const high = flags + agents.length * LANE + chart + TICKS;
    const svg = drawn("svg", { width: this.width, height: high, viewBox: `0 0 ${this.width} ${high}` });
    this.names.replaceChildren();
    if (flags) this.name("task", FLAGS);
    this.flags(svg, high);
    agents.forEach((agent, lane) => {
      this.name(agent, LANE, episode.colours[agent]);
      this.lane(svg, agent, flags + lane * LANE);
    });
    if (chart) {
      this.name("reward", CHART);
      this.chart(svg, flags + agents.length * LANE + 4, chart - 8);
    }
    this.ticks(svg, high);
    this.area.replaceChildren(svg, this.head);
    this.show(this.time || 0);
  }

  name(text, height, colour) {
    const made = element("div", "", text);
    made.style.height = `${height}px`;
    if (colour) coloured(made, colour);
    this.names.append(made);
  }

  flags(svg, high) {
    for (const [at, what, done, by] of this.episode.subgoals) {
      const x = this.x(at);
      // At the right edge a flag flies to the left.
      const way = x > this.width - 12 ? -9 : 9;
      const colour = by && this.episode.colours[by] ? css(this.episode.colours[by]) : "currentColor";
      const flag = drawn("path", { d: `M${x} ${FLAGS}V4l${way} 4l${-way} 4`, class: done ? "flag" : "flag undone",
        stroke: colour, fill: done ? colour : "none" }, svg);
      drawn("title", {}, flag).textContent =
        `${this.episode.clock(at)} ${what}${done ? "" : " undone"}${by ? ` (${by})` : ""}`;
      drawn("line", { x1: x, x2: x, y1: FLAGS, y2: high - TICKS, class: "drop" }, svg);
    }
  }

  lane(svg, agent, top) {
    const { episode } = this;
    const turns = episode.turns.filter((turn) => turn.agent === agent);
    const colour = css(episode.colours[agent]);
    turns.forEach((turn, number) => {
      const end = turns[number + 1]?.at ?? this.length;
      const [x, width] = [this.x(turn.at), this.x(end) - this.x(turn.at)];
      if (width < 0.4) return;
      const deed = turn.does || turn.says.map(([words]) => words).join(" ");
      const idle = !deed || deed === "wait";
      const bar = drawn("rect", { x: x + 0.5, y: top + 5, width: Math.max(0.6, width - 1), height: LANE - 7, rx: 3,
        fill: colour, class: `bar ${idle ? "idle" : ""}` }, svg);
      drawn("title", {}, bar).textContent = `${episode.clock(turn.at)} ${agent}: ${deed || "nothing"}`;
      const letters = Math.floor((width - 8) / A_LETTER);
      if (letters > 3 && deed) {
        const text = deed.length > letters ? `${deed.slice(0, letters - 1)}\u2026` : deed;
        drawn("text", { x: x + 5, y: top + LANE / 2 + 5.5, class: `does ${idle ? "idle" : turn.does ? "" : "said"}` }, svg).textContent = text;
      }
    });
    for (const [at, speaker, text] of episode.speech) {
      if (speaker !== agent) continue;
      const x = Math.max(5, this.x(at));
      const mark = drawn("path", { d: `M${x - 5} ${top}h10v7h-6l-3 3v-3h-1z`, class: "speech", fill: colour }, svg);
      drawn("title", {}, mark).textContent = `${episode.clock(at)} ${speaker}: ${text}`;
    }
  }

  /** What everybody was paid so far; a line that several share has dashes of each in turn. */
  chart(svg, top, high) {
    const sums = new Map(this.agents.map((agent) => [agent, [[0, 0]]]));
    for (const [at, agent, amount] of this.episode.rewards) {
      const points = sums.get(agent);
      points?.push([at, points[points.length - 1][1] + amount]);
    }
    const values = [...sums.values()].flat().map(([, value]) => value);
    const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
    const y = (value) => top + high - ((value - least) / (most - least || 1)) * high;
    drawn("line", { x1: 0, x2: this.width, y1: y(0), y2: y(0), class: "zero" }, svg);
    const lines = Map.groupBy(this.agents, (agent) => (
      `M0 ${y(0)}${sums.get(agent).slice(1).map(([at, sum]) => `H${this.x(at)}V${y(sum)}`).join("")}H${this.width}`));
    for (const [line, agents] of lines) {
      agents.forEach((agent, number) => {
        drawn("path", { d: line, class: "sum", stroke: css(this.episode.colours[agent]),
          "stroke-dasharray": agents.length > 1 ? `${DASH} ${DASH * (agents.length - 1)}` : "none",
          "stroke-dashoffset": -DASH * number }, svg);
      });
    }
    const scale = (value, at) => {
      drawn("text", { x: this.width - 2, y: at, class: "scale" }, svg).textContent = signed(value);
    };
    if (most > 0) scale(most, top + 11);
    if (least < 0) scale(least, top + high - 4);
  }

  ticks(svg, high) {
    const step = STEPS.find((each) => this.x(each) > 64) ?? STEPS[STEPS.length - 1];
    for (let at = 0; at <= this.length; at += step) {
      if (this.x(at) > this.width - 24 && at) continue;
      drawn("text", { x: this.x(at) + (at ? 0 : 1), y: high - 3, class: `tick ${at ? "" : "first"}` }, svg).textContent =
        this.told(at);
    }
  }

  told(at) {
    if (this.episode.unit === "steps") return at ? String(at) : "step 0";
    return at < 60 ? `${at} s` : `${Math.floor(at / 60)}:${String(at % 60).padStart(2, "0")}`;
  }
}
