
/** Asks for what is new, for ever. */
async function watch(player) {
  let version = 0;
  for (;;) {
    try {
      const response = await fetch(`/figure?after=${version}`, { cache: "no-store" });
      const { version: newest, figure, problem } = await response.json();
      if (newest !== version) show(player, figure, problem, figure ? "problem" : "problem.only");
      version = newest;
    } catch {
      show(player, null, " ", "gone");
      version = 0;
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
}

/** A new picture at the step that the reader is at, what is wrong, or both. */
function show(player, figure, problem, why) {
  const section = $("problem");
  section.hidden = !problem;
  section.querySelector("h2").textContent = problem ? player.say(why) : "";
  section.querySelector("pre").textContent = problem.trim();
  section.querySelector("pre").hidden = !problem.trim();
  if (figure && JSON.stringify(figure) !== player.source) {
    player.source = JSON.stringify(figure);
    const figures = new Figures(figure);
    player.take(figures);
    const { title, description } = player.data;
    document.title = $("title").textContent = title || description;
  }
}

unpacked().then((data) => watch(new Player(new Figures(data))));
