// Beside the scene: the parts of the task, and a card for each agent with what it saw, heard, said and did.
import { coloured, element, signed } from "./dom.js";
import { done } from "./episode.js";

export class Cards {
  constructor(root, episode, replay) {
    Object.assign(this, { episode, replay });
    this.marks = this.parts(root, Object.keys(episode.weights));
    this.cards = Object.keys(episode.colours).map((name) => this.card(root, name));
  }

  parts(root, names) {
    if (!names.length) return [];
    const box = element("section", "card parts");
    box.append(element("h2", "", "Parts of the task"));
    root.append(box);
    return names.map((name) => {
      const [line, by] = [element("div", "goal"), element("small")];
      line.append(element("span", "mark"), element("span", "", name), by);
      box.append(line);
      return { name, line, by };
    });
  }

  card(root, name) {
    const card = coloured(element("section", "card agent"), this.episode.colours[name]);
    const head = element("header");
    const [mind, policy] = this.episode.seats[name] || ["", ""];
    const title = element("button", "name", name);
    title.title = `follow ${name}`;
    title.onclick = () => this.replay.view(name, false);
    const look = element("button", "eyes", "its eyes");
    look.title = `what ${name} itself sees`;
    look.onclick = () => this.replay.view(name, true);
    const [paid, body] = [element("span", "paid"), element("div", "body")];
    head.append(title, element("small", "who", policy || mind), paid, look);
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
      card.paid.classList.toggle("minus", sum < 0);
      const place = card.turns.findLastIndex((turn) => turn.at <= time + 1e-6);
      const about = this.replay.scene.about(card.name);
      const shown = JSON.stringify([place, about]);
      if (shown === card.shown) continue;
      card.shown = shown;
      card.body.replaceChildren(...lines(card.turns[place], about));
    }
    const found = done(this.episode, time);
    for (const { name, line, by } of this.marks) {
      const [at, who] = found.get(name) || [];
      line.classList.toggle("done", found.has(name));
      by.textContent = found.has(name) ? `${this.episode.clock(at)}${who ? `, ${who}` : ""}` : "";
    }
  }
}

/** The rows of a card; `about`: rows that the scene knows, label to text. */
function lines(turn, about) {
  const made = [];
  const line = (kind, label, text) => {
    const row = element("div", `row ${kind}`);
    row.append(element("span", "key", label), element("span", "value", text));
    made.push(row);
  };
  for (const [label, text] of Object.entries(about)) line("", label, text);
  if (!turn) return made;
  if (turn.does || !turn.says.length) line("does", "does", turn.does || "nothing");
  for (const [text, to] of turn.says) line("says", to.length ? `says to ${to.join(", ")}` : "says", text);
  for (const [speaker, text] of turn.heard) line("heard", `heard ${speaker}`, text);
  if (turn.saw) line("saw", "saw", turn.saw);
  for (const text of turn.refused) line("refused", "refused", text);
  for (const text of turn.wrote) line("wrote", "wrote", text);
  return made;
}
