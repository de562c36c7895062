
/** Asks for what is new, for ever. */
async function watch(states) {
  let version = 0;
  for (;;) {
    try {
      const response = await fetch(`/figure?after=${version}`, { cache: "no-store" });
      const { version: newest, figure, problem } = await response.json();
      if (newest !== version) tell(states, figure, problem, figure ? "problem" : "problem.only");
      version = newest;
    } catch {
      tell(states, null, " ", "gone");
      version = 0;
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
}

/** A new picture at the step that the reader is at, what is wrong, or both. */
function tell(states, figure, problem, why) {
  const section = $("problem");
  section.hidden = !problem;
  section.querySelector("h2").textContent = problem ? states.player.say(why) : "";
  section.querySelector("pre").textContent = problem.trim();
  section.querySelector("pre").hidden = !problem.trim();
  if (figure && JSON.stringify(figure) !== states.source) {
    states.source = JSON.stringify(figure);
    states.take(new Figures(figure));
  }
}

unpacked().then((data) => watch(new States(new Player(new Figures(data)))));
