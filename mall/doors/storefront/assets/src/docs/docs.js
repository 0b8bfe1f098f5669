// Shows one document of the API, and sends what is tried out to the mall whose page this is.
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";

const night = matchMedia("(prefers-color-scheme: dark)");
const dim = () => document.documentElement.classList.toggle("dark-mode", night.matches);
dim();
night.addEventListener("change", dim);

const shown = document.getElementById("docs");
SwaggerUI({
  domNode: shown,
  url: shown.dataset.document,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: -1,
  displayRequestDuration: true,
  filter: true,
  validatorUrl: null, // it is a stranger's
  ...("still" in shown.dataset && { supportedSubmitMethods: [] }), // no mall would answer here
});
