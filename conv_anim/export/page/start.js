
/** Where the page cannot be unpacked, the last frame, as without scripts. */
if (typeof DecompressionStream === "undefined") {
  $("stage").innerHTML = document.querySelector("noscript").textContent;
} else {
  unpacked().then((data) => new States(new Player(new Figures(data))));
}
