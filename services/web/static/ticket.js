// The ticket on one's own device: kept for when there is no network, and printed as a card.
import { keepThisPage } from "./door/keeping.js";

const print = document.getElementById("print");
print.hidden = false;
print.addEventListener("click", () => window.print());

keepThisPage("/toi/ve/tho.js", "/toi/ve/")
  .then((kept) => kept && (document.getElementById("kept").hidden = false))
  .catch(() => {});
