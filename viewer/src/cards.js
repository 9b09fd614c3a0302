// Beside the scene: a card for each agent with what it saw, heard, said and did, and the story line by line.
import { clock, css, element, signed } from "./dom.js";

export class Cards {
  constructor(root, episode, stage, choose) {
    Object.assign(this, { episode, stage });
    this.cards = Object.keys(episode.colours).map((name) => this.card(root, name, choose));
    this.goals = element("div", "goals");
    const names = Object.keys(episode.weights);
    if (names.length) {
      const box = element("section", "card parts");
      box.append(element("h2", "", "Parts of the task"), this.goals);
      root.prepend(box);
    }
    this.marks = names.map((name) => {
      const line = element("div", "goal");
      const by = element("small");
      line.append(element("span", "mark"), element("span", "", name), by);
      this.goals.append(line);
      return { name, line, by };
    });
  }

  card(root, name, choose) {
    const card = element("section", "card agent");
    card.style.setProperty("--own", css(this.episode.colours[name]));
    const head = element("header");
    const [mind, policy] = this.episode.seats[name] || ["", ""];
    const title = element("button", "name", name);
    title.title = `follow ${name}`;
    title.onclick = () => choose(name, false);
    const look = element("button", "eyes", "its eyes");
    look.title = `see through the eyes of ${name}`;
    look.onclick = () => choose(name, true);
    const paid = element("span", "paid");
    head.append(title, element("small", "who", policy || mind), paid, look);
    const body = element("div", "body");
    card.append(head, body);
    root.append(card);
    const turns = this.episode.turns.filter((turn) => turn.agent === name);
    return { name, card, body, paid, turns, shown: null };
  }

  show(time, chosen, eyes) {
    for (const card of this.cards) {
      card.card.classList.toggle("chosen", card.name === chosen);
      card.card.classList.toggle("looking", card.name === chosen && eyes);
      const sum = this.episode.rewards.filter(([at, agent]) => agent === card.name && at <= time + 1e-6)
        .reduce((total, each) => total + each[2], 0);
      card.paid.textContent = sum ? `reward ${signed(sum)}` : "";
      let place = -1;
      while (place + 1 < card.turns.length && card.turns[place + 1].at <= time + 1e-6) place++;
      const key = this.stage.people.get(card.name)?.at;
      const held = this.stage.things.filter((thing) => thing.holder.split("+").includes(card.name)).map((t) => t.name);
      const where = key ? this.stage.place(key) : "";
      const shown = `${place} ${where} ${held}`;
      if (shown === card.shown) continue;
      card.shown = shown;
      card.body.replaceChildren(...this.lines(card.turns[place], where, held, Boolean(key)));
    }
    const done = new Map();
    for (const [at, name, is, by] of this.episode.subgoals) if (at <= time + 1e-6) done.set(name, is ? [at, by] : null);
    for (const { name, line, by } of this.marks) {
      const found = done.get(name);
      line.classList.toggle("done", Boolean(found));
      by.textContent = found ? `${clock(found[0])}${found[1] ? `, ${found[1]}` : ""}` : "";
    }
  }

  lines(turn, where, held, here) {
    const made = [];
    const line = (kind, label, text) => {
      const row = element("div", `row ${kind}`);
      row.append(element("span", "key", label), element("span", "value", text));
      made.push(row);
    };
    if (!here) line("", "is", "not there");
    else if (where) line("", "is in", where);
    if (held.length) line("", "holds", held.join(", "));
    if (!turn) return made;
    line("does", "does", turn.does || "nothing");
    for (const [text, to] of turn.says) line("says", to.length ? `says to ${to.join(", ")}` : "says", text);
    for (const [speaker, text] of turn.heard) line("heard", `heard ${speaker}`, text);
    line("saw", "saw", turn.saw);
    for (const text of turn.refused) line("refused", "refused", text);
    for (const text of turn.wrote) line("wrote", "wrote", text);
    return made;
  }
}

export class Story {
  constructor(root, episode, seek) {
    this.root = root;
    const lines = [
      ...episode.speech.map(([at, who, text, way, hearers]) => ({ at, who, kind: "speech", text,
        note: `${way === "talk" ? "" : `${way}, `}${hearers.length ? `heard by ${hearers.join(", ")}` : "heard by nobody"}` })),
      ...episode.events.map(([at, kind, who, text]) => ({ at, who, kind: "event", text: kind, note: text })),
      ...episode.subgoals.map(([at, name, done, who]) => (
        { at, who, kind: done ? "done" : "undone", text: name, note: done ? "done" : "undone" })),
      ...episode.rewards.map(([at, who, amount, parts]) => (
        { at, who, kind: "reward", text: signed(amount), note: Object.keys(parts).join(", ") })),
    ].sort((one, other) => one.at - other.at);
    this.lines = lines.map((line) => {
      const row = element("button", `line ${line.kind}`);
      const who = element("b", "", line.who || "");
      if (line.who) who.style.setProperty("--own", css(episode.colours[line.who] || [120, 120, 120]));
      const text = element("span", "text");
      text.append(who, document.createTextNode(` ${line.text} `), element("small", "", line.note));
      row.append(element("time", "", clock(line.at)), text);
      row.onclick = () => seek(line.at);
      root.append(row);
      return { at: line.at, row };
    });
    if (!lines.length) root.append(element("p", "empty", "Nobody spoke, and nothing happened."));
    this.last = -1;
  }

  show(time) {
    let place = -1;
    while (place + 1 < this.lines.length && this.lines[place + 1].at <= time + 1e-6) place++;
    if (place === this.last) return;
    this.last = place;
    this.lines.forEach(({ row }, number) => row.classList.toggle("later", number > place));
    this.lines.forEach(({ row }, number) => row.classList.toggle("now", number === place));
    const row = this.lines[Math.max(0, place)]?.row;
    if (row && this.root.offsetParent) this.root.scrollTop = row.offsetTop - this.root.clientHeight / 2;
  }
}
