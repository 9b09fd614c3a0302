// The stage of an episode in words: who saw, said and did what, one below the other, and the board as it stands.
import { coloured, element } from "./dom.js";

export class Transcript {
  constructor(root, episode, replay) {
    Object.assign(this, { episode, whole: "Everybody", chosen: "", eyes: false, time: 0, last: null });
    this.talk = element("div", "talk");
    this.list = element("div", "turns");
    this.boards = element("div", "boards");
    this.talk.append(this.list, this.boards);
    root.append(this.talk);
    let step = -1;
    this.turns = episode.turns.map((turn) => {
      const row = coloured(element("button", "turn"), episode.colours[turn.agent]);
      const when = element("time", "", turn.at === step ? "" : episode.clock(turn.at));
      step = turn.at;
      row.append(when, element("b", "", turn.agent), what(turn));
      row.onclick = () => replay.seek(turn.at);
      this.list.append(row);
      return { turn, row };
    });
    this.drawers = Object.keys(episode.colours).filter((name) => (
      episode.turns.some((turn) => turn.agent === name && turn.drawn))).map((name) => {
      const box = coloured(element("figure", "board"), episode.colours[name]);
      const [board, title] = [element("pre"), element("figcaption")];
      box.append(title, board);
      this.boards.append(box);
      return { name, box, board, title };
    });
    this.boards.hidden = !this.drawers.length;
  }

  tools() {
    return {};
  }

  read() {}

  arrive() {}

  fit() {}

  frame() {}

  about() {
    return {};
  }

  body() {
    return null;
  }

  follow(chosen, eyes) {
    Object.assign(this, { chosen, eyes, last: null });
    this.talk.classList.toggle("own", eyes);
    for (const { turn, row } of this.turns) row.classList.toggle("others", Boolean(chosen) && turn.agent !== chosen);
  }

  show(time) {
    const place = this.turns.findLastIndex(({ turn }) => turn.at <= time + 1e-6);
    if (place === this.last) return;
    this.last = place;
    const now = this.turns[place]?.turn.at;
    this.turns.forEach(({ turn, row }, number) => {
      row.classList.toggle("later", number > place);
      row.classList.toggle("now", turn.at === now);
    });
    this.draw(place);
    const row = this.turns[Math.max(0, place)]?.row;
    if (row) this.list.scrollTop = row.offsetTop - this.list.clientHeight * 0.6;
  }

  /** The newest board, of all who see it alike; or that of whom one follows. */
  draw(place) {
    const latest = (name) => this.turns.findLast(({ turn }, number) => number <= place && turn.agent === name && turn.drawn)?.turn;
    const found = this.drawers.map((each) => ({ ...each, turn: latest(each.name) }))
      .filter(({ name, turn }) => turn && (!this.chosen || name === this.chosen));
    const newest = Math.max(...found.map(({ turn }) => turn.at));
    const boards = Map.groupBy(found.filter(({ turn }) => turn.at === newest), ({ turn }) => turn.drawn);
    for (const { box } of this.drawers) box.hidden = true;
    for (const [text, [first, ...others]] of boards) {
      first.box.hidden = false;
      first.board.textContent = text;
      first.title.textContent = `what ${[first, ...others].map(({ name }) => name).join(" and ")} can see`;
    }
  }
}

/** What an agent saw, heard, said and did in one turn. */
function what(turn) {
  const box = element("span", "what");
  if (turn.saw) box.append(element("span", "saw", turn.saw));
  for (const [speaker, text] of turn.heard) box.append(element("span", "heard", `${speaker}: ${text}`));
  for (const [text, to] of turn.says) {
    const words = element("span", "words", text);
    if (to.length) words.prepend(element("i", "", `to ${to.join(", ")}: `));
    box.append(words);
  }
  if (turn.does || !turn.says.length) box.append(element("span", "deed", turn.does || "nothing"));
  for (const text of turn.refused) box.append(element("span", "refused", text));
  return box;
}
