// One service's API, drawn from its OpenAPI document.
(() => {
  "use strict";
  const box = document.getElementById("api");
  if (!box || !window.SwaggerUIBundle) return;
  window.SwaggerUIBundle({ domNode: box, url: box.dataset.document, deepLinking: true, docExpansion: "list", defaultModelsExpandDepth: 0, validatorUrl: null });
})();
