// What the pages do a little better with script. Everything up to paying works without it.
import { keepBack } from "./back.js";
import { showUnits, watchCart } from "./cart.js";
import { runClocks } from "./clocks.js";
import { followGallery } from "./gallery.js";
import { pickRegions } from "./regions.js";
import { rememberSearches } from "./searches.js";
import { takeSteps } from "./steps.js";
import { swapParts, tint } from "./swaps.js";
import { hearSayings } from "./toasts.js";
import { chooseVariants } from "./variants.js";

function enliven(root) {
  chooseVariants(root);
  followGallery(root);
  pickRegions(root);
  takeSteps(root);
  runClocks(root);
}

enliven(document);
keepBack();
hearSayings();
watchCart();
rememberSearches();
showUnits();
swapParts();
document.addEventListener("htmx:load", ({ detail }) => {
  if (detail.elt === document.body) return; // the whole page lives already
  enliven(detail.elt);
  tint(detail.elt);
});
window.addEventListener("pageshow", showUnits);
